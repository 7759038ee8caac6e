"""A Check that failed time after time: told loudly, and kept as its subject's report, where people see it.

Whatever raises here is tried again by the host as long as the message lives, which is a week: a poison queue has none
of its own, so the host leaves the message hidden for ten minutes after each failure.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from pydantic import ValidationError

from handlers.answers import tell_faults
from handlers.asking import change_row
from handlers.documents import FindingDocument, ReportDocument, document_report
from handlers.guard import Guard
from handlers.reporting import log_fields
from shared.azure.check_queue import parse_check
from shared.azure.subjects import SubjectRow, save_unreadable
from shared.model.check import Check
from shared.model.plan import Finding, Reason, Report, Status

logger = logging.getLogger(__name__)

_GIVEN_UP = "Check given up as poison"
# maxDequeueCount in host.json.
_TRIES = "five times"
_NO_ERROR = "no error was saved: the process ended without a word"
_LONGEST_TEXT = 500


async def report_poison(guard: Guard, text: str | bytes) -> None:
    """Log a Check that was given up, and keep that as its subject's report: UNKNOWN.

    Raises UnreadableRow, PassingFailure, Refusal when that can't be kept now.
    """
    try:
        check = parse_check(text)
    except ValueError as error:
        reason = tell_faults(error) if isinstance(error, ValidationError) else str(error)
        fields = {"subject": "unreadable", "correlation_id": "unknown", "reason": reason}
        logger.error(_GIVEN_UP, extra=fields)
        await save_unreadable(guard.clients, text, _report_unreadable(text, reason))
        return
    logger.error(_GIVEN_UP, extra=log_fields(check))
    await change_row(guard.clients, check.subject, lambda row, _: _given_up(row, check))


def _given_up(row: SubjectRow, check: Check) -> SubjectRow | None:
    if _was_seen_since(row, check):
        return None
    report = Report(check, Status.UNKNOWN, row.past.observed_at, (_finding(check, row.error),))
    document = document_report(report).model_dump(mode="json")
    return replace(row, past=replace(row.past, status=Status.UNKNOWN), report=document)


def _was_seen_since(row: SubjectRow, check: Check) -> bool:
    """Tell whether a later look went well: what it saw is newer than that this one failed."""
    past = row.past
    if past.status is Status.UNKNOWN or past.observed_at is None or check.asked_at is None:
        return False
    return past.observed_at > check.asked_at


def _finding(check: Check, error: str | None) -> Finding:
    message = (
        f"The check of {check.subject.name} ({check.cause}) was tried {_TRIES} and given up. It failed with:"
        f" {error or _NO_ERROR}. Look at the log for the correlation id {check.correlation_id}; when that is mended,"
        " have it looked at again with POST /api/checks."
    )
    evidence = {"error": error, "correlation_id": check.correlation_id, "attempt": check.attempt}
    return Finding(check.subject, Reason.CHECK_FAILED, message, evidence)


def _report_unreadable(text: str | bytes, reason: str) -> dict[str, object]:
    whole = text.decode(errors="replace") if isinstance(text, bytes) else text
    shown = whole[:_LONGEST_TEXT]
    message = (
        f"A message in the queue of checks can't be read, so that nothing was looked at: {reason}. If nothing but WAC"
        " Guard writes to that queue, another version of the app did. What it should have looked at can be given to"
        f" POST /api/checks. It begins with: {shown}"
    )
    finding = FindingDocument(
        subject=shown, reason=Reason.CHECK_FAILED.value, status=Status.UNKNOWN.name, message=message, evidence={}
    )
    return ReportDocument(
        subject=shown,
        status=Status.UNKNOWN.name,
        cause="a message that can't be read",
        correlation_id="unknown",
        observed_at=None,
        findings=[finding],
        actions=[],
        checks=[],
        look_again_after_seconds=None,
    ).model_dump(mode="json")
