"""Decisions are made beside the event loop: what takes long keeps nobody waiting but those behind it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from handlers.deciding import Decider
from handlers.events import receive_event
from handlers.guard import Guard
from shared.model.reason import Status
from simulator.local import LocalAzure
from tests.handlers.looking import build_site, look
from tests.handlers.test_events import EVENTS

_LONG_ENOUGH = 30


@asynccontextmanager
async def deciding(decider: Decider) -> AsyncIterator[Callable[[], None]]:
    """Have a decision take as long as this lasts."""
    begun, over = threading.Event(), threading.Event()

    def decide() -> bool:
        begun.set()
        return over.wait(_LONG_ENOUGH)

    decision = asyncio.create_task(decider.run(decide))
    assert await asyncio.to_thread(begun.wait, _LONG_ENOUGH)
    try:
        yield over.set
    finally:
        over.set()
        assert await decision


async def test_decisions_are_made_in_the_order_in_which_they_were_asked_for() -> None:
    decider, made = Decider("test"), list[int]()
    await asyncio.gather(*(decider.run(made.append, number) for number in range(20)))
    assert made == list(range(20))
    decider.close()


async def test_whoever_asks_for_a_decision_gets_its_error() -> None:
    decider = Decider("test")
    with pytest.raises(ValueError, match="invalid literal"):
        await decider.run(int, "x")
    decider.close()


async def test_while_an_nsg_is_decided_on_events_are_answered_and_vms_looked_at(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, installed=True)
    async with deciding(enforcing.on_groups) as end:
        other = asyncio.create_task(look(enforcing, site.nsg_id))
        await receive_event(enforcing, (EVENTS / "virtual_machine_written.json").read_text())
        assert (await look(enforcing, site.vm_id)).status is Status.COMPLIANT
        assert not other.done()
        end()
        assert (await other).status is Status.COMPLIANT


async def test_while_a_vm_is_decided_on_nsgs_are_looked_at(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, installed=True)
    async with deciding(enforcing.on_machines) as end:
        other = asyncio.create_task(look(enforcing, site.vm_id))
        assert (await look(enforcing, site.nsg_id)).status is Status.COMPLIANT
        assert not other.done()
        end()
        assert (await other).status is Status.COMPLIANT
