"""What the Azure CLI shows of what is there."""

from __future__ import annotations

from typing import Any
from unittest.mock import ANY

import pytest

from simulator.world import SUBSCRIPTION_ID
from tests.az.azure_cli import AzureCli
from tests.az.estate import SETTINGS, Estate

pytestmark = pytest.mark.az

GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-app"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-1"
SUBNET = f"{NETWORK}/virtualNetworks/vnet/subnets/default"
IN_GROUP: dict[str, Any] = {"resourceGroup": "rg-app"}
NOW = "2026-01-05T08:00:00.0000000+00:00"

RESOURCE_GROUP = {
    "id": GROUP,
    "location": "westeurope",
    "managedBy": None,
    "name": "rg-app",
    "properties": {"provisioningState": "Succeeded"},
    "tags": {"env": "dev"},
    "type": "Microsoft.Resources/resourceGroups",
}
EXTENSION = IN_GROUP | {
    "autoUpgradeMinorVersion": True,
    "id": f"{VM}/extensions/AdminCenter",
    "location": "westeurope",
    "name": "AdminCenter",
    "provisioningState": "Succeeded",
    "publisher": "Microsoft.AdminCenter",
    "settings": SETTINGS,
    "type": "Microsoft.Compute/virtualMachines/extensions",
    "typeHandlerVersion": "0.0",
    "typePropertiesType": "AdminCenter",
}
SUCCEEDED = {"code": "ProvisioningState/succeeded", "level": "Info", "time": ANY}
REPORT = {
    "name": "AdminCenter",
    "statuses": [SUCCEEDED | {"displayStatus": "Provisioning succeeded"}],
    "type": "Microsoft.AdminCenter.AdminCenter",
    "typeHandlerVersion": "0.0.0.350",
}
MACHINE = IN_GROUP | {
    "etag": '"1"',
    "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
    "id": VM,
    "location": "westeurope",
    "name": "vm-1",
    "networkProfile": {"networkInterfaces": [IN_GROUP | {"id": f"{NETWORK}/networkInterfaces/vm-1-nic"}]},
    "osProfile": ANY,
    "provisioningState": "Succeeded",
    "resources": [{key: value for key, value in EXTENSION.items() if key != "type"}],
    "storageProfile": ANY,
    "timeCreated": ANY,
    "type": "Microsoft.Compute/virtualMachines",
    "vmId": ANY,
}
# What `-d` adds, which az itself puts together from the instance view, the NICs and the addresses.
DETAILS = {
    "fqdns": "",
    "macAddresses": ANY,
    "powerState": "VM running",
    "privateIps": "10.0.0.4",
    "publicIps": ANY,
}
VIEW = {
    "computerName": "vm-1",
    "disks": [{"name": ANY, "statuses": [SUCCEEDED | {"displayStatus": "Provisioning succeeded"}]}],
    "extensions": [REPORT],
    "hyperVGeneration": "V2",
    "osName": "Windows Server 2022 Datacenter",
    "osVersion": "10.0.20348.2655",
    "statuses": [
        SUCCEEDED | {"displayStatus": "Provisioning succeeded"},
        {"code": "PowerState/running", "displayStatus": "VM running", "level": "Info"},
    ],
    "vmAgent": ANY,
}
RULE = IN_GROUP | {
    "access": "Deny",
    "destinationAddressPrefix": "*",
    "destinationAddressPrefixes": [],
    "destinationPortRange": "*",
    "destinationPortRanges": [],
    "direction": "Outbound",
    "etag": ANY,
    "id": f"{NETWORK}/networkSecurityGroups/nsg-web/securityRules/DenyAllOutbound",
    "name": "DenyAllOutbound",
    "priority": 200,
    "protocol": "*",
    "provisioningState": "Succeeded",
    "sourceAddressPrefix": "*",
    "sourceAddressPrefixes": [],
    "sourcePortRange": "*",
    "sourcePortRanges": [],
    "type": "Microsoft.Network/networkSecurityGroups/securityRules",
}
SECURITY_GROUP = IN_GROUP | {
    "defaultSecurityRules": [ANY] * 6,
    "etag": ANY,
    "id": f"{NETWORK}/networkSecurityGroups/nsg-web",
    "location": "westeurope",
    "name": "nsg-web",
    "provisioningState": "Succeeded",
    "resourceGuid": ANY,
    "securityRules": [RULE],
    "subnets": [IN_GROUP | {"id": SUBNET}],
    "type": "Microsoft.Network/networkSecurityGroups",
}
CONFIGURATION = IN_GROUP | {
    "etag": ANY,
    "id": f"{NETWORK}/networkInterfaces/vm-1-nic/ipConfigurations/ipconfig1",
    "name": "ipconfig1",
    "primary": True,
    "privateIPAddress": "10.0.0.4",
    "privateIPAddressVersion": "IPv4",
    "privateIPAllocationMethod": "Dynamic",
    "provisioningState": "Succeeded",
    "publicIPAddress": IN_GROUP | {"id": f"{NETWORK}/publicIPAddresses/ip-1"},
    "subnet": IN_GROUP | {"id": SUBNET},
    "type": "Microsoft.Network/networkInterfaces/ipConfigurations",
}
# Azure writes these ids wholly in upper case, but for the words of its own.
USERS = [
    {
        "id": f"{GROUP.replace('rg-app', 'RG-APP')}/providers/Microsoft.Network/networkInterfaces"
        f"/VM-{number}-NIC/ipConfigurations/IPCONFIG1",
        "resourceGroup": "RG-APP",
    }
    for number in (1, 2)
]
SUBNET_SHOWN = IN_GROUP | {
    "addressPrefix": "10.0.0.0/24",
    "delegations": [],
    "etag": ANY,
    "id": SUBNET,
    "ipConfigurations": USERS,
    "name": "default",
    "networkSecurityGroup": IN_GROUP | {"id": f"{NETWORK}/networkSecurityGroups/nsg-web"},
    "privateEndpointNetworkPolicies": "Disabled",
    "privateLinkServiceNetworkPolicies": "Enabled",
    "provisioningState": "Succeeded",
    "type": "Microsoft.Network/virtualNetworks/subnets",
}
NETWORK_SHOWN = IN_GROUP | {
    "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
    "enableDdosProtection": False,
    "etag": ANY,
    "id": f"{NETWORK}/virtualNetworks/vnet",
    "location": "westeurope",
    "name": "vnet",
    "provisioningState": "Succeeded",
    "resourceGuid": ANY,
    "subnets": [SUBNET_SHOWN],
    "type": "Microsoft.Network/virtualNetworks",
    "virtualNetworkPeerings": [],
}
VERSIONS = [
    {
        "id": f"/Subscriptions/{SUBSCRIPTION_ID}/Providers/Microsoft.Compute/Locations/westeurope"
        f"/Publishers/Microsoft.AdminCenter/ArtifactTypes/VMExtension/Types/AdminCenter/Versions/{version}",
        "location": "westeurope",
        "name": version,
    }
    for version in ("0.0.0.337", "0.0.0.350")
]
TYPES = [
    ["vnet", "Microsoft.Network/virtualNetworks"],
    ["nsg-web", "Microsoft.Network/networkSecurityGroups"],
    ["ip-1", "Microsoft.Network/publicIPAddresses"],
    ["vm-1-nic", "Microsoft.Network/networkInterfaces"],
    ["vm-1", "Microsoft.Compute/virtualMachines"],
    ["vm-2-nic", "Microsoft.Network/networkInterfaces"],
    ["vm-2", "Microsoft.Compute/virtualMachines"],
    ["vm-1/AdminCenter", "Microsoft.Compute/virtualMachines/extensions"],
]

