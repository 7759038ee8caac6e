"""`az ad app` reads and writes the local Graph's applications, with a token for its own address."""

from __future__ import annotations

import pytest

from simulator.build import (
    add_application,
    add_filler_applications,
    add_newer_gateway,
    add_older_gateway,
    add_server_application,
)
from simulator.graph.permissions import AppRole
from simulator.local import LocalAzure
from tests.az.azure_cli import AzureCli

pytestmark = pytest.mark.az

OLD, NEW = "WindowsAdminCenter-https://old", "WindowsAdminCenter-https://new"
SPA = ["https://old:6600", "https://old:6600/signin-oidc"]


async def test_the_applications_are_listed_and_filtered(az: AzureCli, azure: LocalAzure) -> None:
    add_older_gateway(azure.world, "old")
    add_newer_gateway(azure.world, "new")
    add_server_application(azure.world, "Shop", "shop.contoso.com")
    listed = (await az("az ad app list --query [].displayName")).succeeded()
    assert listed.document == [OLD, NEW, "Shop"]
    named = (await az("az ad app list --display-name WindowsAdminCenter --query [].spa.redirectUris")).succeeded()
    assert named.document == [[], ["https://new:6600", "https://new:6600/signin-oidc"]]
    assert (await az("az ad app list --filter \"displayName eq 'shop'\" --query [].displayName")).document == ["Shop"]


async def test_all_pages_are_listed(az: AzureCli, azure: LocalAzure) -> None:
    made = add_filler_applications(azure.world, 250)
    assert (await az("az ad app list --all --query [].id")).succeeded().document == made


async def test_an_application_is_shown_by_each_of_its_ids(az: AzureCli, azure: LocalAzure) -> None:
    application_id = add_application(azure.world, "Shop", properties={"identifierUris": ["api://shop"]})
    app_id = azure.world.graph.find(application_id)["appId"]
    for key in (application_id, app_id, "api://shop"):
        shown = (await az(f"az ad app show --id {key}")).succeeded().document
        assert (shown["id"], shown["appId"], shown["displayName"]) == (application_id, app_id, "Shop")


async def test_an_application_is_made_changed_and_deleted_by_who_owns_it(az: AzureCli, azure: LocalAzure) -> None:
    graph = azure.world.graph
    line = "az ad app create --display-name Portal --sign-in-audience AzureADMyOrg --enable-id-token-issuance true"
    made = (await az(f"{line} --web-redirect-uris https://portal/a http://localhost:6516/*")).succeeded().document
    assert made["web"]["redirectUris"] == ["https://portal/a", "http://localhost:6516/*"]
    application_id = made["id"]
    (await az(f"az ad app update --id {application_id} --web-redirect-uris https://portal/b")).succeeded()
    web = graph.find(application_id)["web"]
    assert web["redirectUris"] == ["https://portal/b"]
    assert web["implicitGrantSettings"]["enableIdTokenIssuance"] is True
    (await az(f"{line} --public-client-redirect-uris http://localhost")).succeeded()
    assert len(graph.applications) == 1
    (await az(f"az ad app delete --id {made['appId']}")).succeeded()
    assert len(graph.applications) == 0


async def test_redirect_uris_are_moved_by_rest(az: AzureCli, azure: LocalAzure) -> None:
    application_id = add_older_gateway(azure.world, "old")
    url = f"{azure.graph_url}/v1.0/applications/{application_id}"
    body = f'{{"web": {{"redirectUris": []}}, "spa": {{"redirectUris": {SPA}}}}}'.replace("'", '"')
    (await az(f"az rest --method patch --url {url} --body '{body}'")).succeeded()
    application = azure.world.graph.find(application_id)
    assert (application["web"]["redirectUris"], application["spa"]["redirectUris"]) == ([], SPA)
    shown = await az(f"az rest --url {url}?$select=displayName --query displayName")
    assert shown.succeeded().document == OLD


async def test_owners_are_added_listed_and_removed(az: AzureCli, azure: LocalAzure) -> None:
    identity = azure.world.identities.system_assigned
    azure.world.graph.grant(identity, AppRole.READ_WRITE_ALL)
    application_id = add_application(azure.world, "Shop")
    line = f"--id {application_id} --owner-object-id {identity.object_id}"
    (await az(f"az ad app owner add {line}")).succeeded()
    listed = (await az(f"az ad app owner list --id {application_id} --query [].appId")).succeeded()
    assert listed.document == [identity.client_id]
    (await az(f"az ad app owner remove {line}")).succeeded()
    assert azure.world.graph.applications.owners[application_id] == []


async def test_credentials_are_made_and_listed(az: AzureCli, azure: LocalAzure) -> None:
    application_id = add_older_gateway(azure.world, "old")
    secret = (await az(f"az ad app credential reset --id {application_id}")).succeeded().document
    assert secret["password"]
    listed = (await az(f"az ad app credential list --id {application_id}")).succeeded().document
    assert [one["hint"] for one in listed] == [secret["password"][:3]]
    parameters = '{"name": "flow", "issuer": "https://x", "subject": "s", "audiences": ["a"]}'
    line = f"az ad app federated-credential create --id {application_id} --parameters '{parameters}'"
    made = (await az(line)).succeeded().document
    shown = await az(f"az ad app federated-credential list --id {application_id}")
    assert shown.succeeded().document == [{name: value for name, value in made.items() if "@" not in name}]


async def test_refusals_are_passed_on(az: AzureCli, azure: LocalAzure) -> None:
    foreign = add_older_gateway(azure.world, "old", owned=False)
    denied = await az(f"az ad app update --id {foreign} --display-name x")
    assert (denied.exit_code, "Insufficient privileges to complete the operation." in denied.error) == (1, True)
    absent = await az("az ad app show --id cc46cd6e-d9e9-46eb-87a0-fdb69c74358e")
    assert (absent.exit_code, "does not exist or one of its queried" in absent.error) == (3, True)
    own = add_newer_gateway(azure.world, "new")
    twice = await az(f"az ad app update --id {own} --web-redirect-uris https://new:6600")
    assert (twice.exit_code, "Redirect URIs must have distinct values." in twice.error) == (1, True)
