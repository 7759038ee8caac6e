"""Rows: what Resource Graph shows of each type, seen through the SDK's client."""

from __future__ import annotations

import pytest
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.network.aio import NetworkManagementClient

from simulator.arm.compute.machine import Power
from simulator.build import (
    Route,
    add_application_security_group,
    add_extension,
    add_load_balancer,
    add_nat_gateway,
    add_network,
    add_public_address,
    add_resource_group,
    add_route_table,
    add_security_group,
    add_virtual_machine,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.store import Json
from simulator.world import World
from tests.simulator.resource_graph.conftest import Ask, rows_in

COLUMNS = (
    "id name type tenantId kind location resourceGroup subscriptionId managedBy sku plan properties tags identity "
    "zones extendedLocation"
)


@pytest.fixture
def vm(world: World) -> str:
    add_resource_group(world, "Shop")
    subnet = subnet_id(add_network(world, "Shop", "net"))
    nsg = add_security_group(world, "Shop", "nsg", [security_rule("deny", priority=100)])
    address = add_public_address(world, "Shop", "address")
    return add_virtual_machine(
        world, "Shop", "Till", subnet=subnet, nsg=nsg, public_address=address, tags={"env": "prod"}, managed_by="aks"
    )


async def _row(ask: Ask, resource_type: str) -> Json:
    answer = await ask(f"resources | where type == '{resource_type}'")
    assert answer.count == 1
    return rows_in(answer)[0]


async def test_a_row_has_all_columns_with_type_and_group_in_lower_case(ask: Ask, world: World, vm: str) -> None:
    row = await _row(ask, "microsoft.compute/virtualmachines")
    assert list(row) == COLUMNS.split()
    assert row | {"properties": {}} == dict.fromkeys(COLUMNS.split()) | {
        "id": vm,
        "name": "Till",
        "type": "microsoft.compute/virtualmachines",
        "tenantId": world.tenant_id,
        "kind": "",
        "location": "westeurope",
        "resourceGroup": "shop",
        "subscriptionId": world.subscription_id,
        "managedBy": "aks",
        "tags": {"env": "prod"},
        "properties": {},
    }


async def test_a_vm_shows_its_model_and_its_power_and_system_but_no_agent(ask: Ask, world: World, vm: str) -> None:
    properties = (await _row(ask, "microsoft.compute/virtualmachines"))["properties"]
    assert properties["hardwareProfile"] == {"vmSize": "Standard_D2s_v5"}
    assert "instanceView" not in properties
    assert properties["timeCreated"] == "2026-01-05T08:00:00.0000000Z"
    assert properties["extended"]["instanceView"] == {
        "powerState": {"code": "PowerState/running", "level": "Info", "displayStatus": "VM running"},
        "hyperVGeneration": "V2",
        "computerName": "Till",
        "osName": "Windows Server 2022 Datacenter",
        "osVersion": "10.0.20348.2655",
    }
    world.machine(vm).power = Power.DEALLOCATED
    properties = (await _row(ask, "microsoft.compute/virtualmachines"))["properties"]
    assert properties["extended"]["instanceView"] == {
        "powerState": {"code": "PowerState/deallocated", "level": "Info", "displayStatus": "VM deallocated"}
    }


async def test_an_extension_is_a_row_of_its_own_without_what_the_agent_reports(
    ask: Ask, world: World, vm: str
) -> None:
    extension = add_extension(world, vm, settings={"port": "6516"}, version="0.0.0.350")
    row = await _row(ask, "microsoft.compute/virtualmachines/extensions")
    assert (row["id"], row["name"], row["location"], row["resourceGroup"]) == (
        extension,
        "AdminCenter",
        "westeurope",
        "shop",
    )
    assert row["properties"] == {
        "autoUpgradeMinorVersion": True,
        "provisioningState": "Succeeded",
        "publisher": "Microsoft.AdminCenter",
        "type": "AdminCenter",
        "typeHandlerVersion": "0.0",
        "settings": {"port": "6516"},
    }


async def test_types_of_the_network_show_what_a_get_shows(
    ask: Ask, world: World, vm: str, network: NetworkManagementClient
) -> None:
    subnet = f"{vm.split('/providers/', 1)[0]}/providers/Microsoft.Network/virtualNetworks/net/subnets/default"
    add_route_table(world, "Shop", "routes", {"out": Route("0.0.0.0/0", "Internet")}, subnets=[subnet])
    add_nat_gateway(world, "Shop", "nat", subnets=[subnet])
    add_load_balancer(world, "Shop", "balancer", subnet=subnet, pool_members=[network_interface_of(world, vm)])
    add_application_security_group(world, "Shop", "asg", members=[network_interface_of(world, vm)])
    shown = {
        "networkinterfaces": network.network_interfaces.get("Shop", "Till-nic"),
        "networksecuritygroups": network.network_security_groups.get("Shop", "nsg"),
        "virtualnetworks": network.virtual_networks.get("Shop", "net"),
        "publicipaddresses": network.public_ip_addresses.get("Shop", "address"),
        "routetables": network.route_tables.get("Shop", "routes"),
        "natgateways": network.nat_gateways.get("Shop", "nat"),
        "loadbalancers": network.load_balancers.get("Shop", "balancer"),
        "applicationsecuritygroups": network.application_security_groups.get("Shop", "asg"),
    }
    for kind, get in shown.items():
        row, gotten = await _row(ask, f"microsoft.network/{kind}"), (await get).as_dict()
        assert row["properties"] == gotten["properties"], kind
        assert (row["id"], row["sku"]) == (gotten["id"], gotten.get("sku")), kind


async def test_rules_subnets_and_routes_lie_inside_of_what_they_belong_to(ask: Ask, world: World, vm: str) -> None:
    types = await ask("resources | summarize count() by type | order by type asc")
    assert [row["type"].split("/", 1)[1] for row in rows_in(types)] == [
        "virtualmachines",
        "networkinterfaces",
        "networksecuritygroups",
        "publicipaddresses",
        "virtualnetworks",
    ]
    group = (await _row(ask, "microsoft.network/networksecuritygroups"))["properties"]
    assert [rule["name"] for rule in group["securityRules"]] == ["deny"]
    assert len(group["defaultSecurityRules"]) == 6
    network = (await _row(ask, "microsoft.network/virtualnetworks"))["properties"]
    assert [one["name"] for one in network["subnets"]] == ["default"]
    assert len(network["subnets"][0]["properties"]["ipConfigurations"]) == 1


async def test_a_subscription_and_its_groups_are_containers(ask: Ask, world: World, vm: str) -> None:
    add_resource_group(world, "Aks", managed_by="/subscriptions/x", tags={"a": "b"})
    rows = rows_in(await ask("ResourceContainers"))
    shown = [(row["type"], row["name"], row["resourceGroup"], row["managedBy"], row["tags"]) for row in rows]
    assert shown == [
        ("microsoft.resources/subscriptions", "Local Azure 1", "", "", None),
        ("microsoft.resources/subscriptions/resourcegroups", "Shop", "shop", "", None),
        ("microsoft.resources/subscriptions/resourcegroups", "Aks", "aks", "/subscriptions/x", {"a": "b"}),
    ]
    assert rows[0]["id"] == f"/subscriptions/{world.subscription_id}"
    assert rows[0]["properties"]["state"] == "Enabled"


async def test_what_is_written_is_seen_at_once_where_there_is_no_lag(
    ask: Ask, world: World, vm: str, compute: ComputeManagementClient
) -> None:
    off = "properties.extended.instanceView.powerState.code != 'PowerState/running'"
    query = f"resources | where type == 'microsoft.compute/virtualmachines' | where {off} | count"
    counts = []
    for act in (compute.virtual_machines.begin_deallocate, compute.virtual_machines.begin_start):
        await (await act("Shop", "Till")).result()
        counts.append(rows_in(await ask(query))[0]["Count"])
    assert counts == [1, 0]
