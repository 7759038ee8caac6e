"""Queries as requests: their quota, and how they are counted, logged and disturbed."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.mgmt.resourcegraph.aio import ResourceGraphClient
from azure.mgmt.resourcegraph.models import FacetRequest, FacetRequestOptions, QueryRequest

from simulator.build import add_lock, add_network, add_resource_group
from simulator.faults import Fault, FaultKind
from simulator.identity import ARM_AUDIENCES
from simulator.request_log import QUERY, Kind
from simulator.world import World
from tests.simulator.raw_client import RawAnswer, RawClient
from tests.simulator.resource_graph.conftest import Ask, Send, rows_in

COUNT = "resources | count"
LEFT, RESETS = "x-ms-user-quota-remaining", "x-ms-user-quota-resets-after"


def _quota(answer: RawAnswer) -> tuple[int, str, str]:
    return answer.status, answer.headers[LEFT], answer.headers[RESETS]


async def test_fifteen_queries_pass_in_five_seconds(send: Send, world: World) -> None:
    answers = [await send(COUNT) for _ in range(15)]
    assert [_quota(answer) for answer in answers] == [(200, str(left), "00:00:05") for left in range(14, -1, -1)]
    assert answers[0].headers["x-ms-ratelimit-remaining-tenant-resource-requests"] == "14"
    assert answers[0].headers["x-ms-resource-graph-request-duration"].startswith("0:00:00:00.")


async def test_the_sixteenth_is_throttled_until_the_window_ends(send: Send, world: World) -> None:
    await send(COUNT)
    await world.clock.advance(2)
    for _ in range(14):
        await send(COUNT)
    refused = await send(COUNT)
    assert (_quota(refused), refused.headers["retry-after"]) == ((429, "0", "00:00:03"), "3")
    assert refused.code == "RateLimiting"
    assert refused.message.startswith(
        "Please provide below info when asking for support: timestamp = 2026-01-05T08:00"
    )
    (detail,) = refused.body["error"]["details"]
    assert detail["code"] == "RateLimiting"
    assert detail["message"].startswith("Client application has been throttled")
    await world.clock.advance(3)
    assert _quota(await send(COUNT)) == (200, "14", "00:00:05")


async def test_a_query_that_is_refused_counts_too(send: Send) -> None:
    assert _quota(await send("nothing")) == (400, "14", "00:00:05")
    assert _quota(await send(COUNT)) == (200, "13", "00:00:05")


async def test_each_caller_has_a_quota_of_their_own(send: Send, world: World, raw: RawClient) -> None:
    await send(COUNT)
    other = world.identities.add("7b5e1b5c-7a8f-4a3c-9f0e-2d5e8f1a6c3b")
    token = world.identities.issue(ARM_AUDIENCES[0], other)
    headers = {"Authorization": f"Bearer {token}"}
    query = {"api-version": "2021-03-01"}
    answer = await raw.send("POST", QUERY, {"query": COUNT}, query=query, headers=headers)
    assert answer.headers[LEFT] == "14"


async def test_the_quota_can_be_switched_off(send: Send, world: World) -> None:
    world.throttling.refuses_queries = False
    assert [(await send(COUNT)).status for _ in range(20)] == [200] * 20


async def test_a_query_is_a_read_and_tells_no_event(ask: Ask, send: Send, world: World) -> None:
    group = add_resource_group(world, "Shop")
    add_network(world, "Shop", "net")
    add_lock(world, "Shop", "freeze", on=f"/subscriptions/{world.subscription_id}")
    await ask(COUNT)
    await send("nothing")
    assert [(one.method, one.kind, one.status, one.took_effect) for one in world.requests] == [
        ("POST", Kind.READ, 200, True),
        ("POST", Kind.READ, 400, False),
    ]
    assert len(world.requests.reads(under=QUERY.lower())) == 2
    assert world.requests.writes() == []
    assert world.event_grid.published == []
    assert group in world.resources


async def test_a_fault_on_reads_strikes_a_query_and_one_on_writes_does_not(ask: Ask, world: World) -> None:
    world.faults.add(Fault(FaultKind.UNAVAILABLE, on=Kind.WRITE, times=None))
    await ask(COUNT)
    world.faults.add(Fault(FaultKind.UNAVAILABLE, on=Kind.READ, resource_type="Microsoft.ResourceGraph/resources"))
    with pytest.raises(HttpResponseError) as failed:
        await ask(COUNT)
    assert failed.value.status_code == 503
    await ask(COUNT)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.ARM_THROTTLED, 429),
        (FaultKind.INTERNAL_ERROR, 500),
        (FaultKind.BAD_GATEWAY, 502),
        (FaultKind.UNAVAILABLE_WITHOUT_BODY, 503),
        (FaultKind.AUTHORIZATION_FAILED, 403),
    ],
)
async def test_faults_strike_queries_as_any_other_request(
    send: Send, world: World, kind: FaultKind, status: int
) -> None:
    world.faults.add(Fault(kind, path="/Microsoft.ResourceGraph/"))
    answer = await send(COUNT)
    assert answer.status == status
    assert kind is not FaultKind.AUTHORIZATION_FAILED or "'Microsoft.ResourceGraph/resources/read'" in answer.message


async def test_a_connection_can_be_dropped(ask: Ask, world: World) -> None:
    world.faults.add(Fault(FaultKind.DROPPED_BEFORE, method="POST"))
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        await ask(COUNT)


async def test_any_case_of_the_path_is_a_query(raw: RawClient, world: World) -> None:
    query = {"api-version": "2022-10-01"}
    answer = await raw.send("POST", QUERY.lower(), {"query": COUNT}, query=query)
    assert (answer.status, answer.body["data"]) == (200, [{"Count": 0}])
    assert world.requests.writes() == []


async def test_other_methods_and_types_are_refused_as_any(raw: RawClient) -> None:
    assert (await raw.get(QUERY)).status == 405
    history = await raw.send("POST", f"{QUERY}History", {"query": COUNT})
    assert (history.status, history.code) == (404, "InvalidResourceType")


async def test_the_operations_are_listed(graph: ResourceGraphClient) -> None:
    operations = [operation async for operation in graph.operations.list()]
    assert "Microsoft.ResourceGraph/resources/read" in [operation.name for operation in operations]


async def test_facets_count_the_rows_of_the_result(graph: ResourceGraphClient, world: World) -> None:
    for group, networks in (("Shop", 2), ("Till", 1), ("Bar", 1)):
        add_resource_group(world, group)
        for number in range(networks):
            add_network(world, group, f"net-{number}")
    by_name = FacetRequestOptions(sort_by="resourceGroup", sort_order="asc")
    asked = [
        FacetRequest(expression="resourceGroup", options=FacetRequestOptions(top=2)),
        FacetRequest(expression="resourceGroup", options=by_name),
        FacetRequest(expression="name", options=FacetRequestOptions(filter="resourceGroup contains 'shop'")),
        FacetRequest(expression="size"),
    ]
    answer = await graph.resources(QueryRequest(query="resources | project name, resourceGroup", facets=asked))
    facets: list[Any] = list(answer.facets or ())
    assert [(facet.result_type, getattr(facet, "data", None)) for facet in facets] == [
        ("FacetResult", [{"resourceGroup": "shop", "count": 2}, {"resourceGroup": "bar", "count": 1}]),
        ("FacetResult", [{"resourceGroup": name, "count": n} for name, n in (("bar", 1), ("shop", 2), ("till", 1))]),
        ("FacetResult", [{"name": "net-0", "count": 1}, {"name": "net-1", "count": 1}]),
        ("FacetError", None),
    ]
    assert (facets[0].total_records, facets[0].count) == (3, 2)
    assert [error.code for error in facets[3].errors] == ["NoValidColumns", "InvalidColumnNames"]
    assert len(rows_in(answer)) == 4
