"""Pages: of an unchanged world they are the whole result, and they say what they don't have."""

from __future__ import annotations

from typing import Any

import pytest
from azure.mgmt.resourcegraph.models import QueryResponse
from hypothesis import given
from hypothesis import strategies as st

from simulator.arm.answers import ArmRequest
from simulator.arm.resource_graph.routes import query_resources
from simulator.build import add_network, add_resource_group, add_security_group
from simulator.store import Json
from simulator.world import World
from tests.simulator.resource_graph.conftest import Ask, Send, rows_in

NETWORKS = "resources | where type =~ 'Microsoft.Network/virtualNetworks' | project id, name"


def _networks(world: World, count: int) -> list[str]:
    add_resource_group(world, "Shop")
    return [add_network(world, "Shop", f"net-{number:04}", subnets={}) for number in range(count)]


async def _all_pages(ask: Ask, query: str, **options: Any) -> list[QueryResponse]:
    pages = [await ask(query, **options)]
    while pages[-1].skip_token:
        pages.append(await ask(query, **options | {"skip_token": pages[-1].skip_token}))
    return pages


def _ids(pages: list[QueryResponse]) -> list[str]:
    return [row["id"] for page in pages for row in rows_in(page)]


async def test_a_page_has_a_thousand_rows_at_most_and_a_token_for_the_next(ask: Ask, world: World) -> None:
    networks = _networks(world, 2100)
    pages = await _all_pages(ask, NETWORKS)
    assert [(page.count, page.total_records, page.result_truncated) for page in pages] == [
        (1000, 2100, "false"),
        (1000, 2100, "false"),
        (100, 2100, "false"),
    ]
    assert _ids(pages) == networks


async def test_a_result_that_fits_has_no_token(ask: Ask, world: World) -> None:
    _networks(world, 1000)
    answer = await ask(NETWORKS)
    assert (answer.count, answer.skip_token, answer.result_truncated) == (1000, None, "false")


@pytest.mark.parametrize(
    "query",
    [
        "resources | project name",
        "resources | project ID = id",
        "resources | project id | take 2",
        "resources | top 2 by id",
        "resources | project id = properties.id, tags",
        "resources | summarize count() by name",
    ],
)
async def test_what_cannot_be_paged_is_truncated_and_says_so(ask: Ask, world: World, query: str) -> None:
    _networks(world, 3)
    answer = await ask(query, top=1)
    assert (answer.count, answer.skip_token, answer.result_truncated) == (1, None, "true")


async def test_top_and_skip_go_before_what_the_token_says(ask: Ask, world: World) -> None:
    networks = _networks(world, 10)
    first = await ask(NETWORKS, top=3)
    second = await ask(NETWORKS, skip_token=first.skip_token)
    wider = await ask(NETWORKS, skip_token=first.skip_token, top=5)
    later = await ask(NETWORKS, skip_token=first.skip_token, skip=8)
    assert [_ids([page]) for page in (first, second, wider, later)] == [
        networks[:3],
        networks[3:6],
        networks[3:8],
        networks[8:],
    ]
    assert later.skip_token is None


async def test_a_resource_that_goes_between_two_pages_has_one_that_stays_missed(ask: Ask, world: World) -> None:
    networks = _networks(world, 4)
    first = await ask(f"{NETWORKS} | order by id asc", top=2)
    del world.resources[networks[0]]
    second = await ask(f"{NETWORKS} | order by id asc", skip_token=first.skip_token)
    assert (_ids([first]), _ids([second]), second.total_records) == (networks[:2], networks[3:], 3)


async def test_a_resource_that_comes_between_two_pages_has_another_come_twice(ask: Ask, world: World) -> None:
    networks = _networks(world, 4)
    first = await ask(f"{NETWORKS} | order by id asc", top=2)
    add_network(world, "Shop", "a-net", subnets={})
    second = await ask(f"{NETWORKS} | order by id asc", skip_token=first.skip_token)
    assert (_ids([first]), _ids([second])) == (networks[:2], networks[1:3])


async def test_a_write_between_two_pages_is_seen_by_the_later_one(ask: Ask, world: World, network: Any) -> None:
    networks = _networks(world, 4)
    query = "resources | where isnull(tags) | project id"
    first = await ask(query, top=2)
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    body = {"location": "westeurope", "properties": space, "tags": {"a": "b"}}
    await (await network.virtual_networks.begin_create_or_update("Shop", "net-0003", body)).result()
    second = await ask(query, skip_token=first.skip_token)
    assert (_ids([second]), second.total_records) == ([networks[2]], 3)


async def test_a_table_has_columns_and_is_what_old_versions_answer(ask: Ask, send: Send, world: World) -> None:
    _networks(world, 1)
    table = await ask("resources | project name, tags", result_format="table")
    expected = {
        "columns": [{"name": "name", "type": "string"}, {"name": "tags", "type": "object"}],
        "rows": [["net-0000", None]],
    }
    assert table.data == expected
    assert (await send("resources | project name, tags", "2019-04-01")).body["data"] == expected
    assert (await send("resources | project name", "2021-03-01")).body["data"] == [{"name": "net-0000"}]


def _world() -> World:
    world = World()
    _networks(world, 5)
    for number in range(3):
        add_security_group(world, "Shop", f"nsg-{number}")
    return world


SHOP = _world()
QUERIES = (
    "resources",
    "resources | project id, name | order by name desc",
    "resources | where type endswith 'groups' | project id",
    "resources | extend kind = type | project id, kind",
    "resources | where type endswith 'groups' | mv-expand r = properties.defaultSecurityRules | project id, r.name",
    "resources | project id, t = type | join kind=inner (resources | project other = id, t = type) on t",
    "resourcecontainers | project id",
)


def _asked(query: str, **options: Any) -> Json:
    body = {"query": query, "options": {f"${name}": value for name, value in options.items()}}
    answer: Json = query_resources(SHOP, ArmRequest("POST", "/", query={"api-version": "2024-04-01"}, body=body)).body
    return answer


@given(st.sampled_from(QUERIES), st.integers(1, 40), st.integers(0, 12))
def test_the_pages_are_the_whole_result(query: str, top: int, skip: int) -> None:
    whole = _asked(query, skip=skip)
    pages = [_asked(query, skip=skip, top=top)]
    while "$skipToken" in pages[-1]:
        pages.append(_asked(query, skipToken=pages[-1]["$skipToken"]))
    assert [row for page in pages for row in page["data"]] == whole["data"]
    assert {page["totalRecords"] for page in pages} == {whole["totalRecords"]}
    assert all(page["count"] == len(page["data"]) <= top for page in pages)
