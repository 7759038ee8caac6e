"""For how long the event loop is kept from an event while an NSG with very many VMs behind it is decided on."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.places import SUBNET_NSG, make_estate
from handlers.deciding import Decider
from shared.decide.network_security_group import decide_network_security_group
from shared.model.desired import DesiredState

_TICK = 0.001


@dataclass(frozen=True, slots=True)
class Delay:
    """How long the decision took, and the longest time in which nothing else got its turn, in seconds."""

    machines: int
    decision: float
    longest: float


async def measure_delay(machines: int) -> Delay:
    """Decide on an NSG of 200 rules beside the event loop, and have that tick meanwhile."""
    estate = make_estate(machines=machines, rules=200, prefixes=2000, on_interfaces=False)
    decider = Decider("benchmark")
    waits: list[float] = []
    ticking = asyncio.create_task(_tick(waits))
    began = time.perf_counter()
    try:
        await decider.run(decide_network_security_group, estate, SUBNET_NSG, DesiredState())
        decision = time.perf_counter() - began
    finally:
        decider.close()
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
    return Delay(machines, decision, max(waits))


async def _tick(waits: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK)
        waits.append(time.perf_counter() - began - _TICK)
