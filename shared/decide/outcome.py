"""A subject's status, once it is known what became of the actions."""

from __future__ import annotations

from collections.abc import Sequence

from shared.model.plan import ActionResult, Finding, Outcome, Reason, Status

_MENDED_BY_ACTIONS = frozenset(
    {
        Reason.EXTENSION_MISSING,
        Reason.EXTENSION_OUTDATED,
        Reason.OUTBOUND_DENIED,
        Reason.INBOUND_DENIED,
        Reason.RULE_MISSING,
    }
)


def decide_status(findings: Sequence[Finding], results: Sequence[ActionResult]) -> Status:
    """Give the worst status of the findings; what has just been mended is on its way: PENDING."""
    on_its_way = bool(results) and all(result.outcome is Outcome.STARTED for result in results)
    return max(
        (
            Status.PENDING if on_its_way and finding.reason in _MENDED_BY_ACTIONS else finding.status
            for finding in findings
        ),
        default=Status.COMPLIANT,
    )
