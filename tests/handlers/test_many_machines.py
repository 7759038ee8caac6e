"""An NSG with many VMs behind it: read through Resource Graph, and live only what that and the app don't know."""

from collections import Counter

import pytest

from handlers.guard import Guard
from shared.model.plan import Outcome
from shared.model.reason import Status
from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    subnet_id,
)
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, look
from tests.handlers.test_applications import HOUR

COUNT = 120
CALLERS = {"WAC_INBOUND_SOURCES": "203.0.113.0/24"}


def build_many(world: World, count: int = COUNT) -> tuple[str, list[str]]:
    """Build VMs with the extension in one subnet, behind an NSG that lets nothing out; give its id and theirs."""
    add_resource_group(world, "rg-many")
    network = add_network(world, "rg-many", "vnet")
    nsg = add_security_group(world, "rg-many", "nsg", [DENY_ALL_OUTBOUND])
    attach(world, nsg, subnet_id(network))
    return nsg, [add_installed(world, f"vm-{number:04}", network) for number in range(count)]


def add_installed(world: World, name: str, network: str, port: str = "6516") -> str:
    vm = add_virtual_machine(world, "rg-many", name, subnet=subnet_id(network))
    add_extension(world, vm, settings={"port": port, "salt": "salt"})
    return vm


def network_of(world: World) -> str:
    return next(key for key in map(str, world.resources) if key.endswith("/virtualnetworks/vnet"))


def reads(world: World) -> Counter[str]:
    """Count the reads by the type that they are of."""
    return Counter(one.path.lower().split("/")[-2] for one in world.requests.reads())


async def many(make: MakeGuard, world: World, **settings: str) -> Guard:
    return await make(**ENFORCE, **CALLERS, **settings, WAC_ENFORCE_SCOPES=f"/subscriptions/{world.subscription_id}")


def destinations(world: World, nsg: str, rule: str = "PortForWAC") -> list[str]:
    properties = world.resources[f"{nsg}/securityRules/{rule}"]["properties"]
    return properties.get("destinationAddressPrefixes") or [properties["destinationAddressPrefix"]]


async def test_many_vms_cost_a_few_requests_and_the_rules_are_for_all_of_them(
    azure: LocalAzure, make: MakeGuard
) -> None:
    nsg, _ = build_many(azure.world)
    guard = await many(make, azure.world)
    report = await look(guard, nsg)
    assert [result.outcome for result in report.actions] == [Outcome.STARTED] * 3
    found = reads(azure.world)
    assert found["microsoft.resourcegraph"] == 2
    assert found["virtualmachines"] == found["networkinterfaces"] == 0
    assert len(azure.world.requests.reads()) <= 10
    await azure.advance(HOUR)
    again = await look(guard, nsg)
    assert (again.status, again.actions) == (Status.COMPLIANT, ())


async def test_few_vms_are_read_live(azure: LocalAzure, make: MakeGuard) -> None:
    nsg, _ = build_many(azure.world, 5)
    await look(await many(make, azure.world), nsg)
    found = reads(azure.world)
    assert (found["microsoft.resourcegraph"], found["virtualmachines"], found["networkinterfaces"]) == (0, 5, 5)


async def test_a_vm_that_resource_graph_does_not_know_yet_is_read_live(azure: LocalAzure, make: MakeGuard) -> None:
    nsg, _ = build_many(azure.world)
    azure.world.resource_graph_lag_seconds = HOUR
    await azure.advance(2 * HOUR)
    new = add_installed(azure.world, "new", network_of(azure.world), port="6600")
    await look(await many(make, azure.world), nsg)
    found = reads(azure.world)
    assert (found["virtualmachines"], found["networkinterfaces"]) == (1, 1)
    assert len(destinations(azure.world, nsg, "PortForWAC-6600")) == 1
    assert azure.world.requests.reads(new)


async def test_a_vm_that_is_gone_is_behind_it_no_more_however_late_resource_graph_is(
    azure: LocalAzure, make: MakeGuard
) -> None:
    nsg, machines = build_many(azure.world, COUNT)
    guard = await many(make, azure.world)
    await look(guard, nsg)
    before = destinations(azure.world, nsg)
    azure.world.resource_graph_lag_seconds = HOUR
    await azure.advance(2 * HOUR)
    for gone in (network_interface_of(azure.world, machines[0]), machines[0]):
        azure.world.resources.pop(gone)
    await look(guard, nsg)
    assert len(destinations(azure.world, nsg)) == len(before) - 1


async def test_a_port_that_a_look_saw_change_a_minute_ago_counts_before_resource_graph_shows_it(
    azure: LocalAzure, make: MakeGuard
) -> None:
    nsg, machines = build_many(azure.world)
    guard = await many(make, azure.world)
    azure.world.resource_graph_lag_seconds = HOUR
    await azure.advance(2 * HOUR)
    add_extension(azure.world, machines[7], settings={"port": "6600", "salt": "salt"})
    await look(guard, machines[7])
    azure.world.requests.clear()
    await look(guard, nsg)
    assert reads(azure.world)["virtualmachines"] == 1
    assert len(destinations(azure.world, nsg, "PortForWAC-6600")) == 1


async def test_more_unknown_ones_than_are_read_one_by_one_wait_for_resource_graph(
    azure: LocalAzure, make: MakeGuard
) -> None:
    azure.world.resource_graph_lag_seconds = HOUR
    nsg, _ = build_many(azure.world, 201)
    guard = await many(make, azure.world)
    report = await look(guard, nsg)
    assert (report.status, report.actions) == (Status.UNKNOWN, ())
    assert (
        "201 network interfaces are more than are read one by one, and Resource Graph does not show them yet"
        in report.findings[0].message
    )
    assert report.look_again_after is not None
    assert azure.world.requests.writes() == []
    await azure.advance(2 * HOUR)
    assert [one.outcome for one in (await look(guard, nsg)).actions] == [Outcome.STARTED] * 3


async def test_where_resource_graph_may_not_be_asked_too_many_are_unknown_and_it_says_why(
    azure: LocalAzure, make: MakeGuard
) -> None:
    nsg, _ = build_many(azure.world, 201)
    azure.world.faults.add(
        Fault(FaultKind.AUTHORIZATION_FAILED, path="Microsoft.ResourceGraph/resources", times=None)
    )
    report = await look(await many(make, azure.world), nsg)
    assert (report.status, azure.world.requests.writes()) == (Status.UNKNOWN, [])
    assert "Resource Graph can't be asked: AuthorizationFailed" in report.findings[0].message


FAULTS = {
    "out of reach": (
        Fault(FaultKind.UNAVAILABLE, path="/providers/Microsoft.ResourceGraph/resources"),
        Status.UNKNOWN,
    ),
    "that may not be asked": (
        Fault(FaultKind.AUTHORIZATION_FAILED, path="/providers/Microsoft.ResourceGraph/resources", times=None),
        Status.PENDING,
    ),
}


@pytest.mark.parametrize(("fault", "status"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_resource_graph_is_never_a_reason_to_leave_anybody_out(
    fault: Fault, status: Status, azure: LocalAzure, make: MakeGuard
) -> None:
    nsg, _ = build_many(azure.world)
    azure.world.faults.add(fault)
    report = await look(await many(make, azure.world), nsg)
    assert report.status is status
    if status is not Status.UNKNOWN:
        assert reads(azure.world)["virtualmachines"] == COUNT
