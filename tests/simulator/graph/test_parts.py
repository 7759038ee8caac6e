"""What hangs on an application: its owners, its passwords, its federated credentials."""

from __future__ import annotations

import pytest

from simulator.build import add_application, add_federated_application, add_server_application
from simulator.estate.somebody import ADA, TERRAFORM
from simulator.store import Json
from simulator.world import World
from tests.simulator.graph.asking import Asking

NOBODY = "cc46cd6e-d9e9-46eb-87a0-fdb69c74358e"
CREDENTIAL = {
    "name": "workflow",
    "issuer": "https://token.actions.githubusercontent.com",
    "subject": "repo:contoso/shop:ref:refs/heads/main",
    "audiences": ["api://AzureADTokenExchange"],
}


@pytest.fixture
def application(world: World) -> str:
    return f"/applications/{add_application(world, 'Portal')}"


def reference(object_id: str, kind: str = "directoryObjects") -> Json:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/{kind}/{object_id}"}


async def test_people_and_applications_own_an_application(graph: Asking, world: World, application: str) -> None:
    for owner, kind in ((ADA, "users"), (TERRAFORM, "servicePrincipals")):
        world.graph.objects.add(owner)
        answer = await graph.post(f"{application}/owners/$ref", reference(owner.object_id, kind))
        assert (answer.status, answer.body) == (204, None)
    listed = (await graph.get(f"{application}/owners")).body
    assert listed["@odata.context"].endswith("$metadata#directoryObjects")
    ada, terraform = listed["value"]
    assert (ada["@odata.type"], ada["userPrincipalName"]) == ("#microsoft.graph.user", "ada@contoso.com")
    assert (terraform["@odata.type"], terraform["displayName"]) == ("#microsoft.graph.servicePrincipal", "terraform")
    assert (await graph.delete(f"{application}/owners/{ADA.object_id}/$ref")).status == 204
    by_query = f"{application}/owners/$ref?@id={reference(TERRAFORM.object_id)['@odata.id']}"
    assert (await graph.delete(by_query)).status == 204
    assert (await graph.get(f"{application}/owners")).body["value"] == []


async def test_an_owner_is_added_once_and_has_to_be_there(graph: Asking, world: World, application: str) -> None:
    world.graph.objects.add(ADA)
    await graph.post(f"{application}/owners/$ref", reference(ADA.object_id))
    again = await graph.post(f"{application}/owners/$ref", reference(ADA.object_id))
    assert (again.status, again.code) == (400, "Request_BadRequest")
    assert again.message == (
        "One or more added object references already exist for the following modified properties: 'owners'."
    )
    assert (await graph.post(f"{application}/owners/$ref", reference(NOBODY))).status == 404
    assert (await graph.post(f"{application}/owners/$ref", {"id": NOBODY})).status == 400
    assert (await graph.delete(f"{application}/owners/{NOBODY}/$ref")).status == 404


async def test_owners_can_be_named_when_an_application_is_made(graph: Asking, world: World) -> None:
    world.graph.objects.add(ADA)
    bound = {"owners@odata.bind": [reference(ADA.object_id)["@odata.id"]]}
    made = (await graph.post("/applications", {"displayName": "x"} | bound)).body
    assert world.graph.applications.owners[made["id"]] == [ADA.object_id]
    assert (await graph.post("/applications", {"displayName": "x", "owners@odata.bind": "x"})).status == 400


async def test_a_password_is_told_once(graph: Asking, world: World, application: str) -> None:
    given = {"passwordCredential": {"displayName": "key", "endDateTime": "2027-01-05T09:00:00+01:00"}}
    made = (await graph.post(f"{application}/addPassword", given)).body
    assert made["secretText"].startswith(made["hint"])
    [shown] = (await graph.get(application)).body["passwordCredentials"]
    assert shown["secretText"] is None
    assert (shown["hint"], shown["startDateTime"], shown["endDateTime"]) == (
        made["hint"],
        "2026-01-05T08:00:00Z",
        "2027-01-05T08:00:00Z",
    )
    sent_back = await graph.patch(application, {"passwordCredentials": [shown]})
    assert sent_back.status == 204
    assert (await graph.post(f"{application}/removePassword", {"keyId": made["keyId"]})).status == 204
    assert (await graph.post(f"{application}/removePassword", {"keyId": made["keyId"]})).status == 400
    assert (await graph.get(application)).body["passwordCredentials"] == []


@pytest.mark.parametrize(
    "given", [{"endDateTime": "soon"}, {"keyId": "x"}, {"displayName": 5}, {"secretText": "x"}, 5]
)
async def test_a_password_has_nothing_strange_in_it(graph: Asking, application: str, given: object) -> None:
    assert (await graph.post(f"{application}/addPassword", {"passwordCredential": given})).status == 400


async def test_a_federated_credential_is_made_read_changed_and_deleted(
    graph: Asking, world: World, application: str
) -> None:
    url = f"{application}/federatedIdentityCredentials"
    answer = await graph.post(url, CREDENTIAL)
    made = answer.body
    assert answer.status == 201
    assert answer.headers["location"].endswith(f"/v2/{world.tenant_id}/federatedIdentityCredentials/{made['id']}")
    for key in (made["id"], "workflow"):
        assert (await graph.get(f"{url}/{key}")).body == made
    assert (await graph.patch(f"{url}/{made['id']}", {"subject": "elsewhere"})).status == 204
    [listed] = (await graph.get(url)).body["value"]
    assert listed == CREDENTIAL | {"id": made["id"], "description": None, "subject": "elsewhere"}
    assert (await graph.delete(f"{url}/workflow")).status == 204
    assert (await graph.get(f"{url}/workflow")).status == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"name": ""}, 400),
        ({"audiences": []}, 400),
        ({"audiences": "x"}, 400),
        ({"issuer": 5}, 400),
        ({"colour": "red"}, 400),
        ({}, 409),
        ({"name": "other"}, 409),
        ({"subject": "other"}, 409),
    ],
)
async def test_a_federated_credential_is_whole_and_the_only_one(
    graph: Asking, application: str, given: Json, status: int
) -> None:
    url = f"{application}/federatedIdentityCredentials"
    await graph.post(url, CREDENTIAL)
    assert (await graph.post(url, CREDENTIAL | given)).status == status
    assert (await graph.patch(f"{url}/workflow", {"name": "renamed"})).status == 400


async def test_the_built_ones_have_what_they_are_made_with(graph: Asking, world: World) -> None:
    server = add_server_application(world, "Shop", "shop.contoso.com")
    federated = add_federated_application(world, "Deploy", CREDENTIAL["subject"])  # type: ignore[arg-type] # a text
    assert len((await graph.get(f"/applications/{server}")).body["passwordCredentials"]) == 1
    listed = (await graph.get(f"/applications/{federated}/federatedIdentityCredentials")).body["value"]
    assert [one["subject"] for one in listed] == [CREDENTIAL["subject"]]
