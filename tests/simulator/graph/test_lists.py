from __future__ import annotations

import time

import pytest

from simulator.build import (
    add_application,
    add_filler_applications,
    add_newer_gateway,
    add_older_gateway,
    change_application,
    delete_application,
)
from simulator.world import World
from tests.simulator.graph.asking import SPA, Asking, items, names

LIST = "/applications"


@pytest.fixture
def shops(world: World) -> dict[str, str]:
    """Some applications by their name."""
    made = {
        name: add_application(world, name, web=(f"https://{name.replace(' ', '-')}.contoso.com",))
        for name in ("Shop", "shop floor", "Workshop")
    }
    made["WindowsAdminCenter-https://old"] = add_older_gateway(world, "old")
    made["WindowsAdminCenter-https://new"] = add_newer_gateway(world, "new")
    return made


async def test_all_properties_are_shown_unless_some_are_selected(graph: Asking, shops: dict[str, str]) -> None:
    whole = (await graph.get(LIST)).body
    assert whole["@odata.context"] == f"{graph.raw.url}/v1.0/$metadata#applications"
    assert {"id", "appId", "web", "spa", "publicClient", "requiredResourceAccess"} < whole["value"][0].keys()
    some = (await graph.get(LIST, select="displayName,web")).body
    assert some["@odata.context"].endswith("#applications(displayName,web)")
    assert [item.keys() for item in some["value"]] == [{"displayName", "web"}] * len(shops)


async def test_a_page_has_a_hundred_unless_asked_otherwise(graph: Asking, world: World) -> None:
    made = add_filler_applications(world, 230)
    pages = await graph.pages(LIST, select="id")
    assert [len(page.body["value"]) for page in pages] == [100, 100, 30]
    assert [item["id"] for item in items(pages)] == made
    assert [len(page.body["value"]) for page in await graph.pages(LIST, top="115")] == [115, 115]


async def test_pages_may_be_smaller_than_asked_for(graph: Asking, world: World) -> None:
    made = add_filler_applications(world, 5)
    world.graph.largest_page = 2
    pages = await graph.pages(LIST, select="id", top="999")
    assert [len(page.body["value"]) for page in pages] == [2, 2, 1]
    assert [item["id"] for item in items(pages)] == made


async def test_links_carry_the_whole_question(graph: Asking, world: World) -> None:
    add_filler_applications(world, 9)
    pages = await graph.pages(LIST, select="displayName", top="2", filter="startswith(displayName,'Shop')")
    assert [names(page) for page in pages] == [["Shop 00000", "Shop 00004"], ["Shop 00008"]]
    assert "$skiptoken=" in pages[0].body["@odata.nextLink"]


async def test_a_list_that_changes_between_its_pages_neither_repeats_nor_skips(graph: Asking, world: World) -> None:
    made = add_filler_applications(world, 6)
    first = await graph.get(LIST, select="id", top="2")
    delete_application(world, made[0])
    added = add_application(world, "New")
    rest = await graph.pages(first.body["@odata.nextLink"])
    assert [item["id"] for item in items([first, *rest])] == [*made, added]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("displayName eq 'shop'", ["Shop"]),
        ("startswith(displayName,'sho')", ["Shop", "shop floor"]),
        ("startsWith(displayName, 'sho') and displayName eq 'Shop'", ["Shop"]),
        ("displayName eq 'Shop' or displayName eq 'Workshop'", ["Shop", "Workshop"]),
        ("(displayName eq 'Shop' or displayName eq 'x') and startswith(displayName,'S')", ["Shop"]),
        ("displayName eq 'it''s'", []),
        ("identifierUris/any(s:s eq 'api://nobody')", []),
    ],
)
async def test_a_filter_finds_what_it_says(
    graph: Asking, shops: dict[str, str], asked: str, found: list[str]
) -> None:
    assert names(await graph.get(LIST, filter=asked)) == found


