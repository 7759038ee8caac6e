"""What is kept of each subject: who is writing it, its past, its latest report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.azure.clients import AzureClients
from shared.azure.entities import (
    digest,
    partition_of,
    plain,
    plain_record,
    read_document,
    read_record,
    record,
    size_of,
    subject_keys,
    versioned,
)
from shared.azure.reports import report_document
from shared.azure.tables import Properties, Row, Table
from shared.model.application import Gateway
from shared.model.past import NOTHING, Past, Sighting
from shared.model.reason import Reason, Status
from shared.model.resource_id import APPLICATION, ResourceId
from shared.model.sweep import Standing

SUBJECTS = "wacsubjects"
UNREADABLE = "unreadable"
"""The partition of messages that name no subject. No subscription is called so: its id would have to be that."""

# Of the 1 MiB that a row may have, some is left for its plain properties.
_MOST_BYTES = 900 * 1024
_MOST_REPORT_BYTES = 700 * 1024


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """What is kept of a subject. Until `held_until`, `holder` alone writes it; `error` is why its last check failed.

    `report` is the latest Report's JSON. `etag` is None as long as nothing is kept.
    """

    subject: ResourceId
    past: Past = NOTHING
    report: Mapping[str, Any] | None = None
    holder: str | None = None
    held_until: datetime | None = None
    error: str | None = None
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class SubjectSummary:
    """What a list shows of a subject: `subject` is a text, since an unreadable message has no id.

    `waived` are those of the reasons that somebody accepts for now.
    """

    subject: str
    status: str | None
    observed_at: datetime | None
    reasons: tuple[str, ...]
    held: bool
    contested: bool
    error: str | None = None
    waived: tuple[str, ...] = ()


async def read_subject(clients: AzureClients, subject: ResourceId) -> tuple[SubjectRow, datetime]:
    """Read what is kept of a subject, and storage's time. Raises UnreadableRow, PassingFailure, Refusal."""
    table = Table(clients, SUBJECTS)
    found = await table.read(*subject_keys(subject))
    return (_parse(subject, found) if found else SubjectRow(subject)), table.answered_at


async def save_subject(clients: AzureClients, row: SubjectRow) -> SubjectRow:
    """Keep a row if nobody wrote it since it was read; give it with its new ETag.

    A report that is too large loses findings and actions. Raises Overtaken, PassingFailure, Refusal.
    """
    table, keys, properties = Table(clients, SUBJECTS), subject_keys(row.subject), _properties(row)
    if row.etag is None:
        return replace(row, etag=await table.insert(*keys, properties))
    return replace(row, etag=await table.replace(*keys, properties, row.etag))


async def list_subjects(clients: AzureClients) -> list[SubjectSummary]:
    """List all subjects, and the messages that named none, by name. Raises PassingFailure, Refusal."""
    shown = ("subject", "status", "observed_at", "reasons", "waived", "held", "contested", "error")
    rows = await Table(clients, SUBJECTS).query(select=shown)
    return sorted((_summary(row) for row in rows), key=lambda summary: summary.subject.casefold())


async def list_applications(clients: AzureClients) -> frozenset[ResourceId]:
    """Name the app registrations that were looked at. Raises PassingFailure, Refusal."""
    rows = await Table(clients, SUBJECTS).query(partition_of(""), select=("subject",), where=("status", "gt", ""))
    found = (ResourceId(row.properties["subject"]) for row in rows)
    return frozenset(one for one in found if one.is_a(APPLICATION))


async def list_sightings(clients: AzureClients, subscription_id: str, since: datetime) -> dict[ResourceId, Sighting]:
    """Tell how the VMs and NICs of a subscription looked that were checked since then.

    Raises PassingFailure, Refusal.
    """
    shown = ("subject", "sighting", "observed_at")
    partition = partition_of(subscription_id)
    rows = await Table(clients, SUBJECTS).query(partition, select=shown, where=("observed_at", "ge", since))
    seen = (row.properties for row in rows)
    return {
        ResourceId(one["subject"]): Sighting(one["sighting"], one["observed_at"])
        for one in seen
        if one.get("sighting")
    }


