"""Where the story is played: the local Azure with the app in it, its people, and who tells of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from simulator.demo.audit import run_function
from simulator.demo.belongings import Belongings, others_belongings
from simulator.demo.cases import Case, RegistrationCase
from simulator.demo.chronicle import Chronicle
from simulator.demo.screen import Screen
from simulator.host.contract import Tally
from simulator.local import LocalAzure

if TYPE_CHECKING:
    from simulator.demo.customer import Customer


@dataclass(slots=True)
class Stage:
    """`untouched` is what other people own, as they left it; `quiet_since` is when everything should have settled."""

    azure: LocalAzure
    customer: Customer
    screen: Screen
    chronicle: Chronicle
    began: datetime
    cases: dict[str, Case] = field(default_factory=dict)
    registrations: list[RegistrationCase] = field(default_factory=list)
    untouched: Belongings = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    quiet_since: datetime | None = None

    @property
    def now(self) -> datetime:
        return self.azure.world.clock.now()

    def act(self, title: str, story: str, *, explaining: bool = False) -> None:
        """Open an act; `explaining`: what the app finds in it is told at length."""
        self.screen.act(self.now, title, story, explaining=explaining)

    async def until(self, hour: int, minute: int) -> None:
        """Let time pass until then, with all that happens in Azure and in the app."""
        end = datetime.combine(self.now, time(hour, minute), self.now.tzinfo)
        await self.passing(end - self.now)

    async def passing(self, duration: timedelta) -> None:
        """Let time pass, with all that happens in Azure and in the app."""
        done = await self.azure.settle_for(duration.total_seconds())
        self.tally += done
        self._end_moment()

    async def passing_unchecked(self, duration: timedelta) -> None:
        """Let time pass in Azure alone: events reach the app, but no Check is looked at yet."""
        await self.azure.advance(duration.total_seconds())
        await self.azure.host.catch_up()
        self._end_moment()

    async def run_timer(self, function: str) -> None:
        """Have a timer of the app come now, as an administrator can."""
        await run_function(self.azure, function)
        self._end_moment()

    def _end_moment(self) -> None:
        self.chronicle.hear(self.azure.log_lines())
        self.chronicle.end_moment()

    def people_have_changed(self) -> None:
        """Note what other people own from here on."""
        self.untouched = others_belongings(self.azure.world)


def import_customer() -> type[Customer]:
    """Import the SDK's clients, which takes seconds: it may be done in a thread, while other things start."""
    from simulator.demo.customer import Customer  # noqa: PLC0415 - slow to import

    return Customer


@asynccontextmanager
async def set_stage(azure: LocalAzure, screen: Screen, customer_type: type[Customer]) -> AsyncIterator[Stage]:
    """Follow the app's log, and sign the customer in."""
    clock = azure.world.clock
    chronicle = Chronicle(clock, screen.tell, screen.glance)
    async with customer_type(azure) as customer:
        following = asyncio.create_task(_follow(azure, chronicle))
        try:
            yield Stage(azure, customer, screen, chronicle, clock.now())
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following


async def _follow(azure: LocalAzure, chronicle: Chronicle) -> None:
    async for _ in azure.host.follow():
        chronicle.hear(azure.log_lines())
