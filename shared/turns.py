"""One look at a subject at a time: in this process by a lock, over all processes by a lease in its row."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from weakref import WeakValueDictionary

from shared.azure.clients import AzureClients
from shared.azure.failures import PassingFailure
from shared.azure.subjects import SubjectRow, read_subject, save_subject
from shared.azure.tables import Overtaken
from shared.decide.memory import is_answered, is_stale
from shared.model.check import Check
from shared.model.past import Past
from shared.model.resource_id import ResourceId

logger = logging.getLogger(__name__)

# Longer than the host lets a function run (functionTimeout in host.json), so that nobody outlives a lease.
_LEASE = timedelta(minutes=6)
_REMEMBERED = 10_000
GATHERING = timedelta(seconds=5)
"""How long a check that is asked for stays hidden: it serves all who ask meanwhile, whichever instance looks then."""
# Those who ask are dated by Azure Resource Manager, the hidden check by storage: their clocks may differ.
_GATHERED = GATHERING - timedelta(seconds=2)


class NoTurn(Enum):
    """Why a check needs no look: it was ANSWERED, a later look waits in its stead, or it has to wait: HELD."""

    ANSWERED = "Check already answered"
    STALE = "Look superseded by a later one"
    HELD = "Subject looked at elsewhere"


class Turn:
    """A hold on one subject, from the lease to the report; without a lease, for those who write nothing."""

    def __init__(self, clients: AzureClients, row: SubjectRow) -> None:
        """Begin with the row as read, and leased by whoever is to write."""
        self._clients = clients
        self._row = row
        self.past = row.past

    @property
    def may_write(self) -> bool:
        return self._row.holder is not None

    @property
    def began_at(self) -> datetime | None:
        """When the subject was leased, by storage's time."""
        return None if self._row.held_until is None else self._row.held_until - _LEASE

    async def remember(self, past: Past) -> None:
        """Save what is known by now. Raises Overtaken when the subject is no longer ours: then write nothing."""
        self._row = await save_subject(self._clients, replace(self._row, past=past))
        self.past = past

    async def end(self, past: Past, report: Mapping[str, Any]) -> None:
        """Save how it ended, and let go of the subject. Raises Overtaken."""
        await self._release(replace(self._row, past=past, report=report, error=None))

    async def fail(self, error: Exception) -> None:
        """Let go of the subject, and leave word of what went wrong; where that fails, the lease runs out."""
        told = f"{type(error).__name__}: {error}"
        try:
            try:
                await self._release(replace(self._row, error=told))
            except Overtaken:
                await self._release_as_it_is(told)
        except (Overtaken, PassingFailure) as failure:
            logger.warning("Lease left to run out", extra={"subject": str(self._row.subject), "reason": str(failure)})

    async def _release(self, row: SubjectRow) -> None:
        self._row = await save_subject(self._clients, replace(row, holder=None, held_until=None))

    async def _release_as_it_is(self, error: str) -> None:
        """Let go of a row that a person changed meanwhile, without what we would have made of it."""
        row, _ = await read_subject(self._clients, self._row.subject)
        if row.holder == self._row.holder:
            await self._release(replace(row, error=error))


async def glance(clients: AzureClients, subject: ResourceId) -> Turn:
    """Give what is remembered of a subject to a check that writes nothing. Raises PassingFailure, Refusal."""
    row, _ = await read_subject(clients, subject)
    return Turn(clients, replace(row, holder=None))


async def take_turn(clients: AzureClients, check: Check) -> Turn | NoTurn:
    """Lease a check's subject, if it needs a look and nobody else holds it. Raises PassingFailure, Refusal."""
    row, now = await read_subject(clients, check.subject)
    if is_answered(row.past, check):
        return NoTurn.ANSWERED
    # Whoever holds it may be about to say that this very look is the one to come.
    if row.held_until is not None and now < row.held_until:
        return NoTurn.HELD
    if is_stale(row.past, check):
        return NoTurn.STALE
    leased = replace(row, holder=uuid.uuid4().hex, held_until=now + _LEASE)
    try:
        return Turn(clients, await save_subject(clients, leased))
    except Overtaken:
        return NoTurn.HELD


class Turns:
    """Who is being looked at in this process, and whose check it has queued lately.

    It spares requests, and is memory, not state: whatever it forgets is looked at again.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._locks: WeakValueDictionary[ResourceId, asyncio.Lock] = WeakValueDictionary()
        self._asked_for: OrderedDict[ResourceId, datetime] = OrderedDict()

    @asynccontextmanager
    async def of(self, subject: ResourceId) -> AsyncIterator[None]:
        """Wait until nobody else in this process looks at the subject, and keep others waiting."""
        lock = self._locks.setdefault(subject, asyncio.Lock())
        async with lock:
            yield

    def ask_for(self, subject: ResourceId, asked_at: datetime) -> bool:
        """Tell whether a check of the subject has yet to be queued, to be seen after GATHERING.

        Nobody looks because of it before, in whatever process: until then it serves everybody.
        """
        before = self._asked_for.get(subject)
        if before is not None and abs(asked_at - before) < _GATHERED:
            return False
        self._asked_for[subject] = asked_at
        self._asked_for.move_to_end(subject)
        if len(self._asked_for) > _REMEMBERED:
            self._asked_for.popitem(last=False)
        return True

    def withdraw(self, subject: ResourceId) -> None:
        """Forget that a check of the subject was to be queued, since it was not."""
        self._asked_for.pop(subject, None)