async def test_an_application_is_found_by_its_client_id_and_by_its_identifier_uri(
    graph: Asking, world: World, shops: dict[str, str]
) -> None:
    one = world.graph.find(shops["Workshop"])
    change_application(world, one["id"], {"identifierUris": ["api://Workshop"]})
    assert names(await graph.get(LIST, filter=f"appId eq '{one['appId'].upper()}'")) == ["Workshop"]
    assert names(await graph.get(LIST, filter="identifierUris/any(x:x eq 'api://workshop')")) == ["Workshop"]
    both = f"appId eq '{one['appId']}' and displayName eq 'Shop'"
    assert names(await graph.get(LIST, filter=both)) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("web/redirectUris/any(p:startswith(p,'http://LOCALHOST:6516'))", ["WindowsAdminCenter-https://old"]),
        ("web/redirectUris/any(p:p eq 'https://workshop.contoso.com')", ["Workshop"]),
        ("spa/redirectUris/any(p:startswith(p,'https://new:'))", ["WindowsAdminCenter-https://new"]),
        ("spa/redirectUris/any(p:p eq 'https://new:6600')", ["WindowsAdminCenter-https://new"]),
        ("publicClient/redirectUris/any(p:p eq 'https://new:6600')", []),
    ],
)
async def test_redirect_uris_are_filtered_by_advanced_queries_alone(
    graph: Asking, shops: dict[str, str], asked: str, found: list[str]
) -> None:
    answer = await graph.get_eventual(LIST, filter=asked, count="true")
    assert (names(answer), answer.body["@odata.count"]) == (found, len(found))
    for refused in (
        await graph.get(LIST, filter=asked),
        await graph.get(LIST, filter=asked, count="true"),
        await graph.get_eventual(LIST, filter=asked),
    ):
        assert (refused.status, refused.code) == (400, "Request_UnsupportedQuery")
        assert "Try adding $count=true query parameter and ConsistencyLevel:eventual header" in refused.message


REFUSED = {
    "displayName ne 'x'": "Request_UnsupportedQuery",
    "not startswith(displayName,'x')": "BadRequest",
    "not(displayName eq 'x')": "BadRequest",
    "endswith(displayName,'x')": "BadRequest",
    "displayName in ('x')": "Request_UnsupportedQuery",
    "createdDateTime ge 2021-11-01": "Request_UnsupportedQuery",
    "startswith(appId,'x')": "Request_UnsupportedQuery",
    "web/homePageUrl eq 'x'": "Request_UnsupportedQuery",
    "tags/any(t:t eq 'x')": "Request_UnsupportedQuery",
    "identifierUris/any(x:x ne 'x')": "Request_UnsupportedQuery",
    "identifierUris/all(x:x eq 'x')": "Request_UnsupportedQuery",
    "appId eq 'x'": "Request_BadRequest",
    "colour eq 'x'": "BadRequest",
    "displayName eq x": "BadRequest",
    "displayName eq 'x": "BadRequest",
    "displayName eq": "BadRequest",
    "displayName eq 'x' displayName": "BadRequest",
    "identifierUris/any(x:y eq 'x')": "Request_UnsupportedQuery",
    "(displayName eq 'x'": "BadRequest",
    "": "BadRequest",
    "(" * 1000: "BadRequest",
}


@pytest.mark.parametrize("asked", REFUSED)
async def test_any_other_filter_is_refused_and_never_guessed_at(graph: Asking, asked: str) -> None:
    for answer in (await graph.get(LIST, filter=asked), await graph.get_eventual(LIST, filter=asked, count="true")):
        assert (answer.status, answer.code) == (400, REFUSED[asked])


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"top": "0"}, "Request_UnsupportedQuery", "Invalid page size specified: '0'. Must be between 1 and 999"),
        ({"top": "1000"}, "Request_UnsupportedQuery", "Invalid page size specified: '1000'."),
        ({"top": "9" * 5000}, "Request_UnsupportedQuery", "Must be between 1 and 999 inclusive."),
        ({"top": "ten"}, "BadRequest", "requires a non-negative integer value"),
        ({"top": "-1"}, "BadRequest", "requires a non-negative integer value"),
        ({"select": "colour"}, "BadRequest", "Could not find a property named 'colour' on type"),
        ({"select": "web/redirectUris"}, "BadRequest", "Could not find a property named 'web/redirectUris'"),
        ({"expand": "appRoles"}, "BadRequest", "Could not find a property named 'appRoles'"),
        ({"count": "yes"}, "BadRequest", "Invalid value 'yes' for $count"),
        ({"skip": "5"}, "Request_BadRequest", "'$skip' is not supported by the service."),
        ({"format": "xml"}, "Request_BadRequest", "Unrecognized query argument specified: '$format'."),
        ({"skiptoken": "x"}, "BadRequest", "Badly formed token."),
        ({"orderby": "displayName"}, "Request_UnsupportedQuery", "Unsupported sort property 'displayName'"),
        ({"search": '"displayName:x"'}, "Request_UnsupportedQuery", "special request header"),
    ],
)
async def test_an_option_that_graph_refuses_is_refused_in_its_words(
    graph: Asking, options: dict[str, str], code: str, words: str
) -> None:
    answer = await graph.get(LIST, **options)
    assert (answer.status, answer.code) == (400, code)
    assert words in answer.message


