"""Queries of the kinds that Microsoft's documentation shows work unchanged.

https://learn.microsoft.com/azure/governance/resource-graph/samples/advanced
"""

from __future__ import annotations

from typing import Any

import pytest

from simulator.build import (
    add_extension,
    add_network,
    add_public_address,
    add_resource_group,
    add_virtual_machine,
    subnet_id,
)
from simulator.world import World
from tests.simulator.resource_graph.conftest import Ask, rows_in

MACHINES = "Resources | where type =~ 'Microsoft.Compute/virtualMachines'"


@pytest.fixture
def estate(world: World) -> dict[str, str]:
    add_resource_group(world, "Shop", tags={"owner": "ada"})
    subnet = subnet_id(add_network(world, "Shop", "net"))
    address = add_public_address(world, "Shop", "address")
    till = add_virtual_machine(world, "Shop", "till", subnet=subnet, public_address=address)
    kiosk = add_virtual_machine(world, "Shop", "kiosk", subnet=subnet, running=False)
    for name in ("AdminCenter", "Monitor"):
        add_extension(world, till, name, type=name)
    return {"till": till, "kiosk": kiosk, "address": address}


async def test_machines_with_their_interfaces_and_public_addresses(ask: Ask, estate: dict[str, str]) -> None:
    query = """
    Resources
    | where type =~ 'microsoft.compute/virtualmachines'
    | extend nics = array_length(properties.networkProfile.networkInterfaces)
    | mv-expand nic = properties.networkProfile.networkInterfaces
    | where nics == 1 or nic.properties.primary =~ 'true' or isempty(nic)
    | project vm = name, size = tostring(properties.hardwareProfile.vmSize), nicId = tostring(nic.id)
    | join kind=leftouter (
        Resources
        | where type =~ 'microsoft.network/networkinterfaces'
        | extend many = array_length(properties.ipConfigurations)
        | mv-expand configuration = properties.ipConfigurations
        | where many == 1 or configuration.properties.primary =~ 'true'
        | project nicId = id, addressId = tostring(configuration.properties.publicIPAddress.id)
      ) on nicId
    | project-away nicId1
    | summarize by vm, size, nicId, addressId
    | join kind=leftouter (
        Resources
        | where type =~ 'microsoft.network/publicipaddresses'
        | project addressId = id, address = properties.ipAddress
      ) on addressId
    | project-away addressId1
    | order by vm asc
    """
    kiosk, till = rows_in(await ask(query))
    assert (kiosk["vm"], kiosk["addressId"], kiosk["address"]) == ("kiosk", "", None)
    assert (till["vm"], till["addressId"]) == ("till", estate["address"])
    assert till["address"].startswith("20.61.")


async def test_machines_with_a_list_of_their_extensions(ask: Ask, estate: dict[str, str]) -> None:
    query = """
    Resources
    | where type == 'microsoft.compute/virtualmachines'
    | extend JoinID = toupper(id), OSName = tostring(properties.osProfile.computerName)
    | join kind=leftouter (
        Resources
        | where type == 'microsoft.compute/virtualmachines/extensions'
        | extend VMId = toupper(substring(id, 0, indexof(id, '/extensions'))), ExtensionName = name
      ) on $left.JoinID == $right.VMId
    | summarize Extensions = make_list(ExtensionName) by id, OSName
    | order by tolower(OSName) asc
    """
    assert rows_in(await ask(query)) == [
        {"id": estate["kiosk"], "OSName": "kiosk", "Extensions": [""]},
        {"id": estate["till"], "OSName": "till", "Extensions": ["AdminCenter", "Monitor"]},
    ]


SAMPLES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "by power state": (
        f"{MACHINES} | summarize count() by tostring(properties.extended.instanceView.powerState.code)"
        " | order by count_, properties_extended_instanceView_powerState_code asc",
        [
            {"properties_extended_instanceView_powerState_code": "PowerState/deallocated", "count_": 1},
            {"properties_extended_instanceView_powerState_code": "PowerState/running", "count_": 1},
        ],
    ),
    "by system": (
        f"{MACHINES} | extend os = properties.storageProfile.osDisk.osType | summarize count() by tostring(os)",
        [{"os": "Windows", "count_": 2}],
    ),
    "addresses in use": (
        "Resources | where type contains 'publicIPAddresses' and isnotempty(properties.ipAddress) | project name",
        [{"name": "address"}],
    ),
    "addresses of nobody": (
        "resources | where type == 'microsoft.network/publicipaddresses'"
        " | where properties.ipConfiguration == '' and properties.natGateway == '' | count",
        [{"Count": 0}],
    ),
    "with the name of the subscription": (
        f"{MACHINES} | join kind=leftouter (ResourceContainers | where type == 'microsoft.resources/subscriptions'"
        " | project SubName = name, subscriptionId) on subscriptionId | summarize count() by SubName",
        [{"SubName": "Local Azure 1", "count_": 2}],
    ),
    "with a tag of the group": (
        f"{MACHINES} | join kind=inner (ResourceContainers | where type endswith '/resourcegroups'"
        " | where tags['owner'] =~ 'Ada' | project subscriptionId, resourceGroup) on subscriptionId, resourceGroup"
        " | project name | order by name asc",
        [{"name": "kiosk"}, {"name": "till"}],
    ),
}


@pytest.mark.parametrize("sentence", SAMPLES)
async def test_a_sample_works(ask: Ask, estate: dict[str, str], sentence: str) -> None:
    query, expected = SAMPLES[sentence]
    assert rows_in(await ask(query)) == expected
