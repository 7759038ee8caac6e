from __future__ import annotations

import pytest

from simulator.build import (
    add_application,
    add_filler_applications,
    add_newer_gateway,
    add_older_gateway,
    change_application,
    delete_application,
)
from simulator.graph.state import DeltaItems
from simulator.store import Json
from simulator.world import World
from tests.simulator.graph.asking import SPA, Asking, items

DELTA = "/applications/delta"
DAY = 24 * 3600.0


async def finish(graph: Asking, path: str = DELTA, **options: str) -> tuple[list[Json], str]:
    """Read a round to its end; give its items and the link to the next."""
    pages = await graph.pages(path, **options)
    assert all(("@odata.deltaLink" in page.body) is (page is pages[-1]) for page in pages)
    return items(pages), pages[-1].body["@odata.deltaLink"]


@pytest.mark.parametrize("path", [DELTA, f"{DELTA}()", "/applications/microsoft.graph.delta()"])
async def test_the_first_round_gives_everything_page_by_page(graph: Asking, world: World, path: str) -> None:
    made = add_filler_applications(world, 230)
    pages = await graph.pages(path, select="displayName")
    assert [len(page.body["value"]) for page in pages] == [100, 100, 30]
    assert [item["id"] for item in items(pages)] == made
    assert all(item.keys() == {"id", "displayName"} for item in items(pages))


async def test_a_round_in_which_nothing_happened_is_empty(graph: Asking, world: World) -> None:
    add_filler_applications(world, 3)
    _, link = await finish(graph)
    found, link = await finish(graph, link)
    assert found == []
    assert (await finish(graph, link))[0] == []


async def test_what_was_never_given_is_left_out(graph: Asking, world: World) -> None:
    add_newer_gateway(world, "new")
    [item], _ = await finish(graph)
    assert "notes" not in item
    assert "tags" not in item
    assert item["spa"] == {"redirectUris": ["https://new:6600", "https://new:6600/signin-oidc"]}


async def test_a_change_gives_the_id_and_what_has_changed(graph: Asking, world: World) -> None:
    gateway, other = add_older_gateway(world, "old"), add_application(world, "Portal")
    _, link = await finish(graph)
    change_application(world, gateway, {"web": {"redirectUris": []}, "spa": {"redirectUris": SPA}})
    found, link = await finish(graph, link)
    shown = world.graph.find(gateway)
    assert found == [{"id": gateway, "web": shown["web"], "spa": shown["spa"]}]
    change_application(world, other, {"displayName": "Portal 2"})
    found, _ = await finish(graph, link)
    assert found == [{"id": other, "displayName": "Portal 2"}]


async def test_a_change_can_give_the_whole_application(graph: Asking, world: World) -> None:
    gateway = add_older_gateway(world, "old")
    _, link = await finish(graph)
    change_application(world, gateway, {"displayName": "Renamed"})
    world.graph.delta_items = DeltaItems.WHOLE
    [whole], _ = await finish(graph, link)
    assert whole["web"] == world.graph.find(gateway)["web"]
    answer = await graph.send("GET", link, headers={"Prefer": "return=minimal"})
    assert answer.body["value"] == [{"id": gateway, "displayName": "Renamed"}]


async def test_several_changes_of_one_application_are_one_item_and_none_when_undone(
    graph: Asking, world: World
) -> None:
    one, other = add_application(world, "One"), add_application(world, "Other")
    _, link = await finish(graph)
    for name in ("Two", "Three"):
        change_application(world, one, {"displayName": name})
    change_application(world, other, {"notes": "x"})
    change_application(world, other, {"notes": None})
    assert (await finish(graph, link))[0] == [{"id": one, "displayName": "Three"}]


async def test_only_changes_of_what_was_selected_count(graph: Asking, world: World) -> None:
    one = add_application(world, "One")
    _, link = await finish(graph, select="displayName")
    change_application(world, one, {"notes": "x"})
    found, link = await finish(graph, link)
    assert found == []
    change_application(world, one, {"displayName": "Two", "notes": "y"})
    assert (await finish(graph, link))[0] == [{"id": one, "displayName": "Two"}]


async def test_what_is_selected_can_be_changed_between_rounds(graph: Asking, world: World) -> None:
    one = add_application(world, "One")
    _, link = await finish(graph, select="displayName")
    change_application(world, one, {"displayName": "Two", "notes": "x"})
    assert (await finish(graph, f"{link}&$select=notes"))[0] == [{"id": one, "notes": "x"}]


