"""Eventually consistent: what is written shows only after a lag, and what goes is still there until then."""

from __future__ import annotations

import pytest
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.network.aio import NetworkManagementClient

from simulator.arm.compute.machine import Power
from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_rule,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.world import World
from tests.simulator.extensions.requests import admin_center
from tests.simulator.raw_client import RawClient
from tests.simulator.resource_graph.conftest import Ask, rows_in

LAG = 60.0


@pytest.fixture
def vm(world: World) -> str:
    """A VM that has long been there when answers begin to lag."""
    add_resource_group(world, "Shop")
    found = add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))
    add_security_group(world, "Shop", "nsg")
    world.resource_graph_lag_seconds = LAG
    return found


async def _types(ask: Ask) -> list[str]:
    rows = rows_in(await ask("resources | project type | order by type asc"))
    return [row["type"].rsplit("/", 1)[1] for row in rows]


async def _power(ask: Ask) -> str:
    query = "resources | where type endswith '/virtualmachines' | project properties.extended.instanceView.powerState"
    (row,) = rows_in(await ask(query))
    power: str = next(iter(row.values()))["displayStatus"]
    return power


async def test_what_was_there_before_is_seen(ask: Ask, world: World, vm: str) -> None:
    assert world.resource_graph_lag_seconds == LAG
    assert await _types(ask) == ["virtualmachines", "networkinterfaces", "networksecuritygroups", "virtualnetworks"]


async def test_what_is_made_is_seen_after_the_lag(ask: Ask, world: World, vm: str, raw: RawClient) -> None:
    await raw.send("PUT", f"{vm}/extensions/AdminCenter", admin_center())
    assert "extensions" not in await _types(ask)
    await world.clock.advance(LAG - 1)
    assert "extensions" not in await _types(ask)
    await world.clock.advance(1)
    assert "extensions" in await _types(ask)


async def test_whoever_reads_it_meanwhile(ask: Ask, world: World, vm: str, raw: RawClient) -> None:
    extension = f"{vm}/extensions/AdminCenter"
    for _ in range(2):
        await raw.send("PUT", extension, admin_center())
        assert (await raw.get(extension)).status == 200
        assert "extensions" not in await _types(ask)
        await raw.send("DELETE", extension)
        await world.clock.advance(world.uninstall_seconds)
        assert (await raw.get(extension)).status == 404
        await world.clock.advance(LAG)


async def test_each_change_is_seen_a_lag_after_it(ask: Ask, world: World, vm: str, raw: RawClient) -> None:
    world.install_seconds = 30.0
    query = "resources | where type endswith '/extensions' | project state = properties.provisioningState"
    await raw.send("PUT", f"{vm}/extensions/AdminCenter", admin_center())
    seen = []
    for _ in range(10):
        seen += [(row["state"], world.clock.now().second) for row in rows_in(await ask(query))]
        await world.clock.advance(10)
    assert seen == [("Creating", 0), ("Creating", 10), ("Creating", 20), ("Succeeded", 30)]


async def test_what_is_deleted_is_seen_for_as_long(
    ask: Ask, world: World, vm: str, compute: ComputeManagementClient
) -> None:
    await (await compute.virtual_machines.begin_delete("Shop", "till")).result()
    assert "virtualmachines" in await _types(ask)
    assert await _power(ask) == "VM running"
    await world.clock.advance(LAG)
    assert "virtualmachines" not in await _types(ask)


async def test_power_is_seen_late(ask: Ask, world: World, vm: str, compute: ComputeManagementClient) -> None:
    await (await compute.virtual_machines.begin_deallocate("Shop", "till")).result()
    assert await _power(ask) == "VM running"
    await world.clock.advance(LAG)
    assert await _power(ask) == "VM deallocated"


async def test_so_is_what_lies_inside_and_who_uses_it(
    ask: Ask, world: World, vm: str, network: NetworkManagementClient
) -> None:
    nsg = next(key for key in world.resources if key.endswith("/nsg"))
    add_rule(world, nsg, security_rule("deny", priority=100))
    attach(world, nsg, network_interface_of(world, vm))
    query = (
        "resources | where type endswith '/networksecuritygroups'"
        " | project rules = array_length(properties.securityRules)"
        " , users = array_length(properties.networkInterfaces)"
    )
    assert rows_in(await ask(query)) == [{"rules": 0, "users": None}]
    assert len((await network.network_security_groups.get("Shop", "nsg")).security_rules or ()) == 1
    await world.clock.advance(LAG)
    assert rows_in(await ask(query)) == [{"rules": 1, "users": 1}]


async def test_what_tests_change_by_hand_is_late_too(ask: Ask, world: World, vm: str) -> None:
    world.resources[vm]["tags"] = {"env": "prod"}
    world.machine(vm).power = Power.STOPPED
    add_extension(world, vm)
    query = "resources | where isnotnull(tags) | project id"
    assert (rows_in(await ask(query)), await _power(ask), len(await _types(ask))) == ([], "VM running", 4)
    await world.clock.advance(LAG)
    assert (rows_in(await ask(query)), await _power(ask), len(await _types(ask))) == ([{"id": vm}], "VM stopped", 5)


async def test_what_came_and_went_within_the_lag_is_seen_as_it_was(ask: Ask, world: World, vm: str) -> None:
    extension = add_extension(world, vm)
    await world.clock.advance(10)
    del world.resources[extension]
    assert "extensions" not in await _types(ask)
    await world.clock.advance(LAG - 10)
    assert "extensions" in await _types(ask)
    await world.clock.advance(10)
    assert "extensions" not in await _types(ask)


async def test_without_a_lag_all_is_seen_at_once_again(ask: Ask, world: World, vm: str) -> None:
    add_extension(world, vm)
    world.resource_graph_lag_seconds = 0
    assert "extensions" in await _types(ask)
    add_extension(world, vm, "Other", type="Other")
    assert (await _types(ask)).count("extensions") == 2


async def test_containers_are_late_too(ask: Ask, world: World, vm: str) -> None:
    add_resource_group(world, "New")
    query = "resourcecontainers | where name == 'New' | count"
    assert rows_in(await ask(query)) == [{"Count": 0}]
    await world.clock.advance(LAG)
    assert rows_in(await ask(query)) == [{"Count": 1}]
