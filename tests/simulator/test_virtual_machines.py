from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.compute.aio import ComputeManagementClient

from simulator.arm.compute.machine import Power
from simulator.build import (
    UBUNTU,
    add_extension,
    add_network,
    add_network_interface,
    add_resource_group,
    add_virtual_machine,
    network_interface_of,
    subnet_id,
)
from simulator.world import World
from tests.simulator.raw_client import RawClient


@pytest.fixture
def subnet(world: World) -> str:
    add_resource_group(world, "Shop")
    return subnet_id(add_network(world, "Shop", "net"))


def vm_body(interface: str, **changes: Any) -> dict[str, Any]:
    image = {
        "publisher": "MicrosoftWindowsServer",
        "offer": "WindowsServer",
        "sku": "2019-Datacenter",
        "version": "latest",
    }
    properties = {
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {"imageReference": image, "osDisk": {"createOption": "FromImage"}},
        "osProfile": {"computerName": "till", "adminUsername": "azureuser", "adminPassword": "secret"},
        "networkProfile": {"networkInterfaces": [{"id": interface}]},
    }
    return {"location": "westeurope", "properties": properties | changes}


def vm_path(neighbour: str, name: str) -> str:
    group = neighbour.partition("/providers/")[0]
    return f"{group}/providers/Microsoft.Compute/virtualMachines/{name}"


def power_of(view: dict[str, Any]) -> list[str]:
    return [status["code"] for status in view["statuses"] if status["code"].startswith("PowerState/")]


async def test_a_vm_made_by_the_sdk_runs_and_has_its_interface(
    compute: ComputeManagementClient, world: World, subnet: str
) -> None:
    interface = add_network_interface(world, "Shop", "nic", subnet=subnet)
    made = await (await compute.virtual_machines.begin_create_or_update("Shop", "till", vm_body(interface))).result()  # type: ignore[call-overload] # a plain document
    assert (made.provisioning_state, made.etag) == ("Succeeded", '"1"')
    assert made.os_profile is not None
    assert made.os_profile.admin_password is None
    seen = (await compute.virtual_machines.instance_view("Shop", "till")).as_dict()
    assert (seen["osName"], seen["computerName"]) == ("Windows Server 2019 Datacenter", "till")
    assert power_of(seen) == ["PowerState/running"]
    assert world.resources[interface]["properties"]["virtualMachine"]["id"] == made.id


async def test_a_vm_under_way_is_creating_and_its_disk_has_no_name_yet(
    raw: RawClient, world: World, subnet: str
) -> None:
    world.machine_seconds = 45
    interface = add_network_interface(world, "Shop", "nic", subnet=subnet)
    path = vm_path(subnet, "till")
    answer = await raw.send("PUT", path, body=vm_body(interface))
    assert answer.status == 201
    assert answer.body["properties"]["provisioningState"] == "Creating"
    assert "name" not in answer.body["properties"]["storageProfile"]["osDisk"]
    assert answer.headers["azure-asyncnotification"] == "Enabled"
    assert "location" not in answer.headers
    during = (await raw.get(f"{path}/instanceView")).body
    assert [status["code"] for status in during["statuses"]] == ["ProvisioningState/creating", "PowerState/starting"]
    await world.clock.advance(45)
    after = (await raw.get(path)).body["properties"]
    assert after["provisioningState"] == "Succeeded"
    assert after["storageProfile"]["osDisk"]["managedDisk"]["id"].startswith("/subscriptions/")


@pytest.mark.parametrize(
    "changes",
    [
        {"hardwareProfile": {"vmSize": "Standard_Huge"}},
        {"osProfile": None},
        {"osProfile": {"computerName": "x"}},
        {"networkProfile": None},
    ],
)
async def test_a_vm_that_azure_would_refuse_is_refused_and_not_kept(
    raw: RawClient, world: World, subnet: str, changes: dict[str, Any]
) -> None:
    interface = add_network_interface(world, "Shop", "nic", subnet=subnet)
    path = vm_path(subnet, "till")
    answer = await raw.send("PUT", path, body=vm_body(interface, **changes))
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert "target" in answer.body["error"]
    assert path not in world.resources


async def test_a_vm_needs_interfaces_that_exist_and_are_free(raw: RawClient, world: World, subnet: str) -> None:
    taken = network_interface_of(world, add_virtual_machine(world, "Shop", "other", subnet=subnet))
    path = vm_path(subnet, "till")
    absent = await raw.send("PUT", path, body=vm_body(taken.replace("other-nic", "absent")))
    assert (absent.status, absent.code) == (404, "NotFound")
    assert absent.message.endswith("/networkInterfaces/absent not found.")
    assert (await raw.send("PUT", path, body=vm_body(taken))).status == 400
    assert world.resources[taken]["properties"]["virtualMachine"]["id"].endswith("/other")


