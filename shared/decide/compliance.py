"""How long a subject took to become COMPLIANT, over however many checks."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.model.past import Past
from shared.model.plan import Report
from shared.model.reason import Reason, Status

_AT_REST = frozenset({Status.COMPLIANT, Status.NOT_APPLICABLE})


def decide_awaited_since(past: Past, report: Report) -> datetime | None:
    """Tell since when a subject is awaited to be COMPLIANT; None while it is, or need not be.

    That is when the event came about which the first look was for, or that look itself where there was no event.
    A stopped VM is not waited for: its time begins with its start.
    """
    reasons = {finding.reason for finding in report.findings}
    if report.status in _AT_REST or Reason.VM_STOPPED in reasons:
        return None
    return past.awaited_since or _began(report)


def decide_time_to_compliant(past: Past, report: Report) -> timedelta | None:
    """Tell how long a subject took that a look has just found COMPLIANT; None if it was so before, or can't be told.

    `past` is from before that look.
    """
    if report.status is not Status.COMPLIANT or report.observed_at is None or past.status is Status.COMPLIANT:
        return None
    began = past.awaited_since or report.check.asked_at
    return None if began is None else max(report.observed_at - began, timedelta())


def _began(report: Report) -> datetime | None:
    times = (report.check.asked_at, report.observed_at)
    return min((at for at in times if at is not None), default=None)
