"""What a sweep found, as tables keep it and HTTP shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from handlers.documents import FindingDocument, document_finding, proposal_texts, show_kept
from shared.azure.plans import KeptPlan
from shared.decide.contents import content_of
from shared.model.plan import Action, Plan
from shared.model.sweep import Sweep, SweepLine


class PlannedDocument(BaseModel):
    """One change: what it is, how to make it by hand or in code, and by what it is known when it is released."""

    action: str
    resource: str
    content: str
    azure_cli: str
    bicep: str
    terraform: str


class PartDocument(BaseModel):
    """What is wrong with a VM or an NSG, what would be written, and who can go on when that is done."""

    subject: str
    status: str
    findings: list[FindingDocument]
    actions: list[PlannedDocument]
    then: list[str]


class HeadDocument(BaseModel):
    """A plan as a whole. `is_braked` where it has more changes than are made without a person's word."""

    is_braked: bool
    changes: int
    limit: int
    machines: int
    statuses: dict[str, int]
    reasons: dict[str, int]
    released_at: datetime | None = None
    released: list[str] = []


class PlanDocument(HeadDocument):
    """A plan, with its parts where it was asked for by its id."""

    id: str
    subscription: str
    at: datetime
    seen_at: datetime
    expires_at: datetime
    parts: list[Mapping[str, Any]] | None = None


class PlansDocument(BaseModel):
    """A subscription's plans, the newest first."""

    plans: list[PlanDocument]


class SweepsDocument(BaseModel):
    """A subscription's sweeps, the newest first."""

    sweeps: list[SweepLine]


def document_part(plan: Plan) -> PartDocument:
    """Write down what is to be done for one subject."""
    return PartDocument(
        subject=str(plan.subject),
        status=plan.status.name,
        findings=[document_finding(found) for found in plan.findings],
        actions=[_document_planned(action) for action in plan.actions],
        then=[str(subject) for subject in plan.checks],
    )


def document_head(sweep: Sweep) -> HeadDocument:
    """Write down what a sweep found, in numbers."""
    return HeadDocument(
        is_braked=sweep.is_braked,
        changes=sweep.changes,
        limit=sweep.limit,
        machines=len(sweep.machines),
        statuses={status.name: count for status, count in sorted(sweep.counts.items())},
        reasons=count_reasons(sweep),
    )


def count_reasons(sweep: Sweep) -> dict[str, int]:
    """Count with how many VMs and NSGs each reason was found."""
    found = Counter(reason for plan in sweep.wrong for reason in {finding.reason.value for finding in plan.findings})
    return dict(sorted(found.items()))


def document_plan(plan: KeptPlan, documentation: str | None = None, *, with_parts: bool = False) -> PlanDocument:
    """Show a plan that is kept; `documentation` is the address of the folder that tells of its reasons."""
    return PlanDocument(
        **plan.head,
        id=plan.id,
        subscription=plan.subscription_id,
        at=plan.at,
        seen_at=plan.seen_at,
        expires_at=plan.expires_at,
        parts=[show_kept(part, documentation) for part in plan.parts] if with_parts else None,
    )


def _document_planned(action: Action) -> PlannedDocument:
    return PlannedDocument(
        action=type(action).__name__,
        resource=str(action.id),
        content=content_of(action),
        **proposal_texts(action),
    )