SHOWN: dict[str, Any] = {
    "group list": [RESOURCE_GROUP],
    "group list --tag env=prod": [],
    "group show -n RG-App": RESOURCE_GROUP,
    "group exists -n rg-none": False,
    "vm show -g rg-app -n vm-1": MACHINE,
    "vm show -d -g rg-app -n vm-1": MACHINE | DETAILS,
    "vm list --query [].[id,resourceGroup,resources[0].id]": [
        [
            VM.replace("rg-app", "RG-APP"),
            "RG-APP",
            VM.replace("rg-app", "RG-APP") + "/extensions/AdminCenter",
        ],
        [VM.replace("rg-app", "RG-APP").replace("vm-1", "vm-2"), "RG-APP", None],
    ],
    "vm list -g rg-app --query [].[id,resourceGroup]": [[VM, "rg-app"], [VM.replace("vm-1", "vm-2"), "rg-app"]],
    "vm list -d --query [].[name,powerState,privateIps,resourceGroup]": [
        ["vm-1", "VM running", "10.0.0.4", "rg-app"],
        ["vm-2", "VM deallocated", "10.0.0.5", "rg-app"],
    ],
    "vm get-instance-view -g rg-app -n vm-1 --query instanceView": VIEW,
    "vm get-instance-view -g rg-app -n vm-2 --query instanceView.[statuses[].code,vmAgent,extensions]": [
        ["ProvisioningState/succeeded", "PowerState/deallocated"],
        None,
        None,
    ],
    "vm extension list -g rg-app --vm-name vm-1": [EXTENSION],
    "vm extension list -g rg-app --vm-name vm-2": [],
    "vm extension show -g rg-app --vm-name vm-1 -n AdminCenter": EXTENSION,
    "vm extension show -g rg-app --vm-name vm-1 -n AdminCenter --instance-view": EXTENSION | {"instanceView": REPORT},
    "vm extension image list-versions -l westeurope -p Microsoft.AdminCenter -n AdminCenter": VERSIONS,
    "vm list-skus -l westeurope --size Standard_D2s_v5 --query [].[name,locations]": [
        ["Standard_D2s_v5", ["westeurope"]]
    ],
    "network nsg list": [SECURITY_GROUP],
    "network nsg show -g rg-app -n nsg-web": SECURITY_GROUP,
    "network nsg rule list -g rg-app --nsg-name nsg-web": [RULE],
    "network nsg rule list -g rg-app --nsg-name nsg-web --include-default --query [].[name,priority]": [
        ["DenyAllOutbound", 200],
        ["AllowVnetInBound", 65000],
        ["AllowAzureLoadBalancerInBound", 65001],
        ["DenyAllInBound", 65500],
        ["AllowVnetOutBound", 65000],
        ["AllowInternetOutBound", 65001],
        ["DenyAllOutBound", 65500],
    ],
    "network nsg rule show -g rg-app --nsg-name nsg-web -n DenyAllOutbound": RULE,
    "network nic list --query [].name": ["vm-1-nic", "vm-2-nic"],
    "network nic show -g rg-app -n vm-1-nic --query [ipConfigurations,virtualMachine,primary]": [
        [CONFIGURATION],
        IN_GROUP | {"id": VM},
        True,
    ],
    "network vnet list": [NETWORK_SHOWN],
    "network vnet show -g rg-app -n vnet": NETWORK_SHOWN,
    "network vnet subnet show -g rg-app --vnet-name vnet -n default": SUBNET_SHOWN,
    "network public-ip list --query [].[name,sku.name,ipConfiguration.id]": [
        ["ip-1", "Standard", CONFIGURATION["id"]]
    ],
    "network list-service-tags -l westeurope --query values[0].name": "WindowsAdminCenter",
    "resource list --query [].[name,type]": TYPES,
    "resource list --query [].provisioningState": ["Succeeded"] * len(TYPES),
    "resource list --resource-type Microsoft.Compute/virtualMachines/extensions --query [].id": [EXTENSION["id"]],
    f"resource show --ids {VM} --query [id,properties.provisioningState]": [VM, "Succeeded"],
    f"resource show --ids {RULE['id']} --query [name,properties.priority]": ["DenyAllOutbound", 200],
    "rest --method get --url /subscriptions/{subscriptionId}/resourceGroups/rg-app?api-version=2022-09-01": {
        key: value for key, value in RESOURCE_GROUP.items() if value is not None
    },
    "account list-locations --query '[?name==`westeurope`].displayName'": ["West Europe"],
}


@pytest.mark.parametrize("line", SHOWN)
async def test_a_read_shows_what_is_there_as_azure_shows_it(line: str, az: AzureCli, estate: Estate) -> None:
    answer = (await az(line)).succeeded()

    assert answer.document == SHOWN[line]
    assert answer.error == ""


TABLES = {
    "vm list -d -o table": [
        ["vm-1", "rg-app", "VM", "running", ANY, "westeurope"],
        ["vm-2", "rg-app", "VM", "deallocated", "westeurope"],
    ],
    "vm extension list -g rg-app --vm-name vm-1 -o table": [
        ["AdminCenter", "Succeeded", "Microsoft.AdminCenter", "0.0", "True"]
    ],
    "vm list-ip-addresses -g rg-app -n vm-1 -o table": [["vm-1", ANY, "10.0.0.4"]],
}


@pytest.mark.parametrize("line", TABLES)
async def test_a_table_has_a_line_for_each_and_fills_its_columns(line: str, az: AzureCli, estate: Estate) -> None:
    answer = (await az(line)).succeeded()

    assert [row.split() for row in answer.output.splitlines()[2:]] == TABLES[line]