async def test_a_get_carries_whole_extensions_and_a_list_only_their_ids(
    raw: RawClient, world: World, subnet: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet)
    extension = add_extension(world, vm, settings={"port": "6516"})
    one = (await raw.get(vm)).body
    listed = (await raw.get(vm.rsplit("/", 1)[0])).body["value"]
    assert one["resources"][0]["properties"]["settings"] == {"port": "6516"}
    assert listed[0]["resources"] == [{"id": extension}]
    assert "instanceView" not in one["properties"]


async def test_a_vm_without_extensions_has_no_resources_at_all(raw: RawClient, world: World, subnet: str) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet)
    assert "resources" not in (await raw.get(vm)).body


async def test_the_subscriptions_list_shouts_the_group_and_a_groups_list_does_not(
    raw: RawClient, world: World, subnet: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet)
    add_extension(world, vm)
    root = f"/subscriptions/{world.subscription_id}"
    everywhere = (await raw.get(f"{root}/providers/Microsoft.Compute/virtualMachines")).body["value"][0]
    in_group = (await raw.get(f"{root}/resourceGroups/shop/providers/Microsoft.Compute/virtualMachines")).body[
        "value"
    ][0]
    assert everywhere["id"].split("/")[4] == "SHOP"
    assert everywhere["resources"][0]["id"].split("/")[4] == "SHOP"
    assert in_group["id"] == vm
    assert world.resources[vm]["id"] == vm


async def test_lists_of_vms_come_in_pages(compute: ComputeManagementClient, world: World, subnet: str) -> None:
    for number in range(5):
        add_virtual_machine(world, "Shop", f"vm{number}", subnet=subnet)
    world.page_size = 2
    names = [vm.name async for vm in compute.virtual_machines.list_all()]
    assert names == [f"vm{number}" for number in range(5)]
    assert len(world.requests.reads()) == 3


async def test_expanding_adds_the_instance_view(compute: ComputeManagementClient, world: World, subnet: str) -> None:
    add_virtual_machine(world, "Shop", "till", subnet=subnet)
    plain = await compute.virtual_machines.get("Shop", "till")
    expanded = await compute.virtual_machines.get("Shop", "till", expand="instanceView")
    assert plain.instance_view is None
    assert expanded.instance_view is not None
    assert expanded.instance_view.hyper_v_generation == "V2"


async def test_a_running_vms_view_tells_of_os_agent_disk_and_power(raw: RawClient, world: World, subnet: str) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet)
    add_extension(world, vm, version="0.0.0.337")
    view = (await raw.get(f"{vm}/instanceView")).body
    assert view["osName"] == "Windows Server 2022 Datacenter"
    assert view["vmAgent"]["statuses"][0]["displayStatus"] == "Ready"
    assert view["vmAgent"]["extensionHandlers"][0]["typeHandlerVersion"] == "0.0.0.337"
    assert view["extensions"][0]["type"] == "Microsoft.AdminCenter.AdminCenter"
    assert view["disks"][0]["statuses"][0]["code"] == "ProvisioningState/succeeded"
    assert power_of(view) == ["PowerState/running"]


async def test_a_deallocated_vms_view_knows_nothing_of_its_agent(raw: RawClient, world: World, subnet: str) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet, running=False)
    add_extension(world, vm)
    view = (await raw.get(f"{vm}/instanceView")).body
    assert set(view) == {"disks", "statuses"}
    assert power_of(view) == ["PowerState/deallocated"]


async def test_an_agent_that_is_not_ready_says_so_and_hides_the_os(raw: RawClient, world: World, subnet: str) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet, agent_ready=False)
    view = (await raw.get(f"{vm}/instanceView")).body
    status = view["vmAgent"]["statuses"][0]
    assert (status["code"], status["displayStatus"]) == ("ProvisioningState/Unavailable", "Not Ready")
    assert "osName" not in view
    assert "computerName" not in view


async def test_an_agent_is_ready_when_its_seconds_are_over(raw: RawClient, world: World, subnet: str) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet, agent_ready_after=40)
    assert "osName" not in (await raw.get(f"{vm}/instanceView")).body
    await world.clock.advance(40)
    assert (await raw.get(f"{vm}/instanceView")).body["vmAgent"]["statuses"][0]["displayStatus"] == "Ready"


