"""What people accept for a while: such a finding stays in the report, and is not counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.decide.outcome import decide_status
from shared.model.plan import Finding, Report
from shared.model.reason import Reason, Status
from shared.model.waiver import Waiver

LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)
# Told of the app, not of the subject: they are to be seen to, and end by being lifted, or within the hour.
_OF_THE_APP = frozenset(
    {
        Reason.STOPPED_BY_KILL_SWITCH,
        Reason.STOPPED_BY_FAILURES,
        Reason.BUDGET_SPENT,
        Reason.WRITTEN_TOO_OFTEN,
        Reason.UNDO_NOT_POSSIBLE,
        Reason.SWEEP_BRAKED,
    }
)


def explain_unwaivable(reason: Reason) -> str | None:
    """Say why nobody can accept a reason; None for what can be."""
    if reason.status is Status.UNKNOWN:
        return (
            f"{reason} says that something could not be told, and what is not known is never accepted: mend the cause"
        )
    if reason.status is not Status.NON_COMPLIANT:
        return f"{reason} is {reason.status.name}: only what is NON_COMPLIANT counts against a subject"
    if reason in _OF_THE_APP:
        return f"{reason} says what keeps WAC Guard from writing: see to that, and lift it by POST /api/lift"
    return None


def explain_term(until: datetime, now: datetime) -> str | None:
    """Say why nothing can be accepted until then, and what to send; None where it can."""
    if until <= now:
        return f"{_told(until)} is over, and it is {_told(now)} now: send {now:%Y-%m-%d} or a later day"
    if until > now + LONGEST:
        latest = now + LONGEST - _DAY
        return (
            f"{_told(until)} is more than a year away: send {latest:%Y-%m-%d} at the latest, and accept it anew then"
        )
    return None


def decide_waived(report: Report, waivers: Iterable[Waiver]) -> Report:
    """Give the report in which each finding has the waiver that covers it, counted by the others.

    By the time of the observation; without one, nothing is accepted. The subject is looked at again when the first of
    its waivers ends, and once a day until then.
    """
    at = report.observed_at
    if at is None:
        return report
    findings = cover_findings(report.findings, waivers, at)
    ends = [finding.waiver.until for finding in findings if finding.waiver is not None]
    if not ends:
        return report
    counted = [finding for finding in findings if finding.waiver is None]
    report = replace(report, findings=findings, status=decide_status(counted, report.actions))
    return _looked_at(report, min(min(ends) - at, _DAY))


def cover_findings(findings: Iterable[Finding], waivers: Iterable[Waiver], at: datetime) -> tuple[Finding, ...]:
    """Give findings, each with the waiver that covers it at that time, if one does."""
    running = [one for one in waivers if not one.has_ended(at)]
    return tuple(_with_waiver(finding, running) for finding in findings)


def _with_waiver(finding: Finding, waivers: Iterable[Waiver]) -> Finding:
    """Give a finding with the last to end of the waivers that cover it, if any does."""
    if explain_unwaivable(finding.reason) is not None:
        return finding
    covering = [one for one in waivers if one.reason is finding.reason and one.covers(finding.subject)]
    return replace(finding, waiver=max(covering, key=lambda one: one.until)) if covering else finding


def _looked_at(report: Report, wait: timedelta) -> Report:
    """Have the subject looked at by then; that look is no more of what is waited for otherwise, whose looks end."""
    sooner = report.look_again_after
    return report if sooner is not None and sooner <= wait else replace(report, look_again_after=wait, goes_on=True)


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
