"""Small worlds with one VM, and looks at what is in them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.checks import answer_check
from handlers.documents import document_report
from handlers.guard import Guard
from shared.decide.memory import remember_report
from shared.model.check import Check
from shared.model.plan import Report
from shared.model.resource_id import ResourceId
from shared.turns import Turn, take_turn
from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.faults import Fault, FaultKind
from simulator.store import Json
from simulator.world import World

ENFORCE = {"WAC_EXTENSION_MODE": "enforce", "WAC_NETWORK_MODE": "enforce"}
DENY_ALL_OUTBOUND = security_rule("DenyAllOutbound", priority=200)


@dataclass(frozen=True, slots=True)
class Site:
    """A VM in a resource group of its own, with an NSG on its subnet."""

    group_id: str
    vm_id: str
    interface_id: str
    network_id: str
    nsg_id: str


def build_site(
    world: World, name: str = "web", *, rules: Iterable[Json] = (), installed: bool = False, **machine: Any
) -> Site:
    """Build a VM that WAC can manage, unless `machine` says otherwise; `installed`: it has the extension already."""
    group_id = add_resource_group(world, f"rg-{name}")
    network = add_network(world, f"rg-{name}", "vnet")
    nsg = add_security_group(world, f"rg-{name}", "nsg", rules)
    attach(world, nsg, subnet_id(network))
    vm = add_virtual_machine(world, f"rg-{name}", name, subnet=subnet_id(network), **machine)
    if installed:
        add_extension(world, vm, settings={"port": "6516", "salt": "salt"})
    return Site(group_id, vm, network_interface_of(world, vm), network, nsg)


def check_of(
    subject: str,
    *,
    asked_at: datetime | None = None,
    attempt: int = 0,
    look: str | None = None,
    by: str | None = None,
) -> Check:
    """Make a Check as the queue would bring it."""
    correlation_id = "11111111-0000-4000-8000-000000000000"
    return Check(ResourceId(subject), "test", correlation_id, asked_at, attempt, look, by)


async def look(
    guard: Guard, subject: str, *, asked_at: datetime | None = None, attempt: int = 0, by: str | None = None
) -> Report:
    """Check a subject as the guard's settings have it, without the queue; without `asked_at`, insisting on it."""
    check = check_of(subject, asked_at=asked_at, attempt=attempt, by=by)
    turn = await take_turn(guard.clients, check)
    assert isinstance(turn, Turn), turn
    report = await answer_check(guard, check, guard.desired, turn)
    await turn.end(remember_report(turn.past, report, None), document_report(report).model_dump(mode="json"))
    return report


def tell_when(world: World, path: str, times: int = 1) -> asyncio.Event:
    """Give an event that is set when so many requests have come whose path has that end; digits there don't count."""
    arrived = asyncio.Event()
    seen = 0

    def notice(_: str, requested: str) -> bool:
        nonlocal seen
        seen += requested.lower().rstrip("0123456789").endswith(path.lower())
        if seen >= times:
            arrived.set()
        return False

    world.faults.add(Fault(FaultKind.UNAVAILABLE, when=notice))
    return arrived
