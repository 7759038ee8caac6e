"""What an NSG with very many VMs behind it costs in requests: the real clients against the local Azure."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crowd import build_crowd
from benchmarks.figures import Chapter, Figure, duration
from benchmarks.measuring import Took
from handlers.checks import answer_check
from handlers.guard import make_guard
from shared.model.check import Check
from shared.model.plan import Report
from shared.model.resource_id import ResourceId
from shared.settings import parse_settings
from shared.turns import Turn, take_turn
from simulator.local import LocalAzure
from simulator.world import World

_MACHINES = (1000, 5000)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one check: its requests to Azure by kind, its writes, and how long it took, the local Azure's part too."""

    machines: int
    reads: Counter[str]
    writes: int
    took: Took


def measure_requests(directory: Path) -> Chapter:
    """Check an NSG with thousands of VMs behind it, against a local Azure whose certificates are in `directory`."""
    costs = [asyncio.run(_measure(machines, directory)) for machines in _MACHINES]
    return Chapter(
        "Requests of one check of an NSG that lacks our rules, to the local Azure",
        "All that is asked of Azure Resource Manager and Resource Graph, and all that is written.",
        tuple(_tell(cost) for cost in costs),
    )


def _tell(cost: Cost) -> Figure:
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(cost.reads.items()))
    what = f"{cost.machines:,} VMs: {cost.reads.total()} reads ({kinds}), {cost.writes} writes"
    return duration(what, cost.took)


async def _measure(machines: int, directory: Path) -> Cost:
    async with LocalAzure(directory=directory) as azure:
        nsg = build_crowd(azure.world, machines)
        os.environ.update(azure.environment())
        guard = make_guard(parse_settings({**azure.environment(), **_settings(azure.world)}))
        try:
            cpu, wall = time.process_time(), time.perf_counter()
            check = Check(ResourceId(nsg), "benchmark", "00000000-0000-4000-8000-000000000000", asked_at=None)
            turn = await take_turn(guard.clients, check)
            if not isinstance(turn, Turn):
                raise RuntimeError(f"the NSG can't be looked at: {turn}")
            report: Report = await answer_check(guard, check, guard.desired, turn)
            took = Took(time.process_time() - cpu, time.perf_counter() - wall)
        finally:
            await guard.close()
        if len(report.actions) != len(azure.world.requests.writes()):
            raise RuntimeError(f"not all was written that should be: {report.findings}")
        return Cost(machines, _by_type(azure.world), len(report.actions), took)


def _settings(world: World) -> dict[str, str]:
    return {
        "WAC_NETWORK_MODE": "enforce",
        "WAC_ENFORCE_SCOPES": f"/subscriptions/{world.subscription_id}",
        "WAC_INBOUND_SOURCES": "203.0.113.0/24",
    }


def _by_type(world: World) -> Counter[str]:
    return Counter(_type_of(request.path) for request in world.requests.reads())


def _type_of(path: str) -> str:
    """Give the type in a path that ends in a name, else its last two words."""
    words = path.strip("/").split("/")
    return "/".join(words[-2:]) if len(words) % 2 else words[-2]
