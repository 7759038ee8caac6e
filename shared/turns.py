"""One look at a subject at a time in this process, and none at what has been answered already."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from shared.model.check import Check
from shared.model.plan import Report, Status
from shared.model.resource_id import ResourceId

_REMEMBERED = 10_000
_ASKED_LATELY = timedelta(minutes=1)
# An observation is dated by Azure's answer; what it shows is older than that, by the time that a request takes.
_ANSWERING = timedelta(seconds=1)
_ENDED_WELL = (Status.COMPLIANT, Status.NOT_APPLICABLE)


class Turns:
    """Who is being looked at, and when each subject was last seen to be well.

    It spares reads and keeps two checks of this process from writing to one subject at once. It is memory, not
    state: whatever it forgets is looked at again.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._locks: WeakValueDictionary[ResourceId, asyncio.Lock] = WeakValueDictionary()
        self._well_at: OrderedDict[ResourceId, datetime] = OrderedDict()
        self._look_at: OrderedDict[ResourceId, datetime] = OrderedDict()
        self._asked_for: OrderedDict[ResourceId, datetime] = OrderedDict()

    @asynccontextmanager
    async def of(self, subject: ResourceId) -> AsyncIterator[None]:
        """Wait until nobody else in this process looks at the subject, and keep others waiting."""
        lock = self._locks.setdefault(subject, asyncio.Lock())
        async with lock:
            self._asked_for.pop(subject, None)
            yield

    def ask_for(self, subject: ResourceId, asked_at: datetime) -> bool:
        """Tell whether a check of the subject has yet to be queued: one that waits in the queue serves everybody.

        Another process may take it from the queue, so that this is believed for a minute alone.
        """
        before = self._asked_for.get(subject)
        if before is not None and asked_at - before < _ASKED_LATELY:
            return False
        _remember(self._asked_for, subject, asked_at)
        return True

    def withdraw(self, subject: ResourceId) -> None:
        """Forget that a check of the subject was to be queued, since it was not."""
        self._asked_for.pop(subject, None)

    def answered(self, check: Check) -> bool:
        """Tell whether an observation that began after the check was asked for found its subject well."""
        well_at = self._well_at.get(check.subject)
        return well_at is not None and check.asked_at is not None and well_at - _ANSWERING > check.asked_at

    def note(self, report: Report) -> None:
        """Remember a report that leaves nothing open, forget the subject's last one otherwise."""
        subject = report.check.subject
        self._well_at.pop(subject, None)
        if report.observed_at is not None and report.status in _ENDED_WELL and not report.wrote:
            _remember(self._well_at, subject, report.observed_at)

    def superseded(self, check: Check) -> bool:
        """Tell whether a look again was asked for later than this one: it serves, so that no chain doubles."""
        look_at = self._look_at.get(check.subject)
        if check.attempt == 0 or check.asked_at is None:
            return False
        return look_at is not None and look_at > check.asked_at

    def note_look(self, check: Check) -> None:
        """Remember that a look again was queued."""
        if check.asked_at is not None:
            _remember(self._look_at, check.subject, check.asked_at)


def _remember(memory: OrderedDict[ResourceId, datetime], subject: ResourceId, at: datetime) -> None:
    memory[subject] = at
    memory.move_to_end(subject)
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)
