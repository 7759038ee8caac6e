"""The bodies that HTTP takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from shared.decide.command_lines import azure_cli
from shared.model.desired import Mode
from shared.model.plan import Report
from shared.model.resource_id import NETWORK_SECURITY_GROUP, VIRTUAL_MACHINE, ResourceId

_CHECKED_BY_HAND = (VIRTUAL_MACHINE, NETWORK_SECURITY_GROUP)


def _subject(text: str) -> str:
    subject = ResourceId(text.rstrip("/"))
    if not any(subject.is_a(resource_type) for resource_type in _CHECKED_BY_HAND):
        raise ValueError(f"a {subject.type} can't be checked; name one of {' or '.join(_CHECKED_BY_HAND)}")
    return str(subject)


class CheckRequest(BaseModel):
    """The body of POST /api/checks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: Annotated[str, AfterValidator(_subject)]
    mode: Mode = Mode.AUDIT


class FindingDocument(BaseModel):
    subject: str
    reason: str
    status: str
    message: str
    evidence: dict[str, Any]


class ActionDocument(BaseModel):
    """One write: what it is, what became of it and why, and how to do it by hand."""

    action: str
    resource: str
    outcome: str
    message: str
    azure_cli: str


class ReportDocument(BaseModel):
    """A Report as HTTP shows it."""

    subject: str
    status: str
    cause: str
    correlation_id: str
    observed_at: datetime | None
    findings: list[FindingDocument]
    actions: list[ActionDocument]
    checks: list[str]
    look_again_after_seconds: float | None


class ProblemDocument(BaseModel):
    """What went wrong with a request, and what to send instead (RFC 9457)."""

    title: str
    status: int
    detail: str
    example: Mapping[str, Any] | None = None


def document_report(report: Report) -> ReportDocument:
    """Write a Report for HTTP, each action with its Azure CLI line."""
    again = report.look_again_after
    return ReportDocument(
        subject=str(report.check.subject),
        status=report.status.name,
        cause=report.check.cause,
        correlation_id=report.check.correlation_id,
        observed_at=report.observed_at,
        findings=[
            FindingDocument(
                subject=str(found.subject),
                reason=found.reason.value,
                status=found.status.name,
                message=found.message,
                evidence=dict(found.evidence),
            )
            for found in report.findings
        ],
        actions=[
            ActionDocument(
                action=type(result.action).__name__,
                resource=str(result.action.id),
                outcome=result.outcome.value,
                message=result.message,
                azure_cli=azure_cli(result.action),
            )
            for result in report.actions
        ],
        checks=[str(subject) for subject in report.checks],
        look_again_after_seconds=None if again is None else again.total_seconds(),
    )
