"""How long the event loop stands still while an NSG with thousands of VMs and single VMs are decided on."""

from __future__ import annotations

import asyncio
import gc
import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Protocol

from benchmarks.figures import Chapter, Figure, duration
from benchmarks.measuring import Took
from benchmarks.places import ON_SUBNETS, Size, make_estate, observed_again, with_one_machine
from benchmarks.whole_groups import DESIRED, LARGEST
from handlers.deciding import Decider
from handlers.documents import document_report
from handlers.reporting import make_report
from shared.act import Acted
from shared.azure.reports import report_document
from shared.decide.network_security_group import decide_network_security_group
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.check import Check
from shared.model.estate import Estate
from shared.model.plan import ActionResult, Outcome, Plan

_BEAT, _PAUSE = 0.001, 0.02
_ROUNDS, _MACHINES, _MOST_BYTES = 3, 64, 700 * 1024
_TARGET = "100 ms"
# What the app has in memory besides: garbage collections look through it.
_SDKS = ("azure.mgmt.compute.aio", "azure.mgmt.network.aio", "azure.identity.aio", "azure.data.tables.aio")


class Deciding(Protocol):
    """Whatever makes decisions."""

    async def run[**Given, Decision](
        self, decide: Callable[Given, Decision], *given: Given.args, **named: Given.kwargs
    ) -> Decision:
        """Make a decision."""


class OnTheLoop:
    """Makes decisions where they are asked for."""

    async def run[**Given, Decision](
        self, decide: Callable[Given, Decision], *given: Given.args, **named: Given.kwargs
    ) -> Decision:
        """Make a decision while everybody waits."""
        return decide(*given, **named)


@dataclass(slots=True)
class Stalls:
    """How late the beats of a heart came, and how long each single VM waited to be decided on."""

    beats: list[Took] = field(default_factory=list)
    waits: list[Took] = field(default_factory=list)


def measure_event_loop() -> Chapter:
    """Measure the app as it was, with all decisions on the loop, and as it is."""
    for name in _SDKS:
        importlib.import_module(name)
    before = asyncio.run(_measure(OnTheLoop(), OnTheLoop()))
    now = asyncio.run(_measure(Decider("on-groups"), Decider("on-machines")))
    told = (
        f"A heart beats each millisecond while an NSG with {LARGEST:,} VMs is decided on and reported, and single VMs"
        " are, one after the other; each is observed anew."
    )
    return Chapter("The event loop stands still", told, tuple(_tell(before, now)))


def _tell(before: Stalls, now: Stalls) -> Iterator[Figure]:
    yield duration("decisions on the loop, as they were: longest", _at_most(before.beats))
    yield duration("decisions in threads, as they are: longest", _at_most(now.beats), _TARGET)
    yield duration("decisions in threads: 99 of 100 beats at most", _at_most(now.beats, 0.99))
    yield duration("a single VM waits for its decision meanwhile, at most", _at_most(now.waits))


async def _measure(groups: Deciding, machines: Deciding) -> Stalls:
    """Give the best of some rounds."""
    # What lasts as long as the process is there before anything is observed.
    await asyncio.gather(groups.run(int), machines.run(int))
    large, small = make_estate(Size(LARGEST, two_groups=False)), make_estate(Size(_MACHINES))
    rounds = [await _round(groups, machines, large, small) for _ in range(_ROUNDS)]
    return min(rounds, key=lambda stalls: _at_most(stalls.beats).wall)


async def _round(groups: Deciding, machines: Deciding, large: Estate, small: Estate) -> Stalls:
    stalls = Stalls()
    gc.collect()
    others = [asyncio.create_task(_beat(stalls)), asyncio.create_task(_decide_singles(machines, small, stalls))]
    await asyncio.sleep(_PAUSE)
    here = observed_again(large)
    plan = await groups.run(decide_network_security_group, here, ON_SUBNETS, DESIRED)
    await _report(groups, here, plan)
    await asyncio.sleep(_PAUSE)
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return stalls


async def _beat(stalls: Stalls) -> None:
    while True:
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(_BEAT)
        stalls.beats.append(Took(time.process_time() - cpu, time.perf_counter() - wall - _BEAT))


async def _decide_singles(machines: Deciding, small: Estate, stalls: Stalls) -> None:
    for number in cycle(range(_MACHINES)):
        vm_id, here = with_one_machine(small, number)
        wall, cpu = time.perf_counter(), time.process_time()
        await machines.run(decide_virtual_machine, here, vm_id, DESIRED)
        stalls.waits.append(Took(time.process_time() - cpu, time.perf_counter() - wall))
        await asyncio.sleep(_PAUSE)


async def _report(groups: Deciding, here: Estate, plan: Plan) -> None:
    """Report as a check does, to where the report goes to storage."""
    results = tuple(ActionResult(action, Outcome.WOULD_DO, "") for action in plan.actions)
    check = Check(ON_SUBNETS, "benchmark", "benchmark", here.observed_at)
    report = make_report(check, here, plan, Acted(results), DESIRED)
    written = OnTheLoop().run if isinstance(groups, OnTheLoop) else asyncio.to_thread
    document = await written(document_report, report)
    report_document("report", document.model_dump(mode="json"), _MOST_BYTES)


def _at_most(all_took: Sequence[Took], share: float = 1) -> Took:
    """Give what that share of them took at most."""
    last = max(0, round(len(all_took) * share) - 1)
    return Took(sorted(one.cpu for one in all_took)[last], sorted(one.wall for one in all_took)[last])
