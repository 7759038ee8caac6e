"""The Azure CLI finds the local Azure by its metadata, and signs in with a managed identity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.local import LocalAzure
from simulator.world import SUBSCRIPTION_ID, TENANT_ID
from tests.az.azure_cli import AzureCli

pytestmark = pytest.mark.az

ACCOUNT = {
    "homeTenantId": TENANT_ID,
    "id": SUBSCRIPTION_ID,
    "isDefault": True,
    "managedByTenants": [],
    "name": "Local Azure 1",
    "state": "Enabled",
    "tenantId": TENANT_ID,
    "user": {"assignedIdentityInfo": "MSI", "name": "systemAssignedIdentity", "type": "servicePrincipal"},
}
SHOWN: dict[str, Any] = {
    "account show": ACCOUNT | {"environmentName": "LocalAzure"},
    "account list": [ACCOUNT | {"cloudName": "LocalAzure"}],
    "account get-access-token --query [subscription,tenant,tokenType]": [SUBSCRIPTION_ID, TENANT_ID, "Bearer"],
    "cloud show --query [name,isActive]": ["LocalAzure", True],
}


@pytest.mark.parametrize("line", SHOWN)
async def test_the_account_is_the_local_subscription(line: str, az: AzureCli) -> None:
    assert (await az(line)).succeeded().document == SHOWN[line]


async def test_the_cloud_is_known_by_its_metadata(az: AzureCli, azure: LocalAzure) -> None:
    endpoints = (await az("cloud show --query endpoints")).succeeded().document

    assert endpoints["resourceManager"].rstrip("/") == azure.arm_url
    assert endpoints["activeDirectory"].rstrip("/") == azure.arm_url
    assert endpoints["activeDirectoryResourceId"] == "https://management.core.windows.net/"


async def test_a_subscription_is_chosen_by_name_or_id(az: AzureCli) -> None:
    for chosen in ("'Local Azure 1'", SUBSCRIPTION_ID):
        (await az(f"account set --subscription {chosen}")).succeeded()
    answer = await az("account set --subscription Elsewhere")
    assert answer.exit_code == 1
    assert "The subscription of 'Elsewhere' doesn't exist".lower() in answer.error.lower()


async def register(az: AzureCli, azure: LocalAzure) -> None:
    (await az(f"cloud register --name Mine --endpoint-resource-manager {azure.arm_url}")).succeeded()
    (await az("cloud set --name Mine")).succeeded()


async def test_a_user_assigned_identity_signs_in_by_its_client_id(
    executable: Path, azure: LocalAzure, tmp_path: Path
) -> None:
    client_id = "11111111-2222-3333-4444-555555555555"
    azure.world.identities.add(client_id, f"/subscriptions/{SUBSCRIPTION_ID}/resourcegroups/g/providers/a/b/c")
    az = AzureCli(executable, tmp_path, azure.environment())
    await register(az, azure)

    answer = (await az(f"login --identity --client-id {client_id}")).succeeded()

    user = {"name": "userAssignedIdentity", "assignedIdentityInfo": f"MSIClient-{client_id}"}
    assert answer.document[0]["user"] == user | {"type": "servicePrincipal"}


async def test_nobody_signs_in_without_the_identitys_header(
    executable: Path, azure: LocalAzure, tmp_path: Path
) -> None:
    az = AzureCli(executable, tmp_path, azure.environment() | {"IDENTITY_HEADER": "wrong"})
    await register(az, azure)

    answer = await az("login --identity")

    assert answer.exit_code == 1
    assert "The identity header is missing or invalid." in answer.error
