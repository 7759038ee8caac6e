"""One time for all of the local Azure."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from simulator.azurite import Azurite
from simulator.clock import START, Clock


class LocalClock(Clock):
    """The world's clock, which takes Azurite's along: whoever advances the one has moved both."""

    def __init__(self, start: datetime = START) -> None:
        super().__init__(start)
        self._azurite: Azurite | None = None
        self._told: datetime | None = None
        self._moving = asyncio.Lock()

    async def lead(self, azurite: Azurite | None) -> None:
        """Set Azurite's clock from now on; None leaves it alone again."""
        self._azurite, self._told = azurite, None
        await self._tell(self.now())

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`: whatever falls due finds the same time in both places."""
        async with self._moving:
            until = self.now() + timedelta(seconds=seconds)
            while True:
                due = self.next_due()
                step = until if due is None else max(self.now(), min(due, until))
                await self._tell(step)
                await super().advance((step - self.now()).total_seconds())
                if step == until:
                    return

    async def _tell(self, now: datetime) -> None:
        if self._azurite and now != self._told:
            await self._azurite.set_clock(now, rate=0)
            self._told = now
