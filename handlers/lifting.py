"""POST /api/lift: a person lifts what keeps one subject, or the whole app, from being written."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from handlers.answers import Answer, answer, answering, parse_body
from handlers.asking import (
    BY_HTTP,
    change_row,
    name_subjects,
    queue_check,
    queue_checks,
    read_time,
    require_watched,
)
from handlers.bodies import LIFT, LiftRequest, StopToLift
from handlers.guard import Guard
from shared.azure.leash import clear_budget, clear_failures, read_leash, set_stop
from shared.azure.subjects import SubjectRow, list_subjects
from shared.model.leash import Leash
from shared.model.past import Past
from shared.model.reason import Reason
from shared.model.resource_id import SUBSCRIPTION, WHOLE_ESTATE, ResourceId

logger = logging.getLogger(__name__)

_REASONS: dict[StopToLift, Reason] = {
    "kill_switch": Reason.STOPPED_BY_KILL_SWITCH,
    "failures": Reason.STOPPED_BY_FAILURES,
    "budget": Reason.BUDGET_SPENT,
    "decommission": Reason.DECOMMISSIONED,
}


class LiftedDocument(BaseModel):
    """What was lifted, as it was, and how many checks are queued because of it."""

    lifted: dict[str, Any]
    message: str
    checks: int = 0
    correlation_id: str | None = None


@answering
async def order_lift(guard: Guard, body: bytes) -> Answer:
    """Lift what keeps a subject from being written (202), or a stop of the whole app (200), and queue the checks.

    Lifting what is not there is no fault (200).
    """
    asked = parse_body(LiftRequest, body, "lift", LIFT)
    if asked.stop is not None:
        return await _lift_stop(guard, asked.stop)
    subject = ResourceId(asked.subject or "")
    require_watched(guard, subject)
    return await _lift_subject(guard, subject)


async def _lift_subject(guard: Guard, subject: ResourceId) -> Answer:
    was: dict[str, Any] = {}

    def change(row: SubjectRow, _: datetime) -> SubjectRow | None:
        nonlocal was
        was = _restraints(row.past)
        return replace(row, past=_lifted(row.past)) if was else None

    await change_row(guard.clients, subject, change)
    if not was:
        return answer(200, LiftedDocument(lifted={}, message=f"Nothing kept {subject.name} from being written."))
    correlation_id = await queue_check(guard, subject, f"{BY_HTTP}: lifted")
    _log(str(subject), was, correlation_id)
    is_swept = subject.is_a(SUBSCRIPTION) or subject == WHOLE_ESTATE
    message = (
        f"What the next sweep of {subject.name} sees counts as all there is; it is on its way."
        if is_swept
        else f"{subject.name} may be written again, as far as mode and scope permit: its check is on its way."
    )
    return answer(202, LiftedDocument(lifted=was, message=message, checks=1, correlation_id=correlation_id))


def _restraints(past: Past) -> dict[str, Any]:
    """Tell what of a subject's past keeps it from being written, or may soon."""
    found = {
        "hold": past.hold,
        "contested": past.contested,
        "losses": [f"{one.at:%FT%TZ} {one.target}" for one in past.losses],
        "setbacks": {str(target): one.message for target, one in past.setbacks.items()},
        "reinstalls": past.reinstalls,
        "writes": len(past.writes),
        "machines_before": len(past.sweep.machines) if past.sweep else 0,
        "subscriptions_before": len(past.round.subscriptions) if past.round else 0,
    }
    return {name: one for name, one in found.items() if one}


def _lifted(past: Past) -> Past:
    return replace(
        past,
        hold=None,
        contested=False,
        losses=(),
        setbacks=MappingProxyType({}),
        reinstalls=(),
        writes=(),
        # Of a sweep, what it compares with: the next one takes what it sees for all there is.
        sweep=None,
        round=None,
    )


async def _lift_stop(guard: Guard, stop: StopToLift) -> Answer:
    was = _stop_as_is(await read_leash(guard.clients), stop)
    if stop == "failures":
        await clear_failures(guard.clients)
    elif stop == "budget":
        await clear_budget(guard.clients)
    else:
        await set_stop(guard.clients, stop, None)
    # In any case: a person may have deleted the row by hand, and no check knows of that before its next look.
    subjects = await _kept_back(guard, _REASONS[stop])
    cause = f"{BY_HTTP}: {stop} lifted"
    correlation_id = await queue_checks(guard, subjects, cause, await read_time(guard.clients))
    _log("all", {stop: was}, correlation_id)
    message = f"The {stop} stop is lifted." if was else f"There was no {stop} stop."
    return answer(
        200,
        LiftedDocument(
            lifted={stop: was} if was else {}, message=message, checks=len(subjects), correlation_id=correlation_id
        ),
    )


def _stop_as_is(leash: Leash, stop: StopToLift) -> Any:
    match stop:
        case "kill_switch":
            return leash.kill_switch
        case "decommission":
            return leash.decommission
        case "failures":
            return leash.failures
        case "budget":
            return {"writes": len(leash.writes)} if leash.writes else None


def _log(subject: str, was: dict[str, Any], correlation_id: str) -> None:
    fields = {"subject": subject, "correlation_id": correlation_id, "lifted": sorted(was)}
    logger.warning("Lifted", extra=fields)


async def _kept_back(guard: Guard, reason: Reason) -> list[ResourceId]:
    """Give the subjects whose latest report has that reason."""
    listed = await list_subjects(guard.clients)
    return name_subjects(one for one in listed if reason.value in one.reasons)