async def test_what_is_made_comes_as_a_whole_and_what_is_deleted_as_removed(graph: Asking, world: World) -> None:
    old, older = add_application(world, "Old"), add_application(world, "Older")
    _, link = await finish(graph)
    new = add_application(world, "New")
    brief = add_application(world, "Brief")
    delete_application(world, brief)
    delete_application(world, old)
    delete_application(world, older, for_good=True)
    found, link = await finish(graph, link)
    assert [item["id"] for item in found] == [new, old, older]
    assert found[0]["displayName"] == "New"
    assert found[1:] == [
        {"id": old, "@removed": {"reason": "changed"}},
        {"id": older, "@removed": {"reason": "deleted"}},
    ]
    world.graph.applications.purge(old)
    assert (await finish(graph, link))[0] == [{"id": old, "@removed": {"reason": "deleted"}}]


async def test_what_changes_during_a_round_is_in_the_next(graph: Asking, world: World) -> None:
    made = add_filler_applications(world, 250)
    first = await graph.get(DELTA, select="displayName")
    change_application(world, made[0], {"displayName": "Already read"})
    change_application(world, made[-1], {"displayName": "Still to come"})
    delete_application(world, made[-2])
    new = add_application(world, "New")
    rest = await graph.pages(first.body["@odata.nextLink"])
    round_of_all = [item["id"] for item in items([first, *rest])]
    assert round_of_all == [one for one in made if one != made[-2]]
    found, _ = await finish(graph, rest[-1].body["@odata.deltaLink"])
    assert [item["id"] for item in found] == [made[0], made[-1], made[-2], new]


async def test_later_rounds_have_pages_too(graph: Asking, world: World) -> None:
    made = add_filler_applications(world, 5)
    _, link = await finish(graph)
    world.graph.delta_page_size = 2
    for number, one in enumerate(made):
        change_application(world, one, {"notes": f"{number}"})
    pages = await graph.pages(link)
    assert [[item["notes"] for item in page.body["value"]] for page in pages] == [["0", "1"], ["2", "3"], ["4"]]


async def test_latest_skips_what_there_is(graph: Asking, world: World) -> None:
    one, _ = add_filler_applications(world, 2)
    answer = await graph.get(DELTA, deltaToken="latest", select="notes")
    assert answer.body["value"] == []
    change_application(world, one, {"notes": "x", "displayName": "x"})
    assert (await finish(graph, answer.body["@odata.deltaLink"]))[0] == [{"id": one, "notes": "x"}]


async def test_a_few_applications_can_be_tracked_by_their_ids(graph: Asking, world: World) -> None:
    one, other, third = add_filler_applications(world, 3)
    found, link = await finish(graph, filter=f"id eq '{one}' or id eq '{third}'")
    assert [item["id"] for item in found] == [one, third]
    for changed in (one, other):
        change_application(world, changed, {"notes": "x"})
    assert (await finish(graph, link))[0] == [{"id": one, "notes": "x"}]


async def test_a_reset_sends_everybody_back_to_the_beginning(graph: Asking, world: World) -> None:
    add_filler_applications(world, 2)
    _, link = await finish(graph, select="displayName,web")
    world.graph.expire_delta_tokens()
    answer = await graph.get(link)
    assert (answer.status, answer.code) == (410, "syncStateNotFound")
    afresh = answer.headers["location"]
    assert afresh == f"{graph.raw.url}/v1.0/applications/delta?$select=displayName,web&$deltatoken="
    assert [item.keys() for item in (await finish(graph, afresh))[0]] == [{"id", "displayName", "web"}] * 2


async def test_a_token_lasts_seven_days(graph: Asking, world: World) -> None:
    _, link = await finish(graph)
    await world.clock.advance(7 * DAY)
    assert (await graph.get(link)).status == 200
    await world.clock.advance(1)
    answer = await graph.get(link)
    assert (answer.status, answer.code) == (400, "syncStateNotFound")
    assert "must be synchronized again" in answer.message


@pytest.mark.parametrize(
    "options",
    [
        {"deltatoken": "x"},
        {"skiptoken": "e30"},
        {"filter": "displayName eq 'x'"},
        {"filter": "id eq 'x' or"},
        {"filter": "id eq 'x' or displayName eq 'x'"},
        {"filter": "id eq 'x' id eq 'y'"},
        {"orderby": "displayName"},
        {"expand": "owners"},
        {"search": "x"},
        {"count": "true"},
        {"select": "colour"},
    ],
)
async def test_what_a_delta_query_does_not_take_is_refused(graph: Asking, options: dict[str, str]) -> None:
    assert (await graph.get(DELTA, **options)).status == 400


async def test_rounds_can_lag(graph: Asking, world: World) -> None:
    one = add_application(world, "One")
    _, link = await finish(graph)
    world.graph.lag_seconds = 30
    change_application(world, one, {"notes": "x"})
    found, link = await finish(graph, link)
    assert found == []
    await world.clock.advance(30)
    found, link = await finish(graph, link)
    assert found == [{"id": one, "notes": "x"}]
    assert (await finish(graph, link))[0] == []
