"""The trail: a row for each write, made before it is sent and finished when its fate is known."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime
from typing import cast

from shared.azure.clients import AzureClients
from shared.azure.entities import plain, read_record, record, subject_keys, versioned
from shared.azure.tables import Properties, Row, Table
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write

WRITES = "wacwrites"
_PASSING = frozenset({Fate.INTENDED, Fate.ACCEPTED, Fate.UNKNOWN, Fate.POSTPONED})
# Writes of one check have the same time: within a process they are told apart by their order.
_order = itertools.count()


def new_write_id(at: datetime) -> str:
    """Give a new id: ids sort by time, then, within a process, by the order in which they were asked for."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{next(_order) % 1_000_000:06}-{uuid.uuid4().hex[:12]}"


async def intend(clients: AzureClients, write: Write) -> None:
    """Note a write that is about to be sent. Raises PassingFailure, Refusal."""
    # Nobody else makes this id: what is there already is this very intent, whose answer got lost.
    await Table(clients, WRITES).put(_partition(write.subject), write.id, _properties(write))


async def conclude(clients: AzureClients, write: Write) -> None:
    """Note what became of a write; one whose end was seen is never unsettled again by who did not see it.

    Raises UnreadableRow, PassingFailure, Refusal.
    """

    def change(found: Row | None) -> Properties | None:
        known = None if found is None else _parse(found)
        late = known is not None and known.fate not in _PASSING and write.fate in _PASSING
        return None if late else _properties(write)

    await Table(clients, WRITES).revise(_partition(write.subject), write.id, change)


async def read_write(clients: AzureClients, subject: ResourceId, write_id: str) -> Write | None:
    """Read one write of a subject. Raises UnreadableRow, PassingFailure, Refusal."""
    found = await Table(clients, WRITES).read(_partition(subject), write_id)
    return _parse(found) if found else None


async def list_writes(clients: AzureClients, subject: ResourceId) -> list[Write]:
    """List a subject's writes, the oldest first. Raises UnreadableRow, PassingFailure, Refusal."""
    return _parsed(await Table(clients, WRITES).query(_partition(subject)))


async def list_all_writes(clients: AzureClients) -> list[Write]:
    """List the writes to all subjects, the oldest first. Raises UnreadableRow, PassingFailure, Refusal."""
    return _parsed(await Table(clients, WRITES).query())


def _partition(subject: ResourceId) -> str:
    return "-".join(subject_keys(subject))


def _parsed(rows: list[Row]) -> list[Write]:
    return [_parse(row) for row in sorted(rows, key=lambda row: row.row)]


def _parse(row: Row) -> Write:
    return cast("Write", read_record(row, "write", Write))


def _properties(write: Write) -> Properties:
    """Write the whole as a document, and beside it what people read."""
    return versioned(
        {
            "subject": plain(str(write.subject)),
            "target": plain(str(write.action.id)),
            "action": type(write.action).__name__,
            "fate": write.fate.value,
            "cause": plain(write.cause),
            "message": plain(write.message),
            "intended_at": write.intended_at,
            "concluded_at": write.concluded_at,
            "correlation_id": plain(write.correlation_id),
            "request_id": write.request_id,
            "undoes": write.undoes,
        },
        record("write", write, Write),
    )
