"""What the Azure CLI says of what is not there."""

from __future__ import annotations

import pytest

from simulator.world import SUBSCRIPTION_ID
from tests.az.azure_cli import AzureCli
from tests.az.estate import Estate

pytestmark = pytest.mark.az

NOT_FOUND = 3
RULE = "--nsg-name nsg-web -n Absent"
GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-app"

# Each with the error's code, and with a piece of its message.
ABSENT = {
    "group show -n rg-none": ("ResourceGroupNotFound", "Resource group 'rg-none' could not be found."),
    "group delete -n rg-none --yes": ("ResourceGroupNotFound", "'rg-none'"),
    "vm list -g rg-none": ("ResourceGroupNotFound", "'rg-none'"),
    "vm show -g rg-none -n vm-1": ("ResourceGroupNotFound", "'rg-none'"),
    "vm show -g rg-app -n vm-9": (
        "ResourceNotFound",
        "The Resource 'Microsoft.Compute/virtualMachines/vm-9' under resource group 'rg-app' was not found.",
    ),
    "vm get-instance-view -g rg-app -n vm-9": ("ResourceNotFound", "virtualMachines/vm-9"),
    "vm start -g rg-app -n vm-9": ("ResourceNotFound", "virtualMachines/vm-9"),
    "vm extension list -g rg-app --vm-name vm-9": ("ParentResourceNotFound", "virtualMachines/vm-9"),
    "vm extension show -g rg-app --vm-name vm-2 -n AdminCenter": ("ResourceNotFound", "vm-2/extensions/AdminCenter"),
    "vm extension set -g rg-app --vm-name vm-9 -n AdminCenter --publisher Microsoft.AdminCenter": (
        "ResourceNotFound",
        "virtualMachines/vm-9",
    ),
    "network nsg show -g rg-app -n nsg-9": ("ResourceNotFound", "networkSecurityGroups/nsg-9"),
    "network nsg rule list -g rg-app --nsg-name nsg-9": ("ResourceNotFound", "networkSecurityGroups/nsg-9"),
    f"network nsg rule show -g rg-app {RULE}": ("NotFound", f"{GROUP}/providers/Microsoft.Network/"),
    f"network nsg rule update -g rg-app {RULE} --priority 100": ("NotFound", "/securityRules/Absent"),
    "network nsg rule create -g rg-app --nsg-name nsg-9 -n New --priority 100": (
        "ParentResourceNotFound",
        "networkSecurityGroups/nsg-9' could not be found.",
    ),
    "network nic show -g rg-app -n nic-9": ("ResourceNotFound", "networkInterfaces/nic-9"),
    "network vnet show -g rg-app -n vnet-9": ("ResourceNotFound", "virtualNetworks/vnet-9"),
    "network vnet subnet show -g rg-app --vnet-name vnet -n web": ("NotFound", "/subnets/web"),
    f"resource show --ids {GROUP}/providers/Microsoft.Compute/virtualMachines/vm-9": ("ResourceNotFound", "vm-9"),
}


@pytest.mark.parametrize("line", ABSENT)
async def test_what_is_absent_is_exit_code_3_and_said_in_azures_words(
    line: str, az: AzureCli, estate: Estate
) -> None:
    code, words = ABSENT[line]

    answer = await az(line)

    assert answer.exit_code == NOT_FOUND
    assert answer.error.startswith(f"ERROR: ({code})")
    assert words in answer.error


GONE_ALREADY = (
    f"network nsg rule delete -g rg-app {RULE}",
    "network nsg delete -g rg-app -n nsg-9",
    "vm extension delete -g rg-app --vm-name vm-1 -n Absent",
    "vm delete -g rg-app -n vm-9 --yes",
)


@pytest.mark.parametrize("line", GONE_ALREADY)
async def test_deleting_what_is_gone_already_succeeds(line: str, az: AzureCli, estate: Estate) -> None:
    answer = (await az(line)).succeeded()

    assert (answer.output, answer.error) == ("", "")
