"""A Check that failed time after time: told loudly, since nobody will look at it again by itself."""

from __future__ import annotations

import logging

from shared.azure.check_queue import parse_check

logger = logging.getLogger(__name__)


def report_poison(text: str | bytes) -> None:
    """Log a Check that was given up, by its subject where it can be read."""
    fields = {"subject": "unreadable", "correlation_id": "unknown"}
    try:
        check = parse_check(text)
        fields = {"subject": str(check.subject), "correlation_id": check.correlation_id}
    except ValueError as error:
        fields["reason"] = str(error)
    logger.error("Check given up as poison", extra=fields)
