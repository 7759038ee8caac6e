"""What can't be done to extensions, and how they are given up and deleted."""

from __future__ import annotations

import asyncio

import pytest
from azure.mgmt.compute.aio import ComputeManagementClient

from simulator.build import add_extension, add_virtual_machine
from simulator.world import World
from tests.simulator.extensions.requests import admin_center, put, state_of, status_of
from tests.simulator.raw_client import RawClient


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_extensions_of_a_stopped_vm_cannot_be_changed(
    raw: RawClient, world: World, subnet: str, method: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "off", subnet=subnet, running=False)
    extension = add_extension(world, vm)
    answer = await raw.send(method, extension, body=None if method == "DELETE" else admin_center())
    assert (answer.status, answer.code) == (409, "OperationNotAllowed")
    assert answer.message == "Cannot modify extensions in the VM when the VM is not running."


async def test_extensions_can_be_disallowed_with_the_same_code_as_for_a_stopped_vm(
    raw: RawClient, world: World, subnet: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "shut", subnet=subnet, allow_extension_operations=False)
    answer = await put(raw, vm)
    assert (answer.status, answer.code) == (409, "OperationNotAllowed")
    assert "when extension operations are disallowed" in answer.message


async def test_a_second_name_under_the_same_handler_is_refused(raw: RawClient, world: World, vm: str) -> None:
    add_extension(world, vm, "wac")
    answer = await put(raw, vm)
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert answer.message == (
        "Multiple VMExtensions per handler not supported for OS type 'Windows'. VMExtension 'AdminCenter' with "
        "handler 'Microsoft.AdminCenter.AdminCenter' already added or specified in input."
    )


async def test_an_extension_never_changes_its_publisher_or_type(raw: RawClient, world: World, vm: str) -> None:
    add_extension(world, vm)
    answer = await put(raw, vm, type="Other")
    assert (answer.status, answer.code) == (409, "PropertyChangeNotAllowed")


@pytest.mark.parametrize("field", ["publisher", "type", "typeHandlerVersion"])
async def test_an_extension_must_say_what_it_is(raw: RawClient, vm: str, field: str) -> None:
    answer = await put(raw, vm, **{field: None})
    assert (answer.status, answer.code, answer.body["error"]["target"]) == (400, "InvalidParameter", field)


async def test_an_extension_of_an_absent_vm_is_a_404(raw: RawClient, vm: str) -> None:
    absent = vm.replace("till", "absent")
    written = await put(raw, absent)
    deleted = await raw.send("DELETE", f"{absent}/extensions/AdminCenter")
    assert (written.status, written.code) == (404, "ParentResourceNotFound")
    assert (deleted.status, deleted.code) == (404, "ResourceNotFound")


async def test_an_absent_extension_is_the_gateways_404_and_its_deletion_a_204(raw: RawClient, vm: str) -> None:
    read = await raw.get(f"{vm}/extensions/absent")
    deleted = await raw.send("DELETE", f"{vm}/extensions/absent")
    assert (read.status, read.code, deleted.status) == (404, "ResourceNotFound", 204)
    assert "virtualMachines/till/extensions/absent' under resource group 'Shop'" in read.message


async def test_a_deletion_is_seen_deleting_and_then_the_extension_is_gone(
    compute: ComputeManagementClient, raw: RawClient, world: World, vm: str
) -> None:
    extension = add_extension(world, vm)
    poller = await compute.virtual_machine_extensions.begin_delete("Shop", "till", "AdminCenter")
    assert await state_of(raw, extension) == "Deleting"
    await asyncio.gather(poller.result(), world.clock.advance(60))
    assert extension not in world.resources
    assert "extensions" not in (await raw.get(f"{vm}/instanceView")).body


async def test_an_install_is_given_up_when_the_vm_is_deallocated(raw: RawClient, world: World, vm: str) -> None:
    answer = await put(raw, vm)
    await raw.send("POST", f"{vm}/deallocate")
    assert (await status_of(raw, answer))["error"]["code"] == "OperationPreempted"
    assert await state_of(raw, f"{vm}/extensions/AdminCenter") == "Failed"


async def test_each_vm_can_have_its_own_pace(raw: RawClient, world: World, vm: str) -> None:
    world.machine(vm).install_seconds = 600
    await put(raw, vm)
    await world.clock.advance(599)
    assert await state_of(raw, f"{vm}/extensions/AdminCenter") == "Creating"
    await world.clock.advance(1)
    assert await state_of(raw, f"{vm}/extensions/AdminCenter") == "Succeeded"


async def test_what_is_being_deleted_is_not_written(raw: RawClient, world: World, vm: str) -> None:
    extension = add_extension(world, vm, settings={"port": "6516", "salt": "pepper"})
    await raw.send("DELETE", extension)
    during = await put(raw, vm)
    assert (during.status, during.code) == (409, "Conflict")
    await world.clock.advance(60)
    assert (await put(raw, vm)).status == 201


@pytest.mark.parametrize("state", ["Succeeded", "Failed", "Creating", "Updating"])
async def test_an_extension_in_any_state_can_be_deleted_and_its_event_comes_when_it_is_gone(
    raw: RawClient, world: World, vm: str, state: str
) -> None:
    extension = add_extension(world, vm, state=state)
    assert (await raw.send("DELETE", extension)).status == 202
    assert await state_of(raw, extension) == "Deleting"
    assert world.event_grid.published == []
    await world.clock.advance(60)
    assert (await raw.get(extension)).status == 404
    [event] = world.event_grid.published
    assert (event["eventType"], event["subject"]) == ("Microsoft.Resources.ResourceDeleteSuccess", extension)
    assert event["data"]["operationName"] == "Microsoft.Compute/virtualMachines/extensions/delete"


async def test_an_install_under_way_is_given_up_when_its_extension_is_deleted(
    raw: RawClient, world: World, vm: str
) -> None:
    answer = await put(raw, vm)
    await world.clock.advance(100)
    await raw.send("DELETE", f"{vm}/extensions/AdminCenter")
    assert (await status_of(raw, answer))["error"]["code"] == "OperationPreempted"
    await world.clock.advance(3600)
    assert f"{vm}/extensions/AdminCenter" not in world.resources
    assert [event["eventType"].rsplit(".", 1)[1] for event in world.event_grid.published] == [
        "ResourceWriteFailure",
        "ResourceDeleteSuccess",
    ]


async def test_a_second_deletion_joins_the_first_and_takes_nothing_that_was_put_since(
    raw: RawClient, world: World, vm: str
) -> None:
    extension = add_extension(world, vm)
    await raw.send("DELETE", extension)
    await world.clock.advance(30)
    again = await raw.send("DELETE", extension)
    assert again.status == 202
    await world.clock.advance(30)
    assert (await status_of(raw, again))["status"] == "Succeeded"
    assert (await put(raw, vm)).status == 201
    await world.clock.advance(180)
    assert await state_of(raw, extension) == "Succeeded"


async def test_a_deletion_under_way_outlives_its_vm(raw: RawClient, world: World, vm: str) -> None:
    answer = await raw.send("DELETE", add_extension(world, vm))
    await raw.send("DELETE", vm)
    await world.clock.advance(60)
    assert (await status_of(raw, answer))["status"] == "Succeeded"


async def test_an_install_is_counted_with_the_correlation_id_of_its_request(
    raw: RawClient, world: World, vm: str
) -> None:
    await put(raw, vm)
    assert [one.correlation_id for one in world.installs] == [world.requests.writes()[0].correlation_id]
