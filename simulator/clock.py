"""Simulated time: it stands still until somebody advances it, or lets it flow."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
TICK_SECONDS = 0.05

type Callback = Callable[[], Awaitable[None] | None]


class Timer:
    """One thing to do at one time; `cancel` makes it do nothing."""

    def __init__(self, due: datetime, callback: Callback) -> None:
        self.due = due
        self.callback: Callback | None = callback

    def cancel(self) -> None:
        self.callback = None


class Clock:
    """The world's time. A callback must not advance the clock itself: advancing is one at a time."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._timers: list[tuple[datetime, int, Timer]] = []
        self._order = itertools.count()
        self._advancing = asyncio.Lock()
        self.before_moving: list[Callable[[], None]] = []
        """What wants a last look at a moment before time moves on."""

    def now(self) -> datetime:
        return self._now

    def call_at(self, when: datetime, callback: Callback) -> Timer:
        timer = Timer(max(when, self._now), callback)
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        return timer

    def call_later(self, seconds: float, callback: Callback) -> Timer:
        return self.call_at(self._now + timedelta(seconds=seconds), callback)

    def next_due(self) -> datetime | None:
        self._forget_cancelled()
        return self._timers[0][0] if self._timers else None

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`, running all that falls due, in order, each at its own time."""
        async with self._advancing:
            until = self._now + timedelta(seconds=seconds)
            while (due := self.next_due()) is not None and due <= until:
                timer = heapq.heappop(self._timers)[2]
                self._move_to(due)
                callback, timer.callback = timer.callback, None
                outcome = callback() if callback else None
                if outcome is not None:
                    await outcome
            self._move_to(until)

    async def run(self, speed: float) -> None:
        """Let time flow until cancelled: `speed` simulated seconds for each real one."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            current = time.monotonic()
            await self.advance((current - last) * speed)
            last = current

    def _move_to(self, moment: datetime) -> None:
        if moment <= self._now:
            return
        for look in self.before_moving:
            look()
        self._now = moment

    def _forget_cancelled(self) -> None:
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
