from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from simulator.build import add_application, add_older_gateway
from simulator.store import Json
from simulator.world import World
from tests.simulator.graph.asking import SPA, WEB, Asking

LIST = "/applications"
NOBODY = "cc46cd6e-d9e9-46eb-87a0-fdb69c74358e"


async def read(graph: Asking, application_id: str) -> Json:
    body: Json = (await graph.get(f"{LIST}/{application_id}")).body
    return {name: value for name, value in body.items() if name != "@odata.context"}


async def test_a_new_application_has_ids_and_says_where_it_is(graph: Asking, world: World) -> None:
    answer = await graph.post(LIST, {"displayName": "Portal"})
    made = answer.body
    assert answer.status == 201
    assert answer.headers["location"] == (
        f"{graph.raw.url}/v2/{world.tenant_id}/directoryObjects/{made['id']}/Microsoft.DirectoryServices.Application"
    )
    assert made["@odata.context"] == f"{graph.raw.url}/v1.0/$metadata#applications/$entity"
    assert (made["signInAudience"], made["api"]["requestedAccessTokenVersion"]) == (
        "AzureADandPersonalMicrosoftAccount",
        2,
    )
    assert {name: value for name, value in made.items() if name != "@odata.context"} == await read(graph, made["id"])


async def test_an_application_is_read_by_its_object_id_and_by_its_client_id_in_parentheses(
    graph: Asking, world: World
) -> None:
    application_id = add_application(world, "Portal")
    app_id = world.graph.find(application_id)["appId"]
    for path in (f"/{application_id}", f"('{application_id}')", f"(appId='{app_id}')", f"/{application_id.upper()}"):
        assert (await graph.get(f"{LIST}{path}")).body["id"] == application_id
    for path in (f"/{app_id}", f"(appId='{NOBODY}')"):
        assert (await graph.get(f"{LIST}{path}")).code == "Request_ResourceNotFound"


async def test_a_list_of_uris_is_replaced_whole_and_all_else_stays(graph: Asking, world: World) -> None:
    application_id = add_older_gateway(world, "gateway", web=[*WEB, "https://gateway:6516/*"])
    before = await read(graph, application_id)
    answer = await graph.patch(f"{LIST}/{application_id}", {"web": {"redirectUris": ["https://gateway"]}})
    assert (answer.status, answer.body) == (204, None)
    web = before["web"] | {
        "redirectUris": ["https://gateway"],
        "redirectUriSettings": [{"uri": "https://gateway", "index": None}],
    }
    assert await read(graph, application_id) == before | {"web": web}
    assert web["implicitGrantSettings"] == {"enableAccessTokenIssuance": True, "enableIdTokenIssuance": True}


async def test_uris_move_in_one_patch_but_not_in_two_the_wrong_way_round(graph: Asking, world: World) -> None:
    application_id = add_older_gateway(world, "gateway", web=SPA)
    refused = await graph.patch(f"{LIST}/{application_id}", {"spa": {"redirectUris": SPA}})
    assert (refused.status, refused.code) == (400, "Request_BadRequest")
    assert refused.message == "Redirect URIs must have distinct values."
    moved = {"web": {"redirectUris": []}, "spa": {"redirectUris": SPA}}
    assert (await graph.patch(f"{LIST}/{application_id}", moved)).status == 204
    shown = await read(graph, application_id)
    assert (shown["web"]["redirectUris"], shown["web"]["redirectUriSettings"]) == ([], [])
    assert shown["spa"] == {"redirectUris": SPA}


