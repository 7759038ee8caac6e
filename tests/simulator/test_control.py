from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simulator.build import add_resource_group
from simulator.faults import Fault, FaultKind
from simulator.tls import Certificates
from simulator.world import World
from tests.simulator.raw_client import RawClient
from tests.simulator.webhook import Webhook, serving


@pytest.fixture
async def webhook(certificates: Certificates) -> AsyncIterator[Webhook]:
    async with serving(certificates) as served:
        yield served


async def test_time_is_told_and_moved_on(raw: RawClient, world: World) -> None:
    moved = await raw.send("POST", "/simulator/clock/advance", body={"seconds": 90})
    assert moved.status == 200
    assert moved.body["now"] == world.clock.now().isoformat() == "2026-01-05T08:01:30+00:00"
    assert (await raw.send("GET", "/simulator/clock")).body == moved.body


@pytest.mark.parametrize("body", [{}, {"seconds": -1}, {"seconds": "soon"}, {"seconds": True}, None])
async def test_time_moves_by_a_number_of_seconds_alone(raw: RawClient, body: object) -> None:
    assert (await raw.send("POST", "/simulator/clock/advance", body=body)).status == 400


async def test_the_log_is_shown_filtered_and_forgotten(raw: RawClient, world: World) -> None:
    group = add_resource_group(world, "Shop")
    await raw.get(group)
    await raw.send("PATCH", group, body={"tags": {}})
    writes = (await raw.send("GET", "/simulator/requests", query={"kind": "write"})).body
    assert [(entry["method"], entry["kind"], entry["status"]) for entry in writes] == [("PATCH", "write", 200)]
    assert len((await raw.send("GET", "/simulator/requests", query={})).body) == 2
    assert (await raw.send("DELETE", "/simulator/requests", query={})).status == 204
    assert len(world.requests) == 0


async def test_faults_are_added_shown_and_cleared(raw: RawClient, world: World) -> None:
    group = add_resource_group(world, "Shop")
    body = {"kind": "scope locked", "on": "write", "path": "/shop", "times": None}
    added = await raw.send("POST", "/simulator/faults", body=body)
    assert (added.status, added.body["kind"], added.body["on"]) == (201, "scope locked", "write")
    assert (await raw.send("PATCH", group, body={})).code == "ScopeLocked"
    assert len((await raw.send("GET", "/simulator/faults")).body) == 1
    assert (await raw.send("DELETE", "/simulator/faults")).status == 204
    assert list(world.faults) == []


@pytest.mark.parametrize("body", [{}, {"kind": "earthquake"}, {"kind": "500", "colour": "red"}])
async def test_a_fault_that_makes_no_sense_is_refused_with_what_would(raw: RawClient, body: object) -> None:
    answer = await raw.send("POST", "/simulator/faults", body=body)
    assert answer.status == 400
    assert "kind" in answer.body["detail"]


async def test_a_test_of_ones_own_is_shown_as_such(raw: RawClient, world: World) -> None:
    world.faults.add(Fault(FaultKind.UNAVAILABLE, when=lambda method, _: method == "GET"))
    assert (await raw.send("GET", "/simulator/faults")).body[0]["when"] == "a test"


async def test_events_are_subscribed_to_and_seen(raw: RawClient, world: World, webhook: Webhook) -> None:
    subscription = {"url": webhook.url, "function_name": "OnEvent"}
    assert (await raw.send("POST", "/simulator/event-subscriptions", body=subscription)).status == 201
    webhook.statuses = [400]
    group = add_resource_group(world, "Shop")
    for _ in range(2):
        await raw.send("PATCH", group, body={"tags": {}})
    await raw.send("POST", "/simulator/clock/advance", body={"seconds": 0})
    seen = (await raw.send("GET", "/simulator/events")).body
    assert (len(seen["published"]), [attempt["status"] for attempt in seen["attempts"]]) == (2, [400, 202])
    letters = (await raw.send("GET", "/simulator/dead-letters")).body
    assert [letter["event"]["id"] for letter in letters] == [seen["published"][0]["id"]]


async def test_a_subscription_needs_an_endpoint_that_shakes_hands(raw: RawClient, webhook: Webhook) -> None:
    webhook.validates = False
    for body in ({}, {"url": webhook.url, "colour": "red"}, {"url": webhook.url}):
        assert (await raw.send("POST", "/simulator/event-subscriptions", body=body)).status == 400


async def test_the_control_api_is_no_part_of_arm(raw: RawClient, world: World) -> None:
    answer = await raw.send("GET", "/simulator/clock", headers={}, query={})
    assert answer.status == 200
    assert len(world.requests) == 0


async def test_what_the_topic_has_taken_is_shown(raw: RawClient, world: World) -> None:
    world.topic.received.append({"id": "1", "type": "Test.Happened"})
    assert (await raw.send("GET", "/simulator/published")).body == world.topic.received
