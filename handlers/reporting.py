"""Making the Report of a check, and telling it to the log."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from shared.act import Acted
from shared.azure.failures import PassingFailure
from shared.decide.looks import decide_look, decide_retry
from shared.decide.outcome import decide_status
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.plan import Finding, Outcome, Plan, Report
from shared.model.reason import Reason, Status

logger = logging.getLogger(__name__)

# Whoever lifts a stop has everything checked that it kept back; this is for a kill switch that is taken away by hand.
_STOPPED = timedelta(hours=1)


def make_report(check: Check, estate: Estate, plan: Plan, acted: Acted, desired: DesiredState) -> Report:
    """Put together what was seen, decided and done, and when to look again."""
    findings = plan.findings + tuple(found for found in acted.findings if found not in plan.findings)
    attempt = 0 if acted.wrote else check.attempt
    waits = [decide_look(plan, acted.results, desired, attempt, estate.observed_at), *acted.waits]
    if any(result.outcome is Outcome.STOPPED for result in acted.results):
        waits.append(_STOPPED)
    if acted.postponed:
        waits.append(decide_retry(check.attempt, max(acted.postponed)))
    return Report(
        check=check,
        status=decide_status(findings, acted.results),
        observed_at=estate.observed_at,
        findings=findings,
        actions=acted.results,
        checks=plan.checks,
        look_again_after=min((wait for wait in waits if wait is not None), default=None),
    )


def make_failed_report(check: Check, failure: PassingFailure) -> Report:
    """Report that Azure could not be read: UNKNOWN, and another look."""
    finding = Finding(check.subject, Reason.READ_FAILED, f"Azure could not be read: {failure}")
    return Report(
        check=check,
        status=Status.UNKNOWN,
        observed_at=None,
        findings=(finding,),
        look_again_after=decide_retry(check.attempt, failure.retry_after),
    )


def log_report(report: Report) -> None:
    """Tell what became of a check, one line with its values as fields."""
    level = logging.WARNING if report.status is Status.UNKNOWN else logging.INFO
    logger.log(level, "Check answered", extra=_fields(report))


def log_fields(check: Check) -> dict[str, Any]:
    """Give the fields that every log line about a check carries."""
    return {
        "subject": str(check.subject),
        "correlation_id": check.correlation_id,
        "cause": check.cause,
        "attempt": check.attempt,
    }


def _fields(report: Report) -> dict[str, Any]:
    return {
        **log_fields(report.check),
        "status": report.status.name,
        # Short, for alerts: Application Insights cuts a field after 8192 characters, and findings may be longer.
        "reasons": sorted({found.reason.value for found in report.findings if found.waiver is None}),
        "outcomes": sorted({result.outcome.value for result in report.actions}),
        "findings": [
            {"reason": found.reason.value, "message": found.message, "waived": found.waiver is not None}
            for found in report.findings
        ],
        "actions": [
            {
                "action": type(result.action).__name__,
                "resource": str(result.action.id),
                "outcome": result.outcome.value,
            }
            for result in report.actions
        ],
        "checks": [str(subject) for subject in report.checks],
        "look_again_seconds": _seconds(report.look_again_after),
    }


def _seconds(delay: timedelta | None) -> float | None:
    return None if delay is None else delay.total_seconds()
