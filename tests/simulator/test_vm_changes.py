"""What may be changed of a VM that is there, and what may be asked of it besides its power."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.arm.compute.machine import Power
from simulator.build import add_network, add_resource_group, add_virtual_machine, subnet_id
from simulator.world import World
from tests.simulator.raw_client import RawClient


@pytest.fixture
def vm(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))


def storage(**changes: Any) -> dict[str, Any]:
    return {"properties": {"storageProfile": changes}}


@pytest.mark.parametrize(
    ("change", "target"),
    [
        ({"properties": {"priority": "Spot"}}, "priority"),
        (storage(imageReference={"offer": "other"}), "imageReference"),
    ],
)
async def test_what_stays_as_it_was_created_cannot_be_changed(
    raw: RawClient, vm: str, change: dict[str, Any], target: str
) -> None:
    answer = await raw.send("PATCH", vm, body=change)
    assert (answer.status, answer.code) == (409, "PropertyChangeNotAllowed")
    assert answer.body["error"]["target"] == target


async def test_a_price_is_changed_only_while_deallocated(raw: RawClient, world: World, vm: str) -> None:
    change = {"properties": {"billingProfile": {"maxPrice": 0.5}}}
    assert (await raw.send("PATCH", vm, body=change)).code == "OperationNotAllowed"
    world.machine(vm).power = Power.DEALLOCATED
    assert (await raw.send("PATCH", vm, body=change)).status == 200


async def test_a_new_data_disk_has_no_id_before_it_is_made(raw: RawClient, world: World, vm: str) -> None:
    world.machine_seconds = 5
    disk = {"lun": 0, "name": "data", "diskSizeGB": 64, "createOption": "Empty"}
    answer = await raw.send("PATCH", vm, body=storage(dataDisks=[disk]))
    assert "id" not in answer.body["properties"]["storageProfile"]["dataDisks"][0]["managedDisk"]
    await world.clock.advance(5)
    shown = (await raw.get(vm)).body["properties"]["storageProfile"]
    assert shown["dataDisks"][0]["managedDisk"]["id"].endswith("/disks/data")
    assert (await raw.send("PATCH", vm, body=storage(dataDisks=[]))).status == 200
    assert (await raw.get(vm)).body["properties"]["storageProfile"]["dataDisks"] == []


async def test_a_size_takes_so_many_disks_and_no_more(raw: RawClient, vm: str) -> None:
    answer = await raw.send("PATCH", vm, body=storage(dataDisks=[{"lun": lun} for lun in range(5)]))
    assert (answer.status, answer.code) == (409, "OperationNotAllowed")
    assert answer.message.endswith("to a VM of this size is 4.")


async def test_identities_keep_their_principals(raw: RawClient, vm: str) -> None:
    first = await raw.send("PATCH", vm, body={"identity": {"type": "SystemAssigned"}})
    again = await raw.send("PATCH", vm, body={"identity": {"type": "SystemAssigned"}})
    assert first.body["identity"]["principalId"] == again.body["identity"]["principalId"]


async def test_a_command_gives_what_it_printed_in_both_results(raw: RawClient, world: World, vm: str) -> None:
    answer = await raw.send("POST", f"{vm}/runCommand", body={"commandId": "RunPowerShellScript"})
    assert answer.status == 202
    status = await raw.send("GET", answer.headers["azure-asyncoperation"])
    result = await raw.send("GET", answer.headers["location"])
    assert status.body["properties"]["output"] == result.body
    assert [item["code"] for item in result.body["value"]] == [
        "ComponentStatus/StdOut/succeeded",
        "ComponentStatus/StdErr/succeeded",
    ]
    world.machine(vm).power = Power.STOPPED
    assert (await raw.send("POST", f"{vm}/runCommand", body={})).code == "OperationNotAllowed"


@pytest.mark.parametrize("action", ["generalize", "simulateEviction", "performMaintenance", "reimage"])
async def test_what_a_plain_running_vm_may_not(raw: RawClient, vm: str, action: str) -> None:
    answer = await raw.send("POST", f"{vm}/{action}")
    assert (answer.status, answer.code) == (409, "OperationNotAllowed")


async def test_a_stopped_vm_is_generalized_at_once_and_says_so(raw: RawClient, world: World, vm: str) -> None:
    world.machine(vm).power = Power.STOPPED
    answer = await raw.send("POST", f"{vm}/generalize")
    assert (answer.status, answer.body) == (200, None)
    view = await raw.get(f"{vm}/instanceView")
    assert "OSState/generalized" in [status["code"] for status in view.body["statuses"]]
