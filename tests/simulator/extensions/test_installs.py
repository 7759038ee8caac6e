"""Extensions that are installed: how long it takes, what is seen meanwhile, and how it ends."""

from __future__ import annotations

import asyncio

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute.aio import ComputeManagementClient

from simulator.build import add_extension, add_virtual_machine
from simulator.faults import Fault, FaultKind
from simulator.world import World
from tests.simulator.extensions.requests import admin_center, put, state_of, status_of
from tests.simulator.raw_client import RawClient


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
