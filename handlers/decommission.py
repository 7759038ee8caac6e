"""POST /api/decommission: all that is ours is taken away, and nothing is installed any more."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from pydantic import BaseModel

from handlers.answers import Answer, answer, answering, parse_body
from handlers.asking import BY_HTTP, name_subjects, queue_checks, read_time
from handlers.bodies import DECOMMISSION, WRITTEN, DecommissionRequest
from handlers.guard import Guard
from shared.azure.leash import read_leash, set_stop
from shared.azure.subjects import list_subjects
from shared.azure.trail import list_all_writes
from shared.decide.belongings import decide_belongings
from shared.decide.permission import decide_enforcement
from shared.model.desired import Mode
from shared.model.leash import Stop
from shared.model.resource_id import ResourceId
from shared.model.write import Write

logger = logging.getLogger(__name__)

_HOW_TO_LIFT = 'To have the app install again, POST {"stop": "decommission"} to /api/lift.'


class BelongingDocument(BaseModel):
    """One thing of ours, with the write that put it there last and what became of that."""

    resource: str
    write: str
    fate: str


class BelongingsDocument(BaseModel):
    """What is ours of one subject, and, where mode or scope don't permit to take it away, what to set."""

    subject: str
    resources: list[BelongingDocument]
    permitted: bool
    message: str | None = None


class DecommissionAudit(BaseModel):
    """What would be taken away, by the trail."""

    message: str
    subjects: list[BelongingsDocument]


class DecommissionOrder(BaseModel):
    """A decommissioning that is on its way."""

    decommission: Stop
    message: str
    checks: int
    not_permitted: int
    correlation_id: str


@answering
async def order_decommission(guard: Guard, body: bytes) -> Answer:
    """Tell what would be taken away (200), or have every VM and NSG checked for it from now on (202)."""
    asked = parse_body(DecommissionRequest, body, "decommissioning", DECOMMISSION)
    if asked.mode is Mode.AUDIT:
        return answer(200, _audit(guard, await list_all_writes(guard.clients)))
    return await _enforce(guard, asked.reason)


def _audit(guard: Guard, writes: Iterable[Write]) -> DecommissionAudit:
    by_subject: dict[ResourceId, list[BelongingDocument]] = {}
    for target, write in decide_belongings(writes).items():
        document = BelongingDocument(resource=str(target), write=write.id, fate=write.fate.value)
        by_subject.setdefault(write.subject, []).append(document)
    subjects = [_belongings(guard, subject, by_subject[subject]) for subject in sorted(by_subject)]
    message = (
        "This is what the app wrote and has not taken away since; what of it still stands, each check sees."
        ' Send "mode": "enforce" to have it taken away.'
    )
    return DecommissionAudit(message=message, subjects=subjects)


def _belongings(guard: Guard, subject: ResourceId, resources: list[BelongingDocument]) -> BelongingsDocument:
    forbidden = decide_enforcement(subject, guard.desired)
    return BelongingsDocument(
        subject=str(subject),
        resources=resources,
        permitted=forbidden is None,
        message=forbidden.message if forbidden is not None else None,
    )


async def _enforce(guard: Guard, reason: str) -> Answer:
    stop = (await read_leash(guard.clients)).decommission
    if stop is None:
        stop = Stop(await read_time(guard.clients), reason)
        await set_stop(guard.clients, "decommission", stop)
        logger.warning("Decommissioning ordered", extra={"subject": "all", "correlation_id": None, "reason": reason})
    subjects = await _known(guard)
    # Asked for after the order stands: a look that began before it has not answered this.
    at = await read_time(guard.clients)
    correlation_id = await queue_checks(guard, subjects, f"{BY_HTTP}: decommissioning", at)
    not_permitted = sum(decide_enforcement(subject, guard.desired) is not None for subject in subjects)
    document = DecommissionOrder(
        decommission=stop,
        message=f"Every VM and NSG is checked, and what is ours is taken away. {_HOW_TO_LIFT}",
        checks=len(subjects),
        not_permitted=not_permitted,
        correlation_id=correlation_id,
    )
    return answer(202, document)


async def _known(guard: Guard) -> list[ResourceId]:
    """Give every VM and NSG that was ever looked at, or written."""
    written = {write.subject for write in await list_all_writes(guard.clients)}
    known = written.union(name_subjects(await list_subjects(guard.clients)))
    return sorted(one for one in known if any(one.is_a(resource_type) for resource_type in WRITTEN))
