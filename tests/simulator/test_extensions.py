from __future__ import annotations

import asyncio
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute.aio import ComputeManagementClient

from simulator.build import add_extension, add_network, add_resource_group, add_virtual_machine, subnet_id
from simulator.faults import Fault, FaultKind
from simulator.world import World
from tests.simulator.raw_client import RawAnswer, RawClient


@pytest.fixture
def subnet(world: World) -> str:
    add_resource_group(world, "Shop")
    return subnet_id(add_network(world, "Shop", "net"))


@pytest.fixture
def vm(world: World, subnet: str) -> str:
    return add_virtual_machine(world, "Shop", "till", subnet=subnet)


def admin_center(**changes: Any) -> dict[str, Any]:
    properties = {
        "publisher": "Microsoft.AdminCenter",
        "type": "AdminCenter",
        "typeHandlerVersion": "0.0",
        "autoUpgradeMinorVersion": True,
        "settings": {"port": "6516", "salt": "pepper"},
    }
    return {"location": "westeurope", "properties": properties | changes}


async def put(raw: RawClient, vm: str, **changes: Any) -> RawAnswer:
    return await raw.send("PUT", f"{vm}/extensions/AdminCenter", body=admin_center(**changes))


async def status_of(raw: RawClient, answer: RawAnswer) -> dict[str, Any]:
    return dict((await raw.send("GET", answer.headers["azure-asyncoperation"])).body)


async def state_of(raw: RawClient, extension: str) -> str:
    return str((await raw.get(extension)).body["properties"]["provisioningState"])


async def test_an_install_takes_three_minutes_and_then_the_agent_reports_the_running_version(
    raw: RawClient, world: World, vm: str
) -> None:
    answer = await put(raw, vm)
    assert (answer.status, answer.body["properties"]["provisioningState"]) == (201, "Creating")
    await world.clock.advance(179)
    assert (await status_of(raw, answer))["status"] == "InProgress"
    assert await state_of(raw, f"{vm}/extensions/AdminCenter") == "Creating"
    await world.clock.advance(1)
    ended = await status_of(raw, answer)
    assert ended["status"] == "Succeeded"
    assert {"startTime", "endTime", "status", "name"} == set(ended)
    shown = (await raw.get(f"{vm}/extensions/AdminCenter", **{"$expand": "instanceView"})).body["properties"]
    assert shown["typeHandlerVersion"] == "0.0"
    assert shown["instanceView"]["typeHandlerVersion"] == "0.0.0.350"
    assert shown["instanceView"]["statuses"][0]["code"] == "ProvisioningState/succeeded"


async def test_the_sdk_installs_and_waits_while_time_goes_on(
    compute: ComputeManagementClient, world: World, vm: str
) -> None:
    poller = await compute.virtual_machine_extensions.begin_create_or_update(
        "Shop", "till", "AdminCenter", admin_center()
    )  # type: ignore[call-overload] # a plain document
    made, _ = await asyncio.gather(poller.result(), world.clock.advance(180))
    assert made.provisioning_state == "Succeeded"
    assert [install.extension_id for install in world.installs] == [f"{vm}/extensions/AdminCenter"]
    listed = await compute.virtual_machine_extensions.list("Shop", "till")
    assert [one.name for one in listed.value or []] == ["AdminCenter"]


async def test_an_install_under_way_is_transitioning_for_an_agent_that_is_ready(
    raw: RawClient, world: World, vm: str
) -> None:
    await put(raw, vm)
    view = (await raw.get(f"{vm}/instanceView")).body["extensions"]
    assert view[0]["statuses"][0]["code"] == "ProvisioningState/transitioning"


async def test_an_extension_the_agent_has_not_reported_shows_its_name_alone(
    raw: RawClient, world: World, subnet: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "slow", subnet=subnet, agent_ready_after=60)
    await put(raw, vm)
    assert (await raw.get(f"{vm}/instanceView")).body["extensions"] == [{"name": "AdminCenter"}]


async def test_an_install_waits_for_the_agent(raw: RawClient, world: World, subnet: str) -> None:
    vm = add_virtual_machine(world, "Shop", "slow", subnet=subnet, agent_ready_after=60)
    await put(raw, vm)
    await world.clock.advance(180)
    assert await state_of(raw, f"{vm}/extensions/AdminCenter") == "Creating"
    await world.clock.advance(60)
    assert await state_of(raw, f"{vm}/extensions/AdminCenter") == "Succeeded"


async def test_without_an_agent_an_install_fails_after_25_minutes(raw: RawClient, world: World, subnet: str) -> None:
    vm = add_virtual_machine(world, "Shop", "mute", subnet=subnet, agent_ready=False)
    answer = await put(raw, vm)
    await world.clock.advance(25 * 60)
    ended = await status_of(raw, answer)
    assert (ended["status"], ended["error"]["code"]) == ("Failed", "VMAgentStatusCommunicationError")