async def test_one_half_of_the_implicit_grant_is_switched_by_itself(graph: Asking, world: World) -> None:
    application_id = add_older_gateway(world, "gateway")
    given = {"web": {"implicitGrantSettings": {"enableAccessTokenIssuance": False}}}
    assert (await graph.patch(f"{LIST}/{application_id}", given)).status == 204
    web = (await read(graph, application_id))["web"]
    assert web["implicitGrantSettings"] == {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": True}
    assert web["redirectUris"] == WEB


async def test_settings_of_uris_that_are_gone_are_refused(graph: Asking, world: World) -> None:
    application_id = add_older_gateway(world, "gateway")
    stale = (await read(graph, application_id))["web"] | {"redirectUris": []}
    refused = await graph.patch(f"{LIST}/{application_id}", {"web": stale})
    assert refused.message == "Invalid value specified for property 'web' of resource 'Application'."
    indexed = {"redirectUris": ["https://a"], "redirectUriSettings": [{"uri": "https://a", "index": 1}]}
    assert (await graph.patch(f"{LIST}/{application_id}", {"web": indexed})).status == 204
    await graph.patch(f"{LIST}/{application_id}", {"web": {"redirectUris": ["https://b", "https://a"]}})
    assert (await read(graph, application_id))["web"]["redirectUriSettings"] == [
        {"uri": "https://b", "index": None},
        {"uri": "https://a", "index": 1},
    ]


INVALID: dict[str, tuple[Any, str, str]] = {
    "an unknown property": ({"colour": "red"}, "Request_BadRequest", "Invalid property 'colour'."),
    "an unknown property of a platform": (
        {"spa": {"colour": "red"}},
        "BadRequest",
        "The property 'colour' does not exist on type 'microsoft.graph.spaApplication'.",
    ),
    "an id": ({"id": NOBODY}, "Request_BadRequest", "Property 'id' is read-only and cannot be set."),
    "a client id": ({"appId": NOBODY}, "Request_BadRequest", "Property 'appId' is read-only and cannot be set."),
    "no name": ({"displayName": None}, "Request_BadRequest", "property 'displayName' of resource 'Application'."),
    "a long name": ({"displayName": "x" * 257}, "Request_BadRequest", "Invalid value specified for property"),
    "a number for a name": ({"displayName": 5}, "Request_BadRequest", "for property 'displayName' of resource"),
    "no platform": ({"web": None}, "Request_BadRequest", "Invalid value specified for property 'web'"),
    "no list": ({"web": {"redirectUris": None}}, "Request_BadRequest", "Invalid value specified for property 'web'"),
    "a text for a list": ({"spa": {"redirectUris": "x"}}, "Request_BadRequest", "specified for property 'spa'"),
    "nothing in a list": ({"tags": [None]}, "Request_BadRequest", "Invalid value specified for property 'tags'"),
    "an unknown audience": ({"signInAudience": "All"}, "Request_BadRequest", "for property 'signInAudience'"),
    "a password": (
        {"passwordCredentials": [{"displayName": "x"}]},
        "Request_BadRequest",
        "New password credentials must be generated with service actions.",
    ),
    "a certificate that is none": (
        {"keyCredentials": [{"key": "?", "keyId": NOBODY}]},
        "Request_BadRequest",
        "Invalid value specified for property 'keyCredentials'",
    ),
    "tokens of version 1 for personal accounts": (
        {"signInAudience": "PersonalMicrosoftAccount", "api": {"requestedAccessTokenVersion": 1}},
        "Request_BadRequest",
        "Property api.requestedAccessTokenVersion is invalid.",
    ),
    "no object": ([], "BadRequest", "JSON content expected."),
}


@pytest.mark.parametrize("what", INVALID)
async def test_what_is_invalid_is_refused_and_changes_nothing(graph: Asking, world: World, what: str) -> None:
    given, code, words = INVALID[what]
    application_id = add_older_gateway(world, "gateway")
    before = await read(graph, application_id)
    answer = await graph.patch(f"{LIST}/{application_id}", given)
    assert (answer.status, answer.code) == (400, code)
    assert words in answer.message
    assert await read(graph, application_id) == before
    fresh = {"displayName": "New"} | given if isinstance(given, dict) else given
    assert (await graph.post(LIST, fresh)).status == 400
    assert len(world.graph.applications) == 1


async def test_an_application_needs_a_name(graph: Asking) -> None:
    answer = await graph.post(LIST, {"web": {"redirectUris": []}})
    assert answer.message == "A value is required for property 'displayName' of resource 'Application'."


async def test_annotations_are_passed_over(graph: Asking) -> None:
    given = {
        "@odata.type": "#microsoft.graph.application",
        "displayName": "New",
        "spa": {"@odata.type": "#microsoft.graph.spaApplication", "redirectUris": SPA},
    }
    assert (await graph.post(LIST, given)).body["spa"] == {"redirectUris": SPA}


async def test_an_identifier_uri_belongs_to_one_application(graph: Asking) -> None:
    given = {"displayName": "One", "identifierUris": ["api://shop"]}
    one = (await graph.post(LIST, given)).body
    taken = await graph.post(LIST, given | {"identifierUris": ["API://shop"]})
    assert taken.message == "Another object with the same value for property identifierUris already exists."
    await graph.patch(f"{LIST}/{one['id']}", {"identifierUris": []})
    assert (await graph.post(LIST, given)).status == 201


async def test_an_application_is_gone_once_it_is_deleted(graph: Asking, world: World) -> None:
    application_id = add_application(world, "Portal")
    answer = await graph.delete(f"{LIST}/{application_id}")
    assert (answer.status, answer.body) == (204, None)
    for refused in (
        await graph.get(f"{LIST}/{application_id}"),
        await graph.patch(f"{LIST}/{application_id}", {"displayName": "x"}),
        await graph.delete(f"{LIST}/{application_id}"),
    ):
        assert (refused.status, refused.code) == (404, "Request_ResourceNotFound")
        assert f"Resource '{application_id}' does not exist" in refused.message


async def test_an_id_must_be_one(graph: Asking) -> None:
    answer = await graph.get(f"{LIST}/portal")
    assert (answer.status, answer.message) == (400, "Invalid object identifier 'portal'.")


async def test_a_key_is_shown_only_when_it_is_asked_for_by_name(graph: Asking) -> None:
    content = b"a certificate"
    key = {
        "key": base64.b64encode(content).decode(),
        "keyId": NOBODY,
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }
    made = (await graph.post(LIST, {"displayName": "Daemon", "keyCredentials": [key]})).body
    [shown] = made["keyCredentials"]
    assert (shown["key"], shown["customKeyIdentifier"]) == (None, hashlib.sha1(content).hexdigest().upper())
    asked = (await graph.get(LIST, select="keyCredentials")).body["value"][0]
    assert asked["keyCredentials"][0]["key"] == key["key"]
    await graph.patch(f"{LIST}/{made['id']}", {"keyCredentials": made["keyCredentials"]})
    again = (await graph.get(f"{LIST}/{made['id']}", select="keyCredentials")).body
    assert again["keyCredentials"][0]["key"] == key["key"]
