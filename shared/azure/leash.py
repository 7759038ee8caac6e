"""What keeps the whole app from writing: a few rows that every instance reads before each write."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, cast

from shared.azure.clients import AzureClients
from shared.azure.entities import plain, read_record, record, versioned
from shared.azure.failures import PassingFailure
from shared.azure.tables import Properties, Row, Table
from shared.model.leash import Failure, Leash, Stop

CONTROL = "waccontrol"
PARTITION = "control"
_FAILURES, _WRITES = "failures", "writes"
_HOUR = timedelta(hours=1)
# Those in a row that are told of; a few have stopped the app already.
_MOST_FAILURES = 20
# The checks of a process wait for each other here: none for so long that its host would end it.
_PATIENCE_SECONDS = 30
_BY_HAND = "set by hand"

type StopName = Literal["kill_switch", "decommission"]


async def read_leash(clients: AzureClients) -> Leash:
    """Read everything that keeps the app from writing, by storage's time; one request.

    Raises UnreadableRow, PassingFailure, Refusal.
    """
    table = Table(clients, CONTROL)
    rows = await table.query(PARTITION)
    kept = {row.row: row for row in rows}
    return Leash(
        kill_switch=_stop(rows, "kill_switch"),
        decommission=_stop(rows, "decommission"),
        failures=_failures(kept.get(_FAILURES)),
        writes=_last_hour(kept.get(_WRITES), table.answered_at),
    )


async def set_stop(clients: AzureClients, name: StopName, stop: Stop | None) -> None:
    """Set a stop, or lift it, however it was set. Raises PassingFailure, Refusal."""
    table = Table(clients, CONTROL)
    if stop is not None:
        await table.put(PARTITION, name, versioned({"at": stop.at, "reason": plain(stop.reason)}))
        return
    for row in await table.query(PARTITION):
        if _names(row, name):
            await table.delete(PARTITION, row.row)


async def spend(clients: AzureClients, now: datetime, limit: int) -> bool:
    """Take one write of the hour's budget; tell whether there was one left.

    Raises UnreadableRow, PassingFailure, Refusal.
    """
    spent = False

    def change(found: Row | None) -> Properties | None:
        nonlocal spent
        writes = _last_hour(found, now)
        spent = len(writes) < limit
        return _times([*writes, now]) if spent else None

    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), clients.spending:
            await Table(clients, CONTROL).revise(PARTITION, _WRITES, change)
    except TimeoutError as late:
        raise PassingFailure("Too many writes were waiting for the hour's budget") from late
    return spent


async def clear_budget(clients: AzureClients) -> None:
    """Forget the writes of the last hour. Raises PassingFailure, Refusal."""
    await Table(clients, CONTROL).delete(PARTITION, _WRITES)


async def note_failure(clients: AzureClients, failure: Failure) -> tuple[Failure, ...]:
    """Add a failure to those in a row, and give them all. Raises UnreadableRow, PassingFailure, Refusal."""
    noted: tuple[Failure, ...] = ()

    def change(found: Row | None) -> Properties:
        nonlocal noted
        noted = (*_failures(found), failure)[-_MOST_FAILURES:]
        return versioned({"count": len(noted)}, record(_FAILURES, noted, tuple[Failure, ...]))

    await Table(clients, CONTROL).revise(PARTITION, _FAILURES, change)
    return noted


async def clear_failures(clients: AzureClients) -> None:
    """Forget the failures in a row, since something ended well. Raises PassingFailure, Refusal."""
    table = Table(clients, CONTROL)
    if await table.read(PARTITION, _FAILURES) is not None:
        await table.delete(PARTITION, _FAILURES)


def _stop(rows: Iterable[Row], name: StopName) -> Stop | None:
    """Take any row of that name for a stop: a person in a hurry makes it by hand, with whatever is in it."""
    row = next((row for row in rows if _names(row, name)), None)
    if row is None:
        return None
    at, reason = row.properties.get("at"), row.properties.get("reason")
    return Stop(
        at if isinstance(at, datetime) else row.at,
        reason if isinstance(reason, str) and reason.strip() else _BY_HAND,
    )


def _names(row: Row, name: StopName) -> bool:
    """Tell whether a row is that stop, were it called `Kill-Switch` or `killswitch`."""
    return _letters(row.row) == _letters(name)


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, name)).casefold()


def _failures(row: Row | None) -> tuple[Failure, ...]:
    return cast("tuple[Failure, ...]", read_record(row, _FAILURES, tuple[Failure, ...])) if row else ()


def _last_hour(row: Row | None, now: datetime) -> tuple[datetime, ...]:
    times: tuple[datetime, ...] = read_record(row, _WRITES, tuple[datetime, ...]) if row else ()
    return tuple(sorted(at for at in times if at > now - _HOUR))


def _times(writes: Iterable[datetime]) -> Properties:
    times = tuple(sorted(writes))
    return versioned({"count": len(times)}, record(_WRITES, times, tuple[datetime, ...]))