async def test_settings_come_back_and_protected_settings_never(raw: RawClient, world: World, vm: str) -> None:
    answer = await put(raw, vm, protectedSettings={"key": "secret"})
    shown = (await raw.get(f"{vm}/extensions/AdminCenter")).body["properties"]
    assert shown["settings"] == {"port": "6516", "salt": "pepper"}
    assert "protectedSettings" not in shown
    assert "secret" not in str(answer.body)


async def test_a_failed_install_is_a_failed_operation_and_a_readable_extension(
    compute: ComputeManagementClient, world: World, vm: str
) -> None:
    world.faults.add(Fault(FaultKind.FAILED_INSTALL, name="Port 6516 is in use."))
    poller = await compute.virtual_machine_extensions.begin_create_or_update(
        "Shop", "till", "AdminCenter", admin_center()
    )  # type: ignore[call-overload] # a plain document
    await world.clock.advance(180)
    with pytest.raises(HttpResponseError) as failed:
        await poller.result()
    assert failed.value.error is not None
    assert failed.value.error.code == "VMExtensionProvisioningError"
    assert 'Error message: "Port 6516 is in use."' in (failed.value.error.message or "")
    seen = await compute.virtual_machine_extensions.get("Shop", "till", "AdminCenter", expand="instanceView")
    assert seen.provisioning_state == "Failed"
    assert seen.instance_view is not None
    assert (seen.instance_view.statuses or [])[0].code == "ProvisioningState/failed/1"


async def test_a_failed_install_is_tried_again_at_the_next_start(raw: RawClient, world: World, vm: str) -> None:
    world.faults.add(Fault(FaultKind.FAILED_INSTALL))
    await put(raw, vm)
    await world.clock.advance(180)
    for action in ("deallocate", "start"):
        await raw.send("POST", f"{vm}/{action}")
    assert await state_of(raw, f"{vm}/extensions/AdminCenter") == "Updating"
    published = len(world.event_grid.published)
    await world.clock.advance(180)
    assert await state_of(raw, f"{vm}/extensions/AdminCenter") == "Succeeded"
    assert len(world.installs) == 2
    assert len(world.event_grid.published) == published


async def test_a_stuck_install_times_out_after_90_minutes(raw: RawClient, world: World, vm: str) -> None:
    world.faults.add(Fault(FaultKind.STUCK_INSTALL))
    answer = await put(raw, vm)
    await world.clock.advance(89 * 60)
    assert (await status_of(raw, answer))["status"] == "InProgress"
    await world.clock.advance(60)
    assert (await status_of(raw, answer))["error"]["code"] == "VMExtensionProvisioningTimeout"


async def test_a_repeated_put_joins_the_install_under_way(raw: RawClient, world: World, vm: str) -> None:
    await put(raw, vm)
    await world.clock.advance(100)
    again = await put(raw, vm)
    assert (again.status, len(world.installs)) == (200, 1)
    await world.clock.advance(80)
    assert (await status_of(raw, again))["status"] == "Succeeded"


async def test_a_put_that_changes_nothing_installs_nothing(raw: RawClient, world: World, vm: str) -> None:
    add_extension(world, vm, settings={"port": "6516", "salt": "pepper"})
    answer = await put(raw, vm)
    assert (answer.status, answer.body["properties"]["provisioningState"]) == (200, "Updating")
    assert (await status_of(raw, answer))["status"] == "Succeeded"
    assert world.installs == []


async def test_a_put_with_other_settings_installs_anew_and_gives_up_the_old_one(
    raw: RawClient, world: World, vm: str
) -> None:
    first = await put(raw, vm)
    await world.clock.advance(100)
    second = await put(raw, vm, settings={"port": "6600"})
    assert (await status_of(raw, first))["error"]["code"] == "OperationPreempted"
    await world.clock.advance(180)
    assert (await status_of(raw, second))["status"] == "Succeeded"
    shown = (await raw.get(f"{vm}/extensions/AdminCenter")).body["properties"]
    assert (shown["settings"], shown["provisioningState"]) == ({"port": "6600"}, "Succeeded")
    assert len(world.installs) == 2


async def test_a_patch_of_the_force_update_tag_brings_the_newest_version_and_keeps_the_settings(
    compute: ComputeManagementClient, world: World, vm: str
) -> None:
    add_extension(world, vm, settings={"port": "6600"}, version="0.0.0.100")
    poller = await compute.virtual_machine_extensions.begin_update(
        "Shop",
        "till",
        "AdminCenter",
        {"properties": {"forceUpdateTag": "2026-01"}},
    )
    await world.clock.advance(180)
    changed = await poller.result()
    assert (changed.force_update_tag, changed.settings) == ("2026-01", {"port": "6600"})
    seen = await compute.virtual_machine_extensions.get("Shop", "till", "AdminCenter", expand="instanceView")
    assert seen.instance_view is not None
    assert seen.instance_view.type_handler_version == "0.0.0.350"


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
