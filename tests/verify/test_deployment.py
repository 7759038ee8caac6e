"""The deployment is as docs say it has to be: what Azure Resource Manager tells of the function app and around it."""

from __future__ import annotations

import pytest

from tests.verify.deployed_app import WEB, DeployedApp, functions, settings_of, site_of
from tests.verify.deployment_faults import (
    event_faults,
    function_faults,
    role_faults,
    settings_faults,
    site_faults,
    storage_faults,
)
from tests.verify.service import Azure

pytestmark = pytest.mark.azure

EVENT_GRID = {"api-version": "2022-06-15"}
ROLES = {"api-version": "2022-04-01"}
STORAGE = {"api-version": "2023-05-01"}


async def test_the_app_answers_over_tls_alone(azure_or_local: Azure, app_in_azure: DeployedApp) -> None:
    site = site_of(app_in_azure)
    config = await azure_or_local.arm.get(f"{site['id']}/config/web", **WEB)
    assert not list(site_faults(site, config.body))


async def test_every_function_is_there(azure_or_local: Azure, app_in_azure: DeployedApp) -> None:
    listed = await azure_or_local.arm.items(f"{site_of(app_in_azure)['id']}/functions", **WEB)
    assert not list(function_faults(listed, [each.name for each in functions()]))


async def test_its_settings_are_those_that_the_app_knows(app_in_azure: DeployedApp) -> None:
    assert not list(settings_faults(await settings_of(app_in_azure)))


async def test_its_storage_takes_no_keys(azure_or_local: Azure, app_in_azure: DeployedApp) -> None:
    name = (await settings_of(app_in_azure)).get("AzureWebJobsStorage__accountName")
    if not name:
        pytest.skip("the app's storage is not named by AzureWebJobsStorage__accountName")
    path = f"{azure_or_local.subscription}/providers/Microsoft.Storage/storageAccounts"
    [account] = [one for one in await azure_or_local.arm.items(path, **STORAGE) if one["name"] == name]
    assert not list(storage_faults(account))


async def test_events_come_of_exactly_what_it_looks_at(azure_or_local: Azure, app_in_azure: DeployedApp) -> None:
    arm = azure_or_local.arm
    topics = await arm.items(
        f"{azure_or_local.subscription}/providers/Microsoft.EventGrid/systemTopics", **EVENT_GRID
    )
    found = [one for topic in topics for one in await arm.items(f"{topic['id']}/eventSubscriptions", **EVENT_GRID)]
    assert not list(event_faults(found, site_of(app_in_azure)["id"]))


async def test_its_identities_may_do_what_it_does_and_no_more(
    azure_or_local: Azure, app_in_azure: DeployedApp
) -> None:
    identity = site_of(app_in_azure).get("identity") or {}
    of_users = (identity.get("userAssignedIdentities") or {}).values()
    principals = [one["principalId"] for one in (identity, *of_users) if one.get("principalId")]
    path = f"{azure_or_local.subscription}/providers/Microsoft.Authorization/roleAssignments"
    given = [
        one
        for principal in principals
        for one in await azure_or_local.arm.items(path, **ROLES, **{"$filter": f"principalId eq '{principal}'"})
    ]
    ids = sorted({one["properties"]["roleDefinitionId"] for one in given})
    definitions = [(await azure_or_local.arm.get(role, **ROLES)).body for role in ids]
    assert not list(role_faults(definitions))
