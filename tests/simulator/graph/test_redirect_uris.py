from __future__ import annotations

import pytest

from simulator.build import add_application
from simulator.world import World
from tests.simulator.graph.asking import Asking

WORK, PERSONAL = "AzureADMyOrg", "AzureADandPersonalMicrosoftAccount"
LONGEST = "https://contoso.com/" + "x" * 236

TAKEN = {
    ("web", "https://contoso.com"),
    ("web", "https://contoso.com/abc/response-oidc"),
    ("web", "http://localhost"),
    ("web", "http://localhost:6516/*"),
    ("web", "http://127.0.0.1:6516"),
    ("web", "https://*.contoso.com"),
    ("web", "https://contoso.com?tenant=x"),
    ("web", "urn:ietf:wg:oauth:2.0:oob"),
    ("web", LONGEST),
    ("spa", "https://gateway:6600/signin-oidc"),
    ("spa", "http://localhost:3000"),
    ("spa", "brk-multihub://contoso.com"),
    ("publicClient", "myapp://auth"),
    ("publicClient", "http://localhost"),
}
REFUSED = {
    ("web", "http://contoso.com"),
    ("web", "http://gateway:6516"),
    ("web", "ftp://contoso.com"),
    ("web", "contoso.com"),
    ("web", ""),
    ("web", "https://"),
    ("web", "https://[::"),
    ("web", "https://contoso.com/#top"),
    ("web", "https://contoso.com/a b"),
    ("web", "https://contoso.com/(a)"),
    ("web", LONGEST + "x"),
    ("spa", "http://contoso.com"),
    ("spa", "urn:ietf:wg:oauth:2.0:oob"),
    ("spa", "[https://localhost/swagger"),
    ("publicClient", "auth"),
}


@pytest.mark.parametrize(("platform", "uri"), sorted(TAKEN))
async def test_a_sound_uri_is_taken(graph: Asking, platform: str, uri: str) -> None:
    given = {"displayName": "x", "signInAudience": WORK, platform: {"redirectUris": [uri]}}
    answer = await graph.post("/applications", given)
    assert answer.status == 201
    assert answer.body[platform]["redirectUris"] == [uri]


@pytest.mark.parametrize(("platform", "uri"), sorted(REFUSED))
async def test_any_other_uri_is_refused(graph: Asking, world: World, platform: str, uri: str) -> None:
    application_id = add_application(world, "x")
    answer = await graph.patch(f"/applications/{application_id}", {platform: {"redirectUris": [uri]}})
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    assert answer.message == f"Invalid value specified for property '{platform}' of resource 'Application'."


@pytest.mark.parametrize("uri", ["https://*.contoso.com", "http://localhost:6516/*", "https://contoso.com?a=b"])
async def test_personal_accounts_admit_neither_wildcards_nor_queries(graph: Asking, uri: str) -> None:
    given = {"displayName": "x", "web": {"redirectUris": [uri]}}
    assert (await graph.post("/applications", given | {"signInAudience": PERSONAL})).status == 400
    assert (await graph.post("/applications", given | {"signInAudience": WORK})).status == 201


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"web": ["https://a", "https://a"]}, {}),
        ({"web": ["https://a"]}, {"spa": ["https://a"]}),
        ({"web": ["https://a/Path"]}, {"spa": ["https://a/path"]}),
        ({"spa": ["https://a"]}, {"publicClient": ["HTTPS://a"]}),
    ],
)
async def test_a_uri_is_there_once_whatever_its_case(
    graph: Asking, world: World, one: dict[str, list[str]], other: dict[str, list[str]]
) -> None:
    application_id = add_application(world, "x")
    given = {platform: {"redirectUris": uris} for platform, uris in (one | other).items()}
    answer = await graph.patch(f"/applications/{application_id}", given)
    assert (answer.status, answer.message) == (400, "Redirect URIs must have distinct values.")


@pytest.mark.parametrize(("audience", "most"), [(WORK, 256), (PERSONAL, 100)])
async def test_there_are_so_many_uris_on_all_platforms_together(graph: Asking, audience: str, most: int) -> None:
    uris = [f"https://gateway-{number}" for number in range(most)]
    given = {
        "displayName": "x",
        "signInAudience": audience,
        "web": {"redirectUris": uris[:-1]},
        "spa": {"redirectUris": uris[-1:]},
    }
    made = await graph.post("/applications", given)
    assert made.status == 201
    more = {"spa": {"redirectUris": [uris[-1], "https://one-more"]}}
    assert (await graph.patch(f"/applications/{made.body['id']}", more)).status == 400
