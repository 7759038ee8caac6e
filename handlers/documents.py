"""Reports as HTTP shows them and tables keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shared.decide.bicep import bicep
from shared.decide.command_lines import azure_cli
from shared.decide.terraform import terraform
from shared.model.finding_page import finding_page
from shared.model.plan import Action, ActionResult, Finding, Report
from shared.model.waiver import Waiver


class AcceptedDocument(BaseModel):
    """Who accepts a finding until when, and why; `subject` may be the resource group that it is accepted in."""

    subject: str
    until: datetime
    by: str
    why: str


class FindingDocument(BaseModel):
    """One finding; what has a `waiver` is not counted in the subject's status."""

    subject: str
    reason: str
    status: str
    message: str
    evidence: dict[str, Any]
    waiver: AcceptedDocument | None = None


class ShownFindingDocument(FindingDocument):
    """One finding as people get it; `page` is where they read what its reason means and what to do."""

    page: str


class ProposalDocument(BaseModel):
    """One write: what it is, and how to do it by hand or in code."""

    action: str
    resource: str
    azure_cli: str
    bicep: str
    terraform: str


class ActionDocument(ProposalDocument):
    """One write, with what became of it and why."""

    outcome: str
    message: str


class ReportDocument(BaseModel):
    """A Report as tables keep it: without what can be told anew."""

    subject: str
    status: str
    cause: str
    correlation_id: str
    observed_at: datetime | None
    findings: Sequence[FindingDocument]
    actions: list[ActionDocument]
    checks: list[str]
    look_again_after_seconds: float | None


class ShownReportDocument(ReportDocument):
    """A Report as HTTP shows it."""

    findings: Sequence[ShownFindingDocument]


def show_report(report: Report, documentation: str | None) -> ShownReportDocument:
    """Write a Report for HTTP; `documentation` is the address of the folder that tells of its reasons."""
    kept = document_report(report)
    findings = [_with_page(found, documentation) for found in kept.findings]
    return ShownReportDocument(**{**dict(kept), "findings": findings})


def show_finding(finding: Finding, documentation: str | None) -> ShownFindingDocument:
    """Write a finding for people, with the page that tells of its reason."""
    return _with_page(document_finding(finding), documentation)


def show_kept(document: Mapping[str, Any], documentation: str | None) -> dict[str, Any]:
    """Add to each finding of a document that was kept the page that tells of its reason; all else stays as it is."""
    findings = document.get("findings", ())
    pages = [{**found, "page": finding_page(str(found["reason"]), documentation)} for found in findings]
    return {**document, "findings": pages}


def document_report(report: Report) -> ReportDocument:
    """Write a Report as it is kept, each action as Azure CLI, Bicep and Terraform too."""
    again = report.look_again_after
    return ReportDocument(
        subject=str(report.check.subject),
        status=report.status.name,
        cause=report.check.cause,
        correlation_id=report.check.correlation_id,
        observed_at=report.observed_at,
        findings=[document_finding(found) for found in report.findings],
        actions=[_document_action(result) for result in report.actions],
        checks=[str(subject) for subject in report.checks],
        look_again_after_seconds=None if again is None else again.total_seconds(),
    )


def document_finding(finding: Finding) -> FindingDocument:
    """Write a finding as it is kept."""
    return FindingDocument(
        subject=str(finding.subject),
        reason=finding.reason.value,
        status=finding.status.name,
        message=finding.message,
        evidence=dict(finding.evidence),
        waiver=None if finding.waiver is None else _document_waiver(finding.waiver),
    )


def _with_page(finding: FindingDocument, documentation: str | None) -> ShownFindingDocument:
    return ShownFindingDocument(**dict(finding), page=finding_page(finding.reason, documentation))


def _document_waiver(waiver: Waiver) -> AcceptedDocument:
    return AcceptedDocument(subject=str(waiver.subject), until=waiver.until, by=waiver.by, why=waiver.why)


def _document_action(result: ActionResult) -> ActionDocument:
    return ActionDocument(
        action=type(result.action).__name__,
        resource=str(result.action.id),
        outcome=result.outcome.value,
        message=result.message,
        **proposal_texts(result.action),
    )


def document_proposal(action: Action) -> ProposalDocument:
    """Write an action that nobody has carried out."""
    return ProposalDocument(action=type(action).__name__, resource=str(action.id), **proposal_texts(action))


def proposal_texts(action: Action) -> dict[str, str]:
    """Give an action as what people carry out by hand, or keep as code."""
    return {"azure_cli": azure_cli(action), "bicep": bicep(action), "terraform": terraform(action)}
