"""Roles: an identity that was assigned one may do what its roles permit, and nothing else."""

from __future__ import annotations

from simulator.build import add_network, add_resource_group, add_security_group, add_virtual_machine, subnet_id
from simulator.identity import Identity
from simulator.request_log import QUERY
from simulator.world import World
from tests.simulator.extensions.requests import admin_center
from tests.simulator.raw_client import RawAnswer, RawClient

READ_VMS = "Microsoft.Compute/virtualMachines/read"
WRITE_EXTENSIONS = "Microsoft.Compute/virtualMachines/extensions/write"
QUERY_ROWS = "Microsoft.ResourceGraph/resources/read"


def machine_in(world: World, group: str) -> str:
    add_resource_group(world, group)
    return add_virtual_machine(world, group, "till", subnet=subnet_id(add_network(world, group, "net")))


def caller(world: World) -> Identity:
    return world.identities.system_assigned


async def install(raw: RawClient, vm: str) -> RawAnswer:
    return await raw.send("PUT", f"{vm}/extensions/AdminCenter", body=admin_center())


async def ask(raw: RawClient, world: World, query: str) -> RawAnswer:
    body = {"query": query, "subscriptions": [world.subscription_id], "options": {"resultFormat": "objectArray"}}
    return await raw.send("POST", QUERY, body, query={"api-version": "2024-04-01"})


async def test_without_a_role_assigned_everything_is_permitted_and_from_the_first_one_on_that_alone(
    raw: RawClient, world: World
) -> None:
    vm = machine_in(world, "Shop")
    assert (await raw.get(vm)).status == 200
    world.assign(caller(world), [WRITE_EXTENSIONS], f"/subscriptions/{world.subscription_id}")
    refused = await raw.get(vm)
    assert (refused.status, refused.code) == (403, "AuthorizationFailed")
    assert refused.message == (
        f"The client '{caller(world).client_id}' with object id '{caller(world).object_id}' does not have "
        f"authorization to perform action '{READ_VMS}' over scope '{vm}' or the scope is invalid. If access was "
        "recently granted, please refresh your credentials."
    )
    assert refused.headers["x-ms-failure-cause"] == "gateway"
    assert (await install(raw, vm)).status == 201
    world.assign(caller(world), ["*/Read"], f"/subscriptions/{world.subscription_id}")
    assert (await raw.get(vm)).status == 200


async def test_a_role_in_a_resource_group_permits_nothing_beside_it_though_it_begins_alike(
    raw: RawClient, world: World
) -> None:
    here, beside = machine_in(world, "Shop"), machine_in(world, "Shop-2")
    world.assign(caller(world), [WRITE_EXTENSIONS], here.lower().split("/providers/")[0])
    assert (await install(raw, here)).status == 201
    assert (await install(raw, beside)).code == "AuthorizationFailed"
    assert [install.extension_id for install in world.installs] == [f"{here}/extensions/AdminCenter"]


async def test_who_is_permitted_nothing_does_not_learn_what_there_is(raw: RawClient, world: World) -> None:
    add_resource_group(world, "Shop")
    world.assign(caller(world), (), f"/subscriptions/{world.subscription_id}")
    for path in ("", "/resourceGroups", "/resourceGroups/absent", "/locations", "/providers/Microsoft.Compute/skus"):
        answer = await raw.get(f"/subscriptions/{world.subscription_id}{path}")
        assert (answer.status, answer.code) == (403, "AuthorizationFailed"), path


async def test_another_identity_is_held_to_nothing_by_that(raw: RawClient, world: World) -> None:
    vm = machine_in(world, "Shop")
    world.assign(world.identities.add("11111111-2222-3333-4444-555555555555"), (), vm)
    assert (await raw.get(vm)).status == 200


async def test_resource_graph_leaves_out_rows_that_no_role_permits_to_read(raw: RawClient, world: World) -> None:
    here, _ = machine_in(world, "Shop"), machine_in(world, "Till")
    add_security_group(world, "Shop", "nsg")
    world.assign(caller(world), [READ_VMS, QUERY_ROWS], here.split("/providers/")[0])
    answer = await ask(raw, world, "resources | project id | order by id asc")
    assert answer.body["data"] == [{"id": here}]
    containers = await ask(raw, world, "resourcecontainers | project id | order by id asc")
    assert containers.body["data"] == []


async def test_resource_graph_refuses_who_may_not_ask_and_who_may_read_nothing_of_the_subscription(
    raw: RawClient, world: World
) -> None:
    vm = machine_in(world, "Shop")
    world.assign(caller(world), [READ_VMS], vm)
    assert (await ask(raw, world, "resources")).code == "AuthorizationFailed"
    elsewhere = "/subscriptions/11111111-2222-4333-8444-555555555555"
    world.role_assignments.replace(caller(world), [QUERY_ROWS], elsewhere)
    answer = await ask(raw, world, "resources")
    assert (answer.status, answer.code) == (403, "AccessDenied")
