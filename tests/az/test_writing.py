"""What the Azure CLI writes comes to be, and only that."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.arm.compute.machine import Power
from simulator.local import LocalAzure
from simulator.world import World
from tests.az.azure_cli import AzureCli
from tests.az.estate import SETTINGS, Estate

pytestmark = pytest.mark.az

NSG = "-g rg-app --nsg-name nsg-web"
EXTENSION = "-g rg-app --vm-name vm-1 -n AdminCenter"
SUBNET = "network vnet subnet update -g rg-app --vnet-name vnet -n default"


def rules(world: World, estate: Estate) -> dict[str, dict[str, Any]]:
    found = world.resources.in_collection(f"{estate.nsg}/securityRules")
    return {rule["name"]: rule["properties"] for rule in found}


POWER = {
    "vm start -g rg-app -n vm-2": ("vm-2", Power.RUNNING),
    "vm restart -g rg-app -n vm-1": ("vm-1", Power.RUNNING),
    "vm stop -g rg-app -n vm-1": ("vm-1", Power.STOPPED),
    "vm deallocate -g rg-app -n vm-1": ("vm-1", Power.DEALLOCATED),
    "vm start --ids {deallocated}": ("vm-2", Power.RUNNING),
}


@pytest.mark.parametrize("line", POWER)
async def test_a_vm_is_started_and_stopped(line: str, az: AzureCli, azure: LocalAzure, estate: Estate) -> None:
    name, power = POWER[line]

    (await az(line.format(deallocated=estate.deallocated))).succeeded()

    ids = {"vm-1": estate.running, "vm-2": estate.deallocated}
    assert azure.world.machine(ids[name]).power is power


async def test_a_vm_is_deleted_and_its_nic_stays(az: AzureCli, azure: LocalAzure, estate: Estate) -> None:
    (await az("vm delete -g rg-app -n vm-1 --yes")).succeeded()

    left = azure.world.resources
    assert estate.running not in left
    assert estate.extension not in left
    assert f"{estate.group}/providers/Microsoft.Network/networkInterfaces/vm-1-nic" in left


async def test_an_extension_is_set_changed_and_deleted(az: AzureCli, azure: LocalAzure, estate: Estate) -> None:
    line = "vm extension set -g rg-app --vm-name vm-1 -n CustomScriptExtension --publisher Microsoft.Compute"
    shown = (
        await az(f"""{line} --version 1.10 --settings '{{"a": 1}}' --protected-settings '{{"b": 2}}'""")
    ).succeeded()
    extension = azure.world.resources[f"{estate.running}/extensions/CustomScriptExtension"]
    assert extension["properties"] == {
        "autoUpgradeMinorVersion": True,
        "provisioningState": "Succeeded",
        "publisher": "Microsoft.Compute",
        "type": "CustomScriptExtension",
        "typeHandlerVersion": "1.10",
        "settings": {"a": 1},
    }
    assert shown.document["settings"] == {"a": 1}
    assert "protectedSettings" not in shown.document

    (await az("vm extension delete -g rg-app --vm-name vm-1 -n CustomScriptExtension")).succeeded()
    assert [one["name"] for one in azure.world.resources.in_collection(f"{estate.running}/extensions")] == [
        "AdminCenter"
    ]


async def test_an_extension_that_another_name_has_is_changed_under_its_own(
    az: AzureCli, azure: LocalAzure, estate: Estate
) -> None:
    line = "vm extension set -g rg-app --vm-name vm-1 -n AdminCenter --publisher Microsoft.AdminCenter"

    answer = (await az(f"""{line} --extension-instance-name wac --settings '{{"port": "6600"}}'""")).succeeded()

    assert "extension with name AdminCenter already exists" in answer.error
    assert azure.world.resources[estate.extension]["properties"]["settings"] == {"port": "6600"}
    assert len(azure.world.resources.in_collection(f"{estate.running}/extensions")) == 1


async def test_an_extension_set_again_unchanged_is_not_installed_again(
    az: AzureCli, azure: LocalAzure, estate: Estate
) -> None:
    given = f"""--settings '{{"port": "{SETTINGS["port"]}", "salt": "{SETTINGS["salt"]}"}}' --version 0.0"""

    (await az(f"vm extension set {EXTENSION} --publisher Microsoft.AdminCenter {given}")).succeeded()

    assert azure.world.installs == []


async def test_a_rule_is_created_changed_and_deleted(az: AzureCli, azure: LocalAzure, estate: Estate) -> None:
    shown = (
        await az(
            f"network nsg rule create {NSG} -n New --priority 150 --direction Outbound --access Allow --protocol Tcp"
            " --destination-address-prefixes WindowsAdminCenter --destination-port-ranges 443"
        )
    ).succeeded()
    made = {
        "protocol": "Tcp",
        "sourcePortRange": "*",
        "destinationPortRange": "443",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "WindowsAdminCenter",
        "access": "Allow",
        "priority": 150,
        "direction": "Outbound",
        "sourcePortRanges": [],
        "destinationPortRanges": [],
        "sourceAddressPrefixes": [],
        "destinationAddressPrefixes": [],
    }
    assert rules(azure.world, estate)["New"] == made
    assert shown.document["provisioningState"] == "Succeeded"

    (await az(f"network nsg rule update {NSG} -n New --priority 160 --destination-port-ranges 443 8443")).succeeded()
    changed = rules(azure.world, estate)["New"]
    kept = {key: value for key, value in made.items() if key != "destinationPortRange"}
    assert changed == kept | {"priority": 160, "destinationPortRanges": ["443", "8443"]}

    (await az(f"network nsg rule delete {NSG} -n New")).succeeded()
    assert list(rules(azure.world, estate)) == ["DenyAllOutbound"]


async def test_an_nsg_is_created_put_before_a_subnet_and_taken_away(
    az: AzureCli, azure: LocalAzure, estate: Estate
) -> None:
    made = (await az("network nsg create -g rg-app -n nsg-new --tags a=b")).succeeded().document["NewNSG"]
    assert (made["name"], made["location"], made["securityRules"]) == ("nsg-new", "westeurope", [])
    assert azure.world.resources[made["id"]]["tags"] == {"a": "b"}

    (await az(f"{SUBNET} --nsg nsg-new")).succeeded()
    assert azure.world.resources[estate.subnet]["properties"]["networkSecurityGroup"] == {"id": made["id"]}

    (await az(f"{SUBNET} --remove networkSecurityGroup")).succeeded()
    assert "networkSecurityGroup" not in azure.world.resources[estate.subnet]["properties"]

    (await az("network nsg delete -g rg-app -n nsg-new")).succeeded()
    assert made["id"] not in azure.world.resources


async def test_a_subnet_keeps_its_nics_and_the_rest_when_its_nsg_is_set(
    az: AzureCli, azure: LocalAzure, estate: Estate
) -> None:
    before = (await az("network vnet subnet show -g rg-app --vnet-name vnet -n default")).succeeded().document

    shown = (await az(f"{SUBNET} --nsg {estate.nsg}")).succeeded().document

    assert shown == before | {"etag": shown["etag"]}


async def test_a_network_and_a_nic_are_created(az: AzureCli, azure: LocalAzure, estate: Estate) -> None:
    network = "network vnet create -g rg-app -n new --address-prefix 10.9.0.0/16"
    (await az(f"{network} --subnet-name web --subnet-prefix 10.9.0.0/24")).succeeded()
    nic = "network nic create -g rg-app -n nic-new --vnet-name new --subnet web --network-security-group nsg-web"

    made = (await az(nic)).succeeded().document["NewNIC"]

    assert made["ipConfigurations"][0]["privateIPAddress"] == "10.9.0.4"
    assert made["networkSecurityGroup"]["id"] == estate.nsg
    assert made["id"] in azure.world.resources


async def test_a_group_is_created_tagged_and_deleted_with_all_that_is_in_it(
    az: AzureCli, azure: LocalAzure, estate: Estate
) -> None:
    made = (await az("group create -n rg-new -l 'West Europe'")).succeeded().document
    assert (made["name"], made["location"], made["tags"]) == ("rg-new", "westeurope", None)

    (await az("group update -n rg-new --tags a=b")).succeeded()
    assert azure.world.resources[made["id"]]["tags"] == {"a": "b"}

    (await az("group delete -n rg-app --yes")).succeeded()
    assert list(azure.world.resources) == [made["id"].lower()]
    assert azure.world.machines == {}


async def test_a_put_by_rest_makes_a_vm(az: AzureCli, azure: LocalAzure, estate: Estate) -> None:
    """`az vm create` deploys a template, which the local Azure does not take: this is the way to have a VM."""
    (await az("network nic create -g rg-app -n vm-3-nic --vnet-name vnet --subnet default")).succeeded()
    interface = f"{estate.group}/providers/Microsoft.Network/networkInterfaces/vm-3-nic"
    body = (
        '{"location": "westeurope", "properties": {"hardwareProfile": {"vmSize": "Standard_D2s_v5"}, '
        '"storageProfile": {"imageReference": {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", '
        '"sku": "2022-datacenter-g2", "version": "latest"}, "osDisk": {"createOption": "FromImage"}}, '
        '"osProfile": {"computerName": "vm-3", "adminUsername": "azureuser", "adminPassword": "Not-a-Secret-1"}, '
        f'"networkProfile": {{"networkInterfaces": [{{"id": "{interface}"}}]}}}}}}'
    )
    vm_id = f"{estate.group}/providers/Microsoft.Compute/virtualMachines/vm-3"

    (await az(f"rest --method put --url {vm_id}?api-version=2024-07-01 --body '{body}'")).succeeded()

    (await az("vm wait -g rg-app -n vm-3 --created")).succeeded()
    assert azure.world.machine(vm_id).power is Power.RUNNING