@pytest.mark.parametrize(
    ("image", "boots"),
    [
        (("MicrosoftWindowsServer", "WindowsServer", "2016-Datacenter"), "Windows Server 2016 Datacenter"),
        (("MicrosoftWindowsServer", "WindowsServer", "2012-R2-Datacenter"), "Windows Server 2012 R2 Datacenter"),
        (
            ("MicrosoftWindowsServer", "WindowsServer", "2025-datacenter-azure-edition-core"),
            "Windows Server 2025 Datacenter Azure Edition",
        ),
        (("microsoftsqlserver", "sql2019-ws2022", "enterprise"), "Windows Server 2022 Datacenter"),
        (("MicrosoftWindowsDesktop", "windows-11", "win11-24h2-pro"), "Windows 11 Pro"),
        (UBUNTU, "ubuntu"),
    ],
)
async def test_an_image_boots_what_it_says(
    raw: RawClient, world: World, subnet: str, image: tuple[str, str, str], boots: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet, image=image)
    shown = (await raw.get(vm, **{"$expand": "instanceView"})).body["properties"]
    assert shown["instanceView"]["osName"] == boots
    assert shown["storageProfile"]["osDisk"]["osType"] == ("Windows" if "Windows" in boots else "Linux")


async def test_a_patch_changes_tags_and_counts_the_version_up(
    compute: ComputeManagementClient, world: World, subnet: str
) -> None:
    add_virtual_machine(world, "Shop", "till", subnet=subnet, tags={"team": "web"})
    changed = await (
        await compute.virtual_machines.begin_update("Shop", "till", {"tags": {"wac-guard": "exclude"}})  # type: ignore[call-overload] # a plain document
    ).result()
    assert (changed.tags, changed.etag, changed.provisioning_state) == ({"wac-guard": "exclude"}, '"2"', "Succeeded")


async def test_a_put_of_what_a_get_gave_changes_nothing_but_the_version(
    raw: RawClient, world: World, subnet: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet)
    before = await raw.get(vm)
    answer = await raw.send("PUT", vm, body=before.body)
    assert (answer.status, answer.body["properties"]["provisioningState"]) == (200, "Updating")
    after = await raw.get(vm)
    assert after.body == before.body | {"etag": '"2"'}
    assert after.headers["etag"] == '"2"'


async def test_a_deleted_vm_leaves_its_interface_free(
    compute: ComputeManagementClient, world: World, subnet: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet)
    interface = network_interface_of(world, vm)
    add_extension(world, vm)
    await (await compute.virtual_machines.begin_delete("Shop", "till")).result()
    assert not [key for key in world.resources if key.startswith(vm.lower())]
    assert "virtualMachine" not in world.resources[interface]["properties"]
    with pytest.raises(ResourceNotFoundError):
        await compute.virtual_machines.get("Shop", "till")


async def test_deleting_an_absent_vm_is_a_204(raw: RawClient, subnet: str) -> None:
    path = vm_path(subnet, "absent")
    assert (await raw.send("DELETE", path)).status == 204


async def test_an_absent_vm_is_the_gateways_404(raw: RawClient, subnet: str) -> None:
    answer = await raw.get(vm_path(subnet, "absent"))
    assert (answer.status, answer.code) == (404, "ResourceNotFound")


async def test_a_vm_is_started_and_stopped_by_the_sdk(
    compute: ComputeManagementClient, world: World, subnet: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet)
    machines = compute.virtual_machines
    for begin, power in (
        (machines.begin_power_off, Power.STOPPED),
        (machines.begin_start, Power.RUNNING),
        (machines.begin_restart, Power.RUNNING),
        (machines.begin_deallocate, Power.DEALLOCATED),
    ):
        await (await begin("Shop", "till")).result()
        assert world.machine(vm).power is power


async def test_a_start_that_takes_time_is_seen_starting_and_the_agent_comes_later(
    raw: RawClient, world: World, subnet: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet, running=False)
    world.power_seconds, world.agent_seconds = 30, 60
    answer = await raw.send("POST", f"{vm}/start")
    assert (answer.status, answer.body) == (202, None)
    assert "location" in answer.headers
    assert power_of((await raw.get(f"{vm}/instanceView")).body) == ["PowerState/starting"]
    await world.clock.advance(30)
    view = (await raw.get(f"{vm}/instanceView")).body
    assert power_of(view) == ["PowerState/running"]
    assert view["vmAgent"]["statuses"][0]["displayStatus"] == "Not Ready"
    await world.clock.advance(60)
    assert (await raw.get(f"{vm}/instanceView")).body["vmAgent"]["statuses"][0]["displayStatus"] == "Ready"


async def test_sizes_tell_their_memory_for_the_location_asked(compute: ComputeManagementClient) -> None:
    memory = {}
    async for sku in compute.resource_skus.list(filter="location eq 'westeurope'"):
        capabilities = {str(one.name): one.value for one in sku.capabilities or []}
        memory[str(sku.name)] = capabilities["MemoryGB"]
        assert sku.locations == ["westeurope"]
    assert {"Standard_B1s": "1", "Standard_B1ms": "2", "Standard_DS1_v2": "3.5"}.items() <= memory.items()
    assert {"Standard_B2s": "4", "Standard_D2s_v5": "8", "Standard_D4s_v5": "16"}.items() <= memory.items()
