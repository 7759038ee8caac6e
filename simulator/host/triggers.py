"""All that runs functions by itself: queues and timers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from simulator.host.contract import Tally
from simulator.host.invocations import Invocations
from simulator.host.queue_trigger import QueueListener
from simulator.host.timer_trigger import Timer

QUEUE_TRIGGER = "queueTrigger"


class Triggers:
    def __init__(self, queues: Iterable[QueueListener], timers: Iterable[Timer], invocations: Invocations) -> None:
        self._queues = tuple(queues)
        self._timers = tuple(timers)
        self._invocations = invocations
        self._running: list[asyncio.Task[None]] = []
        self._told = Tally()

    def start(self, *, manual: bool) -> None:
        """Fire what runs on start-up; unless `manual`, also poll the queues and follow the schedules from now on."""
        self._running += [asyncio.create_task(timer.fire()) for timer in self._timers if timer.runs_on_startup]
        if not manual:
            self._running += [asyncio.create_task(queue.run()) for queue in self._queues]
            self._running += [asyncio.create_task(timer.run()) for timer in self._timers]

    async def drain(self) -> Tally:
        """Process messages until none is visible and nothing is under way; tell what ended since the last drain."""
        while sum(await asyncio.gather(*(queue.drain() for queue in self._queues))) or self._invocations.under_way:
            await self._invocations.idle()
        before, self._told = self._told, self._invocations.tally
        return self._told.since(before)

    async def stop(self, grace: float) -> None:
        """Take nothing new, and give what is under way `grace` seconds to end."""
        for task in self._running:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._invocations.idle()
                await asyncio.gather(*(queue.finish() for queue in self._queues))
