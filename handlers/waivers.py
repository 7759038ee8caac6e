"""POST, DELETE and GET /api/waivers: what people accept for a while, so that it is told but not counted."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel

from handlers.answers import Answer, Problem, answer, answering, parse_body, parse_query
from handlers.asking import BY_HTTP, name_subjects, queue_checks, read_time, require_watched
from handlers.bodies import WAIVER, WAIVERS, WITHDRAWAL, WaiverRequest, WaiversQuery, WithdrawalQuery
from handlers.guard import Guard
from shared.azure.subjects import list_subjects
from shared.azure.waivers import drop_waiver, keep_waiver, list_waivers
from shared.decide.waivers import explain_term
from shared.model.reason import Reason
from shared.model.resource_id import RESOURCE_GROUP, ResourceId
from shared.model.waiver import Waiver

logger = logging.getLogger(__name__)

# A look reads what is accepted first, and then observes: one that is under way has not answered the check of a waiver
# that it did not see, though its observation may be the later of the two.
_UNDER_WAY = timedelta(minutes=1)


class WaiverDocument(BaseModel):
    """A waiver as it is kept; one that has `expired` has no effect any more."""

    subject: str
    reason: Reason
    until: datetime
    by: str
    why: str
    at: datetime
    expired: bool


class WaiversDocument(BaseModel):
    """The waivers asked for, by subject."""

    waivers: list[WaiverDocument]


class WaivedDocument(BaseModel):
    """What is accepted from now on, or no more; and how many checks are queued, so that it shows in the reports."""

    waiver: WaiverDocument | None
    message: str
    checks: int
    correlation_id: str


@answering
async def order_waiver(guard: Guard, body: bytes) -> Answer:
    """Keep a waiver, in the place of an earlier one, and queue a check of each subject that it changes (200).

    400 where the reason can't be accepted, or until then; 403 for a subscription that is not watched.
    """
    asked = parse_body(WaiverRequest, body, "waiver", WAIVER)
    subject = ResourceId(asked.subject)
    require_watched(guard, subject)
    now = await read_time(guard.clients)
    why_not = explain_term(asked.until, now)
    if why_not is not None:
        raise Problem(400, "The request is no waiver", f"until: {why_not}.", WAIVER)
    waiver = Waiver(subject, asked.reason, asked.until, asked.by, asked.why, now)
    await keep_waiver(guard.clients, waiver)
    checks, correlation_id = await _queue(guard, subject, asked.reason, now)
    _log("Waiver kept", waiver, correlation_id)
    message = (
        f"{waiver.reason} of {subject.name} is told and not counted until {waiver.until:%Y-%m-%d %H:%M} UTC. What"
        " mode and scope permit is written all the same: to have nothing written, POST to /api/hold."
    )
    shown = _document(waiver, now)
    return answer(200, WaivedDocument(waiver=shown, message=message, checks=checks, correlation_id=correlation_id))


@answering
async def withdraw_waiver(guard: Guard, query: Mapping[str, str]) -> Answer:
    """Delete a waiver, and queue a check of each subject that it changes (200); that there is none is no fault."""
    asked = parse_query(WithdrawalQuery, query, "withdrawal of a waiver", WITHDRAWAL)
    subject = ResourceId(asked.subject)
    require_watched(guard, subject)
    waiver = await drop_waiver(guard.clients, subject, asked.reason)
    now = await read_time(guard.clients)
    # In any case: a person may have deleted the row by hand.
    checks, correlation_id = await _queue(guard, subject, asked.reason, now)
    message = f"There was no waiver of {asked.reason} of {subject.name}."
    shown = None
    if waiver is not None:
        _log("Waiver withdrawn", waiver, correlation_id)
        message = f"The waiver of {asked.reason} of {subject.name} is withdrawn."
        shown = _document(waiver, now)
    return answer(200, WaivedDocument(waiver=shown, message=message, checks=checks, correlation_id=correlation_id))


@answering
async def show_waivers(guard: Guard, query: Mapping[str, str]) -> Answer:
    """Answer with all waivers; with those that cover one subject; or with those of a group and of all in it."""
    asked = parse_query(WaiversQuery, query, "query of waivers", WAIVERS)
    subject = None if asked.subject is None else ResourceId(asked.subject)
    if subject is not None:
        require_watched(guard, subject)
    waivers, now = await list_waivers(guard.clients, subject)
    shown = [one for one in waivers if _concerns(one, subject)]
    return answer(200, WaiversDocument(waivers=[_document(one, now) for one in shown]))


def _concerns(waiver: Waiver, subject: ResourceId | None) -> bool:
    return subject is None or subject.is_a(RESOURCE_GROUP) or waiver.covers(subject)


async def _queue(guard: Guard, subject: ResourceId, reason: Reason, now: datetime) -> tuple[int, str]:
    """Queue a check of each subject that a waiver changes; give how many there are, and their correlation id."""
    subjects = await _changed(guard, subject, reason)
    return len(subjects), await queue_checks(guard, subjects, f"{BY_HTTP}: waiver of {reason}", now + _UNDER_WAY)


async def _changed(guard: Guard, subject: ResourceId, reason: Reason) -> list[ResourceId]:
    """Give the subjects that a waiver is of; of a group's, those whose latest report has the reason."""
    if not subject.is_a(RESOURCE_GROUP):
        return [subject]
    listed = await list_subjects(guard.clients)
    named = name_subjects(one for one in listed if reason.value in one.reasons)
    return [one for one in named if not one.is_of_the_tenant and one.resource_group_id == subject]


def _log(message: str, waiver: Waiver, correlation_id: str) -> None:
    """Tell of a waiver without the people that it names: those are in the table alone."""
    fields = {"subject": str(waiver.subject), "correlation_id": correlation_id, "reason": waiver.reason.value}
    logger.warning(message, extra={**fields, "until": waiver.until.isoformat()})


def _document(waiver: Waiver, now: datetime) -> WaiverDocument:
    return WaiverDocument(
        subject=str(waiver.subject),
        reason=waiver.reason,
        until=waiver.until,
        by=waiver.by,
        why=waiver.why,
        at=waiver.at,
        expired=waiver.has_ended(now),
    )