async def test_a_count_is_given_on_the_first_page_to_those_alone_who_take_it_eventually(
    graph: Asking, world: World
) -> None:
    add_filler_applications(world, 5)
    assert "@odata.count" not in (await graph.get(LIST, count="true")).body
    first = await graph.get_eventual(LIST, count="true", top="3")
    assert first.body["@odata.count"] == 5
    second = await graph.send("GET", first.body["@odata.nextLink"], headers={"ConsistencyLevel": "eventual"})
    assert "@odata.count" not in second.body
    alone = await graph.get_eventual(f"{LIST}/$count")
    assert (alone.body, alone.headers["content-type"]) == (5, "text/plain")
    refused = await graph.get(f"{LIST}/$count")
    assert (refused.code, refused.message) == ("Request_BadRequest", "$count is not currently supported.")


async def test_lists_are_sorted_and_paged_for_advanced_queries(graph: Asking, shops: dict[str, str]) -> None:
    options = {"count": "true", "top": "3", "select": "displayName"}
    first = await graph.get_eventual(LIST, orderby="displayName desc", **options)
    second = await graph.send("GET", first.body["@odata.nextLink"], headers={"ConsistencyLevel": "eventual"})
    assert names(first) + names(second) == sorted(shops, key=str.lower, reverse=True)
    filtered = await graph.get_eventual(LIST, orderby="displayName", filter="startswith(displayName,'s')", **options)
    assert names(filtered) == ["Shop", "shop floor"]
    assert (await graph.get_eventual(LIST, orderby="appId", **options)).status == 400


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("shop", ["Shop", "shop floor"]),
        ("floor", ["shop floor"]),
        ("admin", ["WindowsAdminCenter-https://old", "WindowsAdminCenter-https://new"]),
        ("shop floor", ["shop floor"]),
    ],
)
async def test_a_search_looks_at_the_words_of_names(
    graph: Asking, shops: dict[str, str], words: str, found: list[str]
) -> None:
    assert names(await graph.get_eventual(LIST, search=f'"displayName:{words}"')) == found
    assert (await graph.get_eventual(LIST, search=words)).status == 400


async def test_owners_are_shown_beside_their_application(graph: Asking, world: World) -> None:
    gateway = add_older_gateway(world, "old")
    owner = world.identities.system_assigned.object_id
    one = await graph.get(LIST, select="id", expand="owners($select=id)")
    [shown] = one.body["value"]
    assert shown == {"id": gateway, "owners": [{"@odata.type": "#microsoft.graph.servicePrincipal", "id": owner}]}
    whole = await graph.get(f"{LIST}/{gateway}", expand="owners")
    assert whole.body["owners"][0]["servicePrincipalType"] == "ManagedIdentity"
    assert (await graph.get_eventual(LIST, expand="owners")).status == 400


async def test_lists_can_lag_while_single_reads_never_do(graph: Asking, world: World) -> None:
    old, gone = add_application(world, "Old"), add_application(world, "Gone")
    world.graph.lag_seconds = 30
    change_application(world, old, {"displayName": "New", "spa": {"redirectUris": SPA}})
    delete_application(world, gone)
    made = (await graph.post(LIST, {"displayName": "Made"})).body
    assert names(await graph.get(LIST)) == ["Old", "Gone"]
    assert names(await graph.get(LIST, filter="startswith(displayName,'N')")) == []
    assert names(await graph.get(LIST, filter=f"appId eq '{made['appId']}'")) == []
    assert (await graph.get(f"{LIST}/{old}")).body["displayName"] == "New"
    await world.clock.advance(29)
    assert names(await graph.get(LIST)) == ["Old", "Gone"]
    await world.clock.advance(1)
    assert names(await graph.get(LIST)) == ["New", "Made"]


async def test_a_page_of_a_large_tenant_takes_a_few_milliseconds(graph: Asking, world: World) -> None:
    add_filler_applications(world, 50_000)
    link = (await graph.get(LIST, select="id,displayName,web,spa", top="999")).body["@odata.nextLink"]
    await graph.get(link)
    durations = []
    for _ in range(5):
        began = time.perf_counter()
        await graph.get(LIST, select="id,displayName,web,spa", top="100")
        durations.append(time.perf_counter() - began)
    assert min(durations) < 0.05
