"""POST /api/undo and POST /api/hold: a person's word on one subject."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel

from handlers.answers import Answer, Problem, answer, answering, parse_body
from handlers.asking import BY_HTTP, change_row, queue_check, require_enforcement, require_watched
from handlers.bodies import HOLD, UNDO, WRITES, HoldRequest, UndoRequest
from handlers.guard import Guard
from shared.azure.subjects import SubjectRow
from shared.azure.trail import read_write
from shared.decide.undo import NEVER_WRITTEN
from shared.model.past import Hold
from shared.model.plan import PutExtension, RefreshExtension
from shared.model.resource_id import ResourceId
from shared.model.write import Write

logger = logging.getLogger(__name__)

_NOT_UNDONE = "The write can't be undone"


class HeldDocument(BaseModel):
    """A subject that nothing is written to any more, but to undo a write; and how that ends."""

    subject: str
    held: Hold
    message: str
    correlation_id: str | None = None


@answering
async def order_undo(guard: Guard, body: bytes) -> Answer:
    """Have a write undone by the subject's next check, which is queued (202), and hold the subject until lifted.

    404 when the subject's trail has no such write; 409 when there is nothing to undo; 403 as for POST /api/checks.
    """
    asked = parse_body(UndoRequest, body, "undo", UNDO)
    subject = ResourceId(asked.subject)
    require_watched(guard, subject)
    require_enforcement(guard, subject)
    write = await read_write(guard.clients, subject, asked.write)
    if write is None:
        detail = f"{subject.name} has no write {asked.write!r}: GET /api/writes lists those it has."
        raise Problem(404, "There is no such write", detail, WRITES | {"subject": str(subject)})
    reason_not = _why_not(write)
    if reason_not is not None:
        raise Problem(409, _NOT_UNDONE, reason_not)
    held = await _hold(guard, subject, asked.reason or f"undo of {write.id}", write.id)
    correlation_id = await queue_check(guard, subject, f"{BY_HTTP}: undo of {write.id}")
    _log("Undo ordered", subject, held, correlation_id)
    message = f"The undo is on its way. {_until_lifted(subject)}"
    return answer(202, HeldDocument(subject=str(subject), held=held, message=message, correlation_id=correlation_id))


@answering
async def order_hold(guard: Guard, body: bytes) -> Answer:
    """Have nothing written to a subject until that is lifted (200); it need not have been looked at before."""
    asked = parse_body(HoldRequest, body, "hold", HOLD)
    subject = ResourceId(asked.subject)
    require_watched(guard, subject)
    held = await _hold(guard, subject, asked.reason)
    _log("Hold ordered", subject, held, None)
    return answer(200, HeldDocument(subject=str(subject), held=held, message=_until_lifted(subject)))


async def _hold(guard: Guard, subject: ResourceId, reason: str, undo: str | None = None) -> Hold:
    held = Hold(datetime.min, reason, undo)

    def change(row: SubjectRow, now: datetime) -> SubjectRow:
        nonlocal held
        _require_no_other_undo(row, undo)
        held = replace(held, at=now)
        return replace(row, past=replace(row.past, hold=held))

    await change_row(guard.clients, subject, change)
    return held


def _require_no_other_undo(row: SubjectRow, undo: str | None) -> None:
    waiting = row.past.hold.undo if row.past.hold is not None else None
    if undo is not None and waiting not in (None, undo):
        detail = (
            f"The undo of {waiting} is still to be done: ask again when GET /api/reports shows no undo any more,"
            " or lift the hold first."
        )
        raise Problem(409, "Another undo comes first", detail)


def _why_not(write: Write) -> str | None:
    """Say why there is nothing to undo; whether it still can be, the check itself tells by what it then sees."""
    if write.fate in NEVER_WRITTEN:
        return f"It never took effect: {write.fate.value}. {write.message}".rstrip()
    match write.action:
        case RefreshExtension():
            return "It had Azure bring the extension up to date, and Azure installs no older version."
        case PutExtension(existing=existing) if existing is not None:
            return "It put a failed extension back, with all of its settings, after it was taken away."
    return None


def _log(message: str, subject: ResourceId, held: Hold, correlation_id: str | None) -> None:
    fields = {"subject": str(subject), "correlation_id": correlation_id, "reason": held.reason, "write": held.undo}
    logger.warning(message, extra=fields)


def _until_lifted(subject: ResourceId) -> str:
    return (
        f"Nothing else is written to {subject.name} until somebody lifts the hold:"
        ' POST {"subject": "<its id>"} to /api/lift.'
    )