async def list_standings(clients: AzureClients, subscription_id: str) -> dict[ResourceId, Standing]:
    """Tell what is kept of a subscription's subjects that a sweep has to know. Raises PassingFailure, Refusal."""
    shown = ("subject", "status", "observed_at", "reasons", "held", "contested")
    summaries = map(_summary, await Table(clients, SUBJECTS).query(partition_of(subscription_id), select=shown))
    found = (
        Standing(
            ResourceId(one.subject),
            _known_reasons(one),
            None if one.status == Status.UNKNOWN.name else one.observed_at,
        )
        for one in summaries
    )
    return {one.subject: one for one in found}


async def save_unreadable(clients: AzureClients, text: bytes | str, report: Mapping[str, Any]) -> None:
    """Keep the report of a message that names no subject, under its text. Raises PassingFailure, Refusal."""
    shown = text.decode(errors="replace") if isinstance(text, bytes) else text
    properties = versioned(
        {"subject": plain(shown), "status": report.get("status"), "reasons": _joined(_reasons_of(report))},
        {"held": False, "contested": False},
        report_document("report", report, _MOST_REPORT_BYTES),
    )
    await Table(clients, SUBJECTS).put(UNREADABLE, digest(text), properties)


def _properties(row: SubjectRow) -> Properties:
    past = record("past", row.past, Past)
    room = min(_MOST_REPORT_BYTES, _MOST_BYTES - size_of(past))
    status = row.past.status
    return versioned(
        {
            "subject": plain(str(row.subject)),
            "holder": row.holder,
            "held_until": row.held_until,
            "status": None if status is None else status.name,
            "observed_at": row.past.observed_at,
            "sighting": row.past.sighting,
            "gateway": None if row.past.gateway is None else plain_record(row.past.gateway, Gateway),
            "reasons": _joined(row.past.since if row.report is None else _reasons_of(row.report)),
            "waived": _joined(() if row.report is None else _reasons_of(row.report, waived=True)),
            "held": row.past.hold is not None,
            "contested": row.past.contested,
            "error": None if row.error is None else plain(row.error),
        },
        past,
        {} if row.report is None else report_document("report", row.report, room),
    )


def _parse(subject: ResourceId, row: Row) -> SubjectRow:
    return SubjectRow(
        subject=subject,
        past=read_record(row, "past", Past),
        report=read_document(row, "report"),
        holder=row.properties.get("holder"),
        held_until=row.properties.get("held_until"),
        error=row.properties.get("error"),
        etag=row.etag,
    )


def _summary(row: Row) -> SubjectSummary:
    shown = row.properties
    return SubjectSummary(
        subject=shown.get("subject", row.row),
        status=shown.get("status"),
        observed_at=shown.get("observed_at"),
        reasons=_split(shown.get("reasons")),
        waived=_split(shown.get("waived")),
        held=shown.get("held", False),
        contested=shown.get("contested", False),
        error=shown.get("error"),
    )


def _known_reasons(one: SubjectSummary) -> frozenset[Reason]:
    """Give a subject's reasons: what a person has ordered since the last report, too."""
    ordered = {Reason.HELD: one.held, Reason.CONTESTED: one.contested}
    told = {Reason(reason) for reason in one.reasons if reason in Reason.__members__}
    return frozenset(told | {reason for reason, is_so in ordered.items() if is_so})


def _reasons_of(report: Mapping[str, Any], *, waived: bool = False) -> Iterable[str]:
    """Name the reasons of a Report's findings: all of them, or those with a waiver."""
    findings = report.get("findings", ())
    return [str(finding["reason"]) for finding in findings if not waived or finding.get("waiver")]


def _joined(reasons: Iterable[str]) -> str:
    return plain(",".join(dict.fromkeys(reasons)))


def _split(joined: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (joined or "").split(",")))
