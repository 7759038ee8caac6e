"""From an event to a VM that is compliant: what the app asks Azure on the way, in its own process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial

from benchmarks.apart import App, Cost, in_a_process, open_app
from handlers.events import receive_event
from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    subnet_id,
)
from simulator.world import World

_DENY = security_rule("DenyAllOutbound", priority=200)


def add_machine(world: World, name: str, *, denied: bool = False, installed: bool = False) -> str:
    """Add a VM in a network of its own whose NSG lets everything out, or nothing."""
    group = f"rg-{name}"
    add_resource_group(world, group)
    subnet = subnet_id(add_network(world, group, "vnet"))
    attach(world, add_security_group(world, group, "nsg", [_DENY] * denied), subnet)
    vm = add_virtual_machine(world, group, name, subnet=subnet)
    if installed:
        add_extension(world, vm, settings={"port": "6516", "salt": "salt"})
    return vm


async def follow_in_a_process(settings: Mapping[str, str], distance: float, machines: Sequence[str]) -> list[Cost]:
    """Have an event tell of each VM in turn, and answer all that follows from it, in a new process."""
    return await in_a_process(_follow, dict(settings), distance, tuple(machines))


async def _follow(settings: Mapping[str, str], distance: float, machines: Sequence[str]) -> list[Cost]:
    async with open_app(settings, distance) as app:
        return [await app.cost_of(partial(_follow_one, app, vm)) for vm in machines]


async def _follow_one(app: App, vm: str) -> None:
    with app.working():
        await receive_event(app.guard, _write_event(vm))
    await app.drain()


def _write_event(vm: str) -> str:
    event = {
        "id": "00000000-0000-4000-8000-000000000000",
        "topic": "/".join(vm.split("/")[:3]),
        "subject": vm,
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "eventTime": "2026-01-05T08:00:00Z",
        "dataVersion": "2",
        "metadataVersion": "1",
        "data": {"operationName": "Microsoft.Compute/virtualMachines/write", "correlationId": "benchmark"},
    }
    return json.dumps(event)
