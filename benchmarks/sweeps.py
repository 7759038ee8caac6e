"""What sweeps of whole subscriptions cost, how that grows, and how it compares with looking at each VM by hand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.apart import Cost, Request, Service, depth
from benchmarks.figures import Chapter, Figure, duration, growth
from benchmarks.following import add_machine, follow_in_a_process
from benchmarks.measuring import MEBIBYTE, Took
from benchmarks.subscriptions import PER_NETWORK, Need, make_world, name_subscriptions
from benchmarks.sweeping import (
    ByHand,
    Parts,
    Swept,
    drain_in_a_process,
    look_by_hand_in_a_process,
    sweep_in_a_process,
    sweep_warm_in_a_process,
)
from simulator.arm.compute.models import EXTENSION_TYPE
from simulator.local import LocalAzure
from simulator.world import World

DISTANCE = 0.05
"""Seconds that each request is under way, to Azure Resource Manager and Resource Graph as to storage."""
_NETWORKS, _SAMPLE = 40, 60
_LARGE = 20
# How many subscriptions of how many networks each: 1,000 VMs, 10,000, 100,000.
_GROWING = ((1, 4), (2, _LARGE), (20, _LARGE))
_HOUR = 3600
_TOLD = f"The app has a process of its own, and each request takes {DISTANCE * 1000:.0f} ms besides."


def measure_sweeps(directory: Path) -> Iterator[Chapter]:
    """Measure sweeps, and what follows from them, against a local Azure whose certificates are in `directory`."""
    yield from asyncio.run(_measure_large(directory, _NETWORKS, _SAMPLE))
    yield asyncio.run(_measure_growth(directory))
    yield asyncio.run(_measure_following(directory))


async def _measure_large(directory: Path, networks: int, sample: int) -> tuple[Chapter, Chapter]:
    (subscription,) = name_subscriptions(1)
    world, need = make_world({subscription: networks})
    machines = networks * PER_NETWORK
    async with _serve(world, directory) as settings:
        swept, parts = await sweep_in_a_process(settings, DISTANCE, subscription)
        by_hand = await look_by_hand_in_a_process(settings, DISTANCE, subscription, sample)
        world.requests.clear()
        drained = await drain_in_a_process(settings, DISTANCE)
        written = world.requests.writes()
        if len(written) != need.writes:
            raise RuntimeError(f"{need.writes} writes were needed, and {len(written)} made")
        installed = world.resources.of_type(subscription, EXTENSION_TYPE)
        if len(installed) != machines:
            raise RuntimeError(f"only {len(installed)} VMs of {machines} have the extension in the end")
    told = f"{need.machines} VMs are in need of something, in {networks} networks with five NSGs each. {_TOLD}"
    sweep = Chapter(
        f"A sweep of a subscription with {machines:,} VMs",
        told,
        (*_tell_sweep(machines, swept, parts), *_tell_drain(drained, need)),
    )
    return sweep, _compare_with_hands(machines, swept.whole, by_hand)


def _tell_sweep(machines: int, swept: Swept, parts: Parts) -> Iterator[Figure]:
    asked = len(swept.whole.of(Service.AZURE))
    yield Figure(f"requests to Azure: {asked}, one for {machines / asked:.0f} VMs", "", target="1 for 150 VMs")
    yield Figure(
        f"requests to storage: {len(swept.whole.of(Service.STORAGE))}; the quota of Resource Graph is waited for"
        f" {swept.whole.paused:.0f} s besides",
        "",
    )
    yield duration("the first sweep of a process, all of it, SDKs loaded too", swept.whole.took)
    yield duration("observing alone", parts.observed.took)
    yield duration("deciding alone", parts.decided.took)
    both = parts.observed.took.cpu + parts.decided.took.cpu
    yield duration("observing and deciding", Took(both, parts.observed.took.wall + parts.decided.took.wall), "10 s")
    yield Figure("memory of the app's process, at most", f"{swept.peak / MEBIBYTE:,.0f} MiB", target="400 MB")


def _tell_drain(drained: Cost, need: Need) -> Iterator[Figure]:
    asked = drained.of(Service.AZURE)
    writes = sum(one.writes for one in asked)
    what = f"then all checks until nothing is left to do: {len(asked)} requests to Azure, {writes} of them writes"
    yield duration(what, Took(drained.took.cpu, drained.worked), f"{need.writes} writes")


def _compare_with_hands(machines: int, swept: Cost, by_hand: ByHand) -> Chapter:
    listed, looked = len(by_hand.listed.of(Service.AZURE)), len(by_hand.looked.of(Service.AZURE))
    times = machines / by_hand.sample
    requests, asked = listed + looked * times, len(swept.of(Service.AZURE))
    cpu, wall = (
        listing + looking * times
        for listing, looking in (
            (by_hand.listed.took.cpu, by_hand.looked.took.cpu),
            (by_hand.listed.took.wall, by_hand.looked.took.wall),
        )
    )
    waited = swept.took.wall + swept.paused
    return Chapter(
        f"The same {machines:,} VMs by hand",
        f"VMs, networks and NSGs are listed, then VMs are read with their instance views, and their NICs, one after"
        f" the other: {by_hand.sample} of them, taken times {times:.0f}. The sweep's wait for the quota counts.",
        (
            Figure(f"requests to Azure: {requests:,.0f}", "", compared=f"x {requests / asked:,.0f}"),
            duration("time, by the wall's clock compared", Took(cpu, wall), "", f"x {wall / waited:,.0f}"),
        ),
    )


async def _measure_growth(directory: Path, growing: tuple[tuple[int, int], ...] = _GROWING) -> Chapter:
    """Sweep ever more subscriptions of one world, an hour after another."""
    small, *large = name_subscriptions(max(count for count, _ in growing) + 2)
    known = large.pop()
    sizes = {small: growing[0][1], known: 1} | dict.fromkeys(large, growing[-1][1])
    world, _ = make_world(sizes)
    rows: list[tuple[int, int, Swept]] = []
    async with _serve(world, directory) as settings:
        for count, networks in growing:
            swept_here = [small] if networks == sizes[small] else large[:count]
            named = {**settings, "WAC_SUBSCRIPTIONS": ",".join(swept_here)}
            swept = await sweep_warm_in_a_process(named, 0, known)
            rows.append((count, count * networks * PER_NETWORK, swept))
            await world.clock.advance(_HOUR)
    return Chapter(
        "Growth of a sweep with VMs, over many subscriptions",
        "Each is swept in a process that has the SDKs loaded; requests take no time besides. What is compared is the"
        " cost of a VM.",
        tuple(_tell_growth(rows)),
    )


def _tell_growth(rows: list[tuple[int, int, Swept]]) -> Iterator[Figure]:
    before: tuple[float, float] | None = None
    for count, machines, swept in rows:
        asked = len(swept.whole.of(Service.AZURE))
        now = asked / machines, swept.whole.took.cpu / machines
        what = f"{machines:,} VMs in {count} subscription{'s' if count > 1 else ''}"
        requests = f"{what}: {asked} requests to Azure, {len(swept.whole.of(Service.STORAGE))} to storage"
        target = "x 1.00 at most" if before else ""
        yield Figure(requests, "", target=target, compared=growth(before and before[0], now[0]))
        yield duration(what, swept.whole.took, target, growth(before and before[1], now[1]))
        yield Figure(f"{what}: memory at most", f"{swept.peak / MEBIBYTE:,.0f} MiB")
        before = now


async def _measure_following(directory: Path) -> Chapter:
    """Follow events of two VMs, after one that is well and has the app load and learn what it keeps."""
    (subscription,) = name_subscriptions(1)
    world, _ = make_world({subscription: 0})
    well = add_machine(world, "well", installed=True)
    named = {
        "a VM whose network is open": add_machine(world, "open"),
        "a VM whose NSG denies outbound": add_machine(world, "denied", denied=True),
    }
    async with _serve(world, directory) as settings:
        _, *costs = await follow_in_a_process(settings, DISTANCE, (well, *named.values()))
        for vm in named.values():
            if f"{vm}/extensions/AdminCenter" not in world.resources:
                raise RuntimeError(f"{vm} did not become compliant")
    return Chapter(
        "From an event to a compliant VM",
        "The wall's clock leaves out what the app waits for: the five seconds in which those who ask for the same NSG"
        f" come together, and the install itself. {_TOLD}",
        tuple(figure for what, cost in zip(named, costs, strict=True) for figure in _tell_following(what, cost)),
    )


def _tell_following(what: str, cost: Cost) -> Iterator[Figure]:
    last = max(one.ended for one in cost.requests if one.writes and one.service is Service.AZURE)
    first = min(one.began for one in cost.requests)
    for until, told in ((last, "until the install is asked for"), (float("inf"), "until it is seen to be well")):
        requests = [one for one in cost.requests if one.ended <= until]
        asked, stored = ([one for one in requests if one.service is service] for service in Service)
        wall = max(one.ended for one in requests) - first
        yield Figure(f"{what}, {told}: {_count(asked)} to Azure, {_count(stored)} to storage", "", f"{wall:,.2f} s")


def _count(requests: list[Request]) -> str:
    return f"{len(requests)} ({depth(requests)} in a row)"


@asynccontextmanager
async def _serve(world: World, directory: Path) -> AsyncIterator[Mapping[str, str]]:
    """Serve a world to processes that begin now; give the app's settings there: it may write all that it wants."""
    scopes = ",".join(f"/subscriptions/{one}" for one in world.subscriptions.values())
    async with LocalAzure(world=world, directory=directory) as azure:
        environment = azure.environment()
        os.environ.update(environment)
        yield {
            **environment,
            "WAC_EXTENSION_MODE": "enforce",
            "WAC_NETWORK_MODE": "enforce",
            "WAC_ENFORCE_SCOPES": scopes,
            "WAC_MAX_CHANGES": "100%",
            "WAC_WRITES_PER_HOUR": "100000",
        }
