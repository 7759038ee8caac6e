"""What is remembered, as HTTP shows it: subjects, writes, and what keeps the app from writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from handlers.documents import show_kept
from shared.azure.json_values import to_json
from shared.azure.subjects import SubjectSummary
from shared.decide.bicep import bicep
from shared.decide.command_lines import azure_cli
from shared.decide.restraint import MOST_FAILURES
from shared.decide.terraform import terraform
from shared.model.leash import Failure, Leash, Stop
from shared.model.past import NOTHING, Hold, Loss, Past, Setback
from shared.model.plan import Action
from shared.model.reason import Status
from shared.model.resource_id import ResourceId
from shared.model.write import Write

LONGEST_SUBJECT = 2048
"""How much is shown of a subject: an id is no longer, but a message that could not be read may be."""


class SummaryDocument(BaseModel):
    """One subject of the list; `error` is what its last check failed with, `waived` the reasons that are accepted."""

    subject: str
    status: str | None
    observed_at: datetime | None
    reasons: tuple[str, ...]
    waived: tuple[str, ...]
    held: bool
    contested: bool
    error: str | None


class SubjectsDocument(BaseModel):
    """The subjects asked for, the worst first, and how many there are of each status."""

    counts: dict[str, int]
    subjects: list[SummaryDocument]


class LossDocument(BaseModel):
    target: str
    at: datetime
    by: str | None


class SetbackDocument(BaseModel):
    target: str
    outcome: str
    message: str
    until: datetime


class SubjectDocument(BaseModel):
    """A subject's latest Report, with every field that it was saved with, and what is remembered besides."""

    model_config = ConfigDict(extra="allow")

    subject: str
    status: str | None
    held: Hold | None
    contested: bool
    losses: list[LossDocument]
    since: dict[str, datetime]
    reinstalls: tuple[datetime, ...]
    setbacks: list[SetbackDocument]
    error: str | None


class WriteDocument(BaseModel):
    """One write of the trail; `existing` is what was there before, `desired` what was written."""

    id: str
    target: str
    action: str
    fate: str
    message: str
    cause: str
    correlation_id: str
    request_id: str | None
    intended_at: datetime
    concluded_at: datetime | None
    undoes: str | None
    existing: Any
    desired: Any
    azure_cli: str
    bicep: str
    terraform: str


class WritesDocument(BaseModel):
    """A subject's trail, the newest first."""

    subject: str
    writes: list[WriteDocument]


class LeashDocument(BaseModel):
    """All that keeps the whole app from writing."""

    kill_switch: Stop | None
    decommission: Stop | None
    failures: tuple[Failure, ...]
    stopped_by_failures: bool
    writes_last_hour: int
    writes_per_hour: int


def document_subjects(summaries: Iterable[SubjectSummary]) -> SubjectsDocument:
    """List subjects, the worst first, then by name; one that was never reported on stands with the unknown."""
    ordered = sorted(summaries, key=lambda one: (-_badness(one.status), _name(one.subject), one.subject.casefold()))
    counts: dict[str, int] = {}
    for one in ordered:
        counts[one.status or "NONE"] = counts.get(one.status or "NONE", 0) + 1
    return SubjectsDocument(counts=counts, subjects=[_summary(one) for one in ordered])


def document_subject(
    subject: str,
    report: Mapping[str, Any] | None,
    past: Past = NOTHING,
    error: str | None = None,
    documentation: str | None = None,
) -> SubjectDocument:
    """Show all that is kept of a subject, or of a message that names none."""
    shown = {} if report is None else show_kept(report, documentation)
    remembered = {
        "held": past.hold,
        "contested": past.contested,
        "losses": [_loss(one) for one in past.losses],
        "since": {reason.value: at for reason, at in past.since.items()},
        "reinstalls": past.reinstalls,
        "setbacks": [_setback(target, one) for target, one in past.setbacks.items()],
        "error": error,
    }
    head = {"subject": subject, "status": None if past.status is None else past.status.name}
    return SubjectDocument.model_validate(head | shown | remembered)


def document_writes(subject: ResourceId, writes: Iterable[Write]) -> WritesDocument:
    """Show a subject's trail, which comes the oldest first."""
    return WritesDocument(subject=str(subject), writes=[_write(one) for one in reversed(list(writes))])


def document_leash(leash: Leash, writes_per_hour: int) -> LeashDocument:
    """Show all that keeps the whole app from writing."""
    return LeashDocument(
        kill_switch=leash.kill_switch,
        decommission=leash.decommission,
        failures=leash.failures,
        stopped_by_failures=len(leash.failures) >= MOST_FAILURES,
        writes_last_hour=len(leash.writes),
        writes_per_hour=writes_per_hour,
    )


def _badness(status: str | None) -> int:
    return Status.__members__.get(status or "", Status.UNKNOWN)


def _name(subject: str) -> str:
    return subject.rsplit("/", 1)[-1].casefold()


def _summary(one: SubjectSummary) -> SummaryDocument:
    return SummaryDocument(
        subject=one.subject[:LONGEST_SUBJECT],
        status=one.status,
        observed_at=one.observed_at,
        reasons=one.reasons,
        waived=one.waived,
        held=one.held,
        contested=one.contested,
        error=one.error,
    )


def _loss(one: Loss) -> LossDocument:
    return LossDocument(target=str(one.target), at=one.at, by=one.by)


def _setback(target: ResourceId, one: Setback) -> SetbackDocument:
    return SetbackDocument(target=str(target), outcome=one.outcome.value, message=one.message, until=one.until)


def _write(write: Write) -> WriteDocument:
    ((action, content),) = to_json(write.action, Action).items()
    return WriteDocument(
        id=write.id,
        target=str(write.action.id),
        action=action,
        fate=write.fate.value,
        message=write.message,
        cause=write.cause,
        correlation_id=write.correlation_id,
        request_id=write.request_id,
        intended_at=write.intended_at,
        concluded_at=write.concluded_at,
        undoes=write.undoes,
        existing=content["existing"],
        desired=_desired(content),
        azure_cli=azure_cli(write.action),
        bicep=bicep(write.action),
        terraform=terraform(write.action),
    )


def _desired(content: Mapping[str, Any]) -> Any:
    """Give what was written: all of a resource, a refresh's tag alone, or nothing."""
    if "force_update_tag" in content:
        return {"force_update_tag": content["force_update_tag"]}
    return content.get("desired")
