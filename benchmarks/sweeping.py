"""What the app does in its own process when it sweeps, and what people do who have no app: by their hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.apart import App, Cost, in_a_process, open_app, peak_bytes
from handlers.timers import begin_sweep
from shared.azure.check_queue import SWEEPS
from shared.azure.observe_subscription import observe_subscription
from shared.decide.sweep import decide_sweep
from shared.model.estate import Estate
from shared.model.resource_id import ResourceId, subscription_resource_id
from shared.model.sweep import Known

if TYPE_CHECKING:
    from azure.mgmt.compute.models import VirtualMachine

type Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Swept:
    """A sweep of the estate, and the process's peak of memory."""

    whole: Cost
    peak: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What it takes to observe a subscription and to decide on it, each by itself."""

    observed: Cost
    decided: Cost


async def sweep_in_a_process(settings: Settings, distance: float, subscription: str) -> tuple[Swept, Parts]:
    """Sweep the estate in a new process, then observe and decide on one of its subscriptions once more."""
    return await in_a_process(_sweep, dict(settings), distance, subscription)


async def sweep_warm_in_a_process(settings: Settings, distance: float, known: str) -> Swept:
    """Sweep the estate in a process that has seen another subscription before, so that the SDKs are imported."""
    return await in_a_process(_sweep_warm, dict(settings), distance, known)


async def _sweep_warm(settings: Settings, distance: float, known: str) -> Swept:
    async with open_app(settings, distance) as app:
        subject = subscription_resource_id(known)
        estate = await observe_subscription(app.guard.clients, app.guard.facts, subject)
        await app.guard.on_sweeps.run(decide_sweep, estate, subject, app.guard.desired, Known())
        return Swept(await app.cost_of(partial(_sweep_estate, app)), peak_bytes())


async def _sweep_estate(app: App) -> None:
    await begin_sweep(app.guard)
    await app.work_off(SWEEPS, 1)


async def _sweep(settings: Settings, distance: float, subscription: str) -> tuple[Swept, Parts]:
    async with open_app(settings, distance) as app:
        swept = Swept(await app.cost_of(partial(_sweep_estate, app)), peak_bytes())
        subject, estates = subscription_resource_id(subscription), list[Estate]()

        async def observe() -> None:
            estates.append(await observe_subscription(app.guard.clients, app.guard.facts, subject))

        async def decide() -> None:
            await app.guard.on_sweeps.run(decide_sweep, estates[0], subject, app.guard.desired, Known())

        return swept, Parts(await app.cost_of(observe), await app.cost_of(decide))


async def drain_in_a_process(settings: Settings, distance: float) -> Cost:
    """Answer all that the sweeps have queued, and what follows, in a new process."""
    return await in_a_process(_drain, dict(settings), distance)


async def _drain(settings: Settings, distance: float) -> Cost:
    async with open_app(settings, distance) as app:
        return await app.cost_of(app.drain)


@dataclass(frozen=True, slots=True)
class ByHand:
    """What lists of everything cost, and looks at some of the VMs, one after the other."""

    listed: Cost
    looked: Cost
    sample: int


async def look_by_hand_in_a_process(settings: Settings, distance: float, subscription: str, sample: int) -> ByHand:
    """List VMs, networks and NSGs, and read some of the VMs with instance view and NIC, in a new process."""
    return await in_a_process(_look_by_hand, dict(settings), distance, subscription, sample)


async def _look_by_hand(settings: Settings, distance: float, subscription: str, sample: int) -> ByHand:
    machines: list[VirtualMachine] = []
    async with open_app(settings, distance) as app:
        compute, network = app.guard.clients.compute(subscription), app.guard.clients.network(subscription)

        async def list_all() -> None:
            machines.extend([one async for one in compute.virtual_machines.list_all()])
            for lists in (network.virtual_networks, network.network_security_groups):
                _ = [one async for one in lists.list_all()]

        async def look() -> None:
            for vm in machines[:: max(1, len(machines) // sample)][:sample]:
                subject = ResourceId(str(vm.id))
                await compute.virtual_machines.get(subject.resource_group, subject.name, expand="instanceView")
                profile = vm.properties.network_profile if vm.properties else None
                for one in (profile and profile.network_interfaces) or ():
                    interface = ResourceId(str(one.id))
                    await network.network_interfaces.get(interface.resource_group, interface.name)

        return ByHand(await app.cost_of(list_all), await app.cost_of(look), min(sample, len(machines)))
