"""What Azure refuses, and the Azure CLI passes on: exit code, words, and nothing changed."""

from __future__ import annotations

import copy

import pytest

from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.az.azure_cli import AzureCli
from tests.az.estate import Estate

pytestmark = pytest.mark.az

GENERAL_ERROR = 1
RULE = "network nsg rule create -g rg-app --nsg-name nsg-web -n New --direction Outbound"
SET = "vm extension set -g rg-app -n AdminCenter --publisher Microsoft.AdminCenter"

REFUSED = {
    f"{RULE} --priority 200": (
        "SecurityRuleConflict",
        "Security rule DenyAllOutbound conflicts with rule New. Rules cannot have the same Priority and Direction.",
    ),
    f"{RULE} --priority 99": ("SecurityRuleInvalidPriority", "Value provided: 99 Allowed range 100-4096."),
    f"{RULE} --priority 300 --source-address-prefixes 10.0.0.0/8 Internet": (
        "SecurityRuleParameterContainsUnsupportedValue",
        "Unsupported value used: Internet.",
    ),
    f"{SET} --vm-name vm-2": (
        "OperationNotAllowed",
        "Cannot modify extensions in the VM when the VM is not running.",
    ),
    "vm extension set -g rg-app --vm-name vm-1 -n AdminCenter --publisher Contoso --version 1.0": (
        "PropertyChangeNotAllowed",
        "Changing property 'publisher' is not allowed.",
    ),
    "network nsg delete -g rg-app -n nsg-web": (
        "InUseNetworkSecurityGroupCannotBeDeleted",
        "/virtualNetworks/vnet/subnets/default",
    ),
    "network vnet subnet update -g rg-app --vnet-name vnet -n default --nsg nsg-9": (
        "InvalidResourceReference",
        "networkSecurityGroups/nsg-9 referenced by resource",
    ),
    "group create -n rg-app -l northeurope": (
        "InvalidResourceGroupLocation",
        "The Resource group already exists in location 'westeurope'.",
    ),
}


@pytest.mark.parametrize("line", REFUSED)
async def test_a_refusal_is_exit_code_1_and_changes_nothing(
    line: str, az: AzureCli, azure: LocalAzure, estate: Estate
) -> None:
    code, words = REFUSED[line]
    before = copy.deepcopy(dict(azure.world.resources))

    answer = await az(line)

    assert answer.exit_code == GENERAL_ERROR
    assert f"ERROR: ({code})" in answer.error
    assert words in answer.error
    assert dict(azure.world.resources) == before


WRITES = (
    f"{RULE} --priority 300",
    "network nsg rule delete -g rg-app --nsg-name nsg-web -n DenyAllOutbound",
    f"{SET} --vm-name vm-1 --no-auto-upgrade-minor-version true",
    "vm extension delete -g rg-app --vm-name vm-1 -n AdminCenter",
    "group delete -n rg-app --yes",
)


@pytest.mark.parametrize("line", WRITES)
async def test_a_locked_group_takes_no_write(line: str, az: AzureCli, azure: LocalAzure, estate: Estate) -> None:
    azure.world.faults.add(Fault(FaultKind.SCOPE_LOCKED, path=estate.group, when=_is_write, times=None))
    before = copy.deepcopy(dict(azure.world.resources))

    answer = await az(line)

    assert answer.exit_code == GENERAL_ERROR
    assert "ERROR: (ScopeLocked)" in answer.error
    assert f"'{estate.group}'".lower() in answer.error.lower()
    assert dict(azure.world.resources) == before


FAULTS = {
    FaultKind.POLICY_REFUSAL: "RequestDisallowedByPolicy",
    FaultKind.AUTHORIZATION_FAILED: "AuthorizationFailed",
    FaultKind.ANOTHER_OPERATION: "AnotherOperationInProgress",
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_other_obstacles_are_told_by_their_code(
    kind: FaultKind, az: AzureCli, azure: LocalAzure, estate: Estate
) -> None:
    azure.world.faults.add(Fault(kind, when=_is_write, times=None))

    answer = await az(f"{RULE} --priority 300")

    assert answer.exit_code == GENERAL_ERROR
    assert f"ERROR: ({FAULTS[kind]})" in answer.error


async def test_a_throttled_read_is_tried_again_and_succeeds(az: AzureCli, azure: LocalAzure, estate: Estate) -> None:
    azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED, method="GET", path="nsg-web", retry_after=0.01, times=2))

    answer = (await az("network nsg show -g rg-app -n nsg-web --query name")).succeeded()

    assert answer.document == "nsg-web"
    assert [one.status for one in azure.world.requests.reads(estate.nsg)] == [429, 429, 200]


def _is_write(method: str, _: str) -> bool:
    return method != "GET"
