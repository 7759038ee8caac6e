"""Locks, policies and deny assignments: they stand in the way until somebody takes them away."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.build import (
    add_deny_assignment,
    add_extension,
    add_lock,
    add_network,
    add_policy,
    add_resource_group,
    add_virtual_machine,
    remove_restriction,
    subnet_id,
)
from simulator.world import World
from tests.simulator.extensions.requests import admin_center
from tests.simulator.raw_client import RawAnswer, RawClient


@pytest.fixture
def vm(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))


def group_of(resource_id: str) -> str:
    return resource_id.split("/providers/", maxsplit=1)[0]


async def install(raw: RawClient, vm: str) -> RawAnswer:
    return await raw.send("PUT", f"{vm}/extensions/AdminCenter", body=admin_center())


async def test_a_read_only_lock_of_a_group_refuses_every_write_in_it_until_it_is_removed(
    raw: RawClient, world: World, vm: str
) -> None:
    lock = add_lock(world, "shop", "freeze")
    for method, path in (("PUT", f"{vm}/extensions/x"), ("POST", f"{vm}/deallocate"), ("DELETE", vm)):
        answer = await raw.send(method, path, body=admin_center() if method == "PUT" else None)
        assert (answer.status, answer.code) == (409, "ScopeLocked")
        assert f"following scope(s) are locked: '{group_of(vm)}'" in answer.message
    assert (await raw.get(vm)).status == 200
    assert world.installs == []
    remove_restriction(world, lock)
    assert (await install(raw, vm)).status == 201


async def test_a_lock_on_a_resource_locks_its_children_and_nothing_beside_it(
    raw: RawClient, world: World, vm: str
) -> None:
    add_lock(world, "Shop", "freeze", on=vm)
    beside = add_virtual_machine(
        world, "Shop", "till-2", subnet=subnet_id(f"{group_of(vm)}/providers/Microsoft.Network/virtualNetworks/net")
    )
    assert (await install(raw, vm)).code == "ScopeLocked"
    assert (await install(raw, beside)).status == 201


async def test_a_lock_against_deleting_refuses_that_alone_and_also_of_the_group_around(
    raw: RawClient, world: World, vm: str
) -> None:
    extension = add_extension(world, vm)
    add_lock(world, "Shop", "keep", "CanNotDelete", on=vm)
    refused = [await raw.send("DELETE", path) for path in (extension, vm, group_of(vm))]
    assert [(answer.status, answer.code) for answer in refused] == [(409, "ScopeLocked")] * 3
    assert f"cannot perform delete operation because following scope(s) are locked: '{vm}'" in refused[2].message
    assert (await raw.send("PATCH", vm, body={"tags": {"a": "b"}})).status == 200


async def test_a_policy_denies_every_write_of_its_type_and_lets_all_go(raw: RawClient, world: World, vm: str) -> None:
    extension = add_extension(world, vm, "other", publisher="Contoso", type="Other")
    policy = add_policy(world, "Shop", "no-extensions")
    answer = await install(raw, vm)
    assert (answer.status, answer.code) == (403, "RequestDisallowedByPolicy")
    info = answer.body["error"]["additionalInfo"][0]["info"]
    assert (info["policyAssignmentName"], info["policyAssignmentId"]) == ("no-extensions", policy)
    assert info["policyAssignmentScope"] == group_of(vm)
    assert (await raw.send("PATCH", vm, body={"tags": {"a": "b"}})).status == 200
    assert (await raw.send("DELETE", extension)).status == 202
    remove_restriction(world, policy)
    assert (await install(raw, vm)).status == 201


async def test_a_deny_assignment_refuses_its_actions_to_everybody_by_the_same_id_each_time(
    raw: RawClient, world: World, vm: str
) -> None:
    denied = add_deny_assignment(world, "Shop", "managed app", actions=("Microsoft.Compute/*/write",))
    answers = [await install(raw, vm) for _ in range(2)]
    assert [(answer.status, answer.code) for answer in answers] == [(403, "DenyAssignmentAuthorizationFailed")] * 2
    assert answers[0].message == answers[1].message
    key = denied.rsplit("/", 1)[1]
    named = f"deny assignment with name 'managed app' and Id '{key}' at scope '{group_of(vm)}'"
    assert named in answers[0].message
    assert (await raw.send("POST", f"{vm}/deallocate")).status == 202


async def test_what_is_refused_is_told_by_a_failure_event(raw: RawClient, world: World, vm: str) -> None:
    add_lock(world, "Shop", "freeze")
    await install(raw, vm)
    [event] = world.event_grid.published
    assert event["eventType"] == "Microsoft.Resources.ResourceWriteFailure"


def lock_body(level: str, **more: Any) -> dict[str, Any]:
    return {"properties": {"level": level} | more}


async def test_locks_are_resources_of_groups_and_resources_that_no_lock_keeps_from_being_changed(
    raw: RawClient, world: World, vm: str
) -> None:
    of_group = f"{group_of(vm)}/providers/Microsoft.Authorization/locks/freeze"
    of_vm = f"{vm}/providers/Microsoft.Authorization/locks/keep"
    made = await raw.send("PUT", of_group.lower().replace("/freeze", "/Freeze"), body=lock_body("ReadOnly"))
    assert (made.status, made.body["name"], made.body["type"]) == (201, "Freeze", "Microsoft.Authorization/locks")
    assert made.body["properties"] == {"level": "ReadOnly"}
    assert (await raw.send("PUT", of_vm, body=lock_body("CanNotDelete", notes="ask Ada"))).status == 201
    changed = await raw.send("PUT", of_group, body=lock_body("CanNotDelete"))
    assert (changed.status, changed.body["name"]) == (200, "Freeze")
    assert (await raw.get(of_vm)).body["properties"] == {"level": "CanNotDelete", "notes": "ask Ada"}
    for scope in (f"/subscriptions/{world.subscription_id}", group_of(vm), vm):
        listed = await raw.get(f"{scope}/providers/Microsoft.Authorization/locks")
        assert {lock["name"] for lock in listed.body["value"]} == {"Freeze", "keep"}
    assert (await raw.send("DELETE", vm)).code == "ScopeLocked"
    for lock in (of_group, of_vm):
        assert (await raw.send("DELETE", lock)).status == 200
    assert (await raw.send("DELETE", of_group)).status == 204
    assert (await raw.get(of_group)).code == "LockNotFound"
    assert (await raw.send("DELETE", vm)).status == 202


async def test_a_lock_of_nothing_and_a_lock_of_an_unknown_level_are_refused(raw: RawClient, vm: str) -> None:
    absent = await raw.send(
        "PUT", f"{vm}-2/providers/Microsoft.Authorization/locks/keep", body=lock_body("CanNotDelete")
    )
    unknown = await raw.send("PUT", f"{vm}/providers/Microsoft.Authorization/locks/keep", body=lock_body("Never"))
    assert (absent.status, unknown.status, unknown.code) == (404, 400, "LockLevelInvalid")


async def test_the_locks_of_a_group_go_with_it(raw: RawClient, world: World) -> None:
    group = add_resource_group(world, "Gone")
    policy = add_policy(world, "Gone", "no-extensions")
    await raw.send("DELETE", group)
    assert world.restrictions.get(policy) is None
