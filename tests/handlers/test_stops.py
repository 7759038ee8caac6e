"""POST and GET /api/stop: one call stops every write, and one shows all that does."""

from datetime import timedelta
from typing import Any

import pytest

from handlers.guard import Guard
from handlers.stops import order_stop, show_stops
from shared.azure.leash import CONTROL, PARTITION, note_failure, read_leash, set_stop, spend
from shared.model.leash import Failure, Stop
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import build_site
from tests.handlers.requesting import PROBLEM, post, read, receive

NO_STOPS: dict[str, Any] = {
    "kill_switch": None,
    "decommission": None,
    "failures": [],
    "stopped_by_failures": False,
    "writes_last_hour": 0,
    "writes_per_hour": 100,
}


async def test_the_kill_switch_keeps_every_instance_from_writing_from_the_very_next_write_on(
    azure: LocalAzure, enforcing: Guard, make: MakeGuard
) -> None:
    site = build_site(azure.world)
    answer, stopped = await post(order_stop, await make(), reason=" Zoë: “wait” ")
    assert (answer.status, stopped["kill_switch"]["reason"]) == (200, "Zoë: “wait”")
    assert 'To lift it, POST {"stop": "kill_switch"} to /api/lift.' in stopped["message"]
    await receive(enforcing, site.vm_id)
    assert azure.world.requests.writes() == []


async def test_a_second_stop_keeps_the_time_and_reason_of_the_first(azure: LocalAzure, enforcing: Guard) -> None:
    _, first = await post(order_stop, enforcing, reason="first")
    await azure.advance(600)
    answer, second = await post(order_stop, enforcing, reason="second")
    assert (answer.status, second["kill_switch"]) == (200, first["kill_switch"])
    assert "is already on since" in second["message"]


async def test_all_that_keeps_the_app_from_writing_is_shown(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await make(WAC_WRITES_PER_HOUR="7")
    now = azure.world.clock.now()
    stop = Stop(now - timedelta(days=1), "we move")
    await set_stop(guard.clients, "decommission", stop)
    for number in range(5):
        await note_failure(guard.clients, Failure(now, f"/target/{number}", "It failed."))
    await spend(guard.clients, now - timedelta(hours=2), 7)
    await spend(guard.clients, now, 7)
    shown = read(await show_stops(guard, {"code": "the key"}))
    assert (shown["decommission"]["reason"], shown["kill_switch"]) == ("we move", None)
    assert [one["target"] for one in shown["failures"]] == [f"/target/{number}" for number in range(5)]
    assert (shown["stopped_by_failures"], shown["writes_last_hour"], shown["writes_per_hour"]) == (True, 1, 7)


async def test_where_nothing_stops_the_app_that_is_shown(enforcing: Guard) -> None:
    answer = await show_stops(enforcing, {})
    assert (answer.status, read(answer)) == (200, NO_STOPS)


async def test_a_kill_switch_set_by_hand_in_the_table_is_shown_and_kept(azure: LocalAzure, enforcing: Guard) -> None:
    await post(order_stop, enforcing, reason="makes the table")
    await set_stop(enforcing.clients, "kill_switch", None)
    table = azure.tables.get_table_client(CONTROL)
    await table.create_entity({"PartitionKey": PARTITION, "RowKey": "kill_switch"})
    _, stopped = await post(order_stop, enforcing, reason="too late")
    assert stopped["kill_switch"]["reason"] == "set by hand"
    assert read(await show_stops(enforcing, {}))["kill_switch"] == stopped["kill_switch"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "reason: Field required"),
    "no words": ({"reason": " "}, "reason: String should have at least 1 character"),
    "a number": ({"reason": 7}, "reason: Input should be a valid string"),
    "an unknown field": ({"reason": "x", "until": "noon"}, "until: Extra inputs are not permitted"),
}


@pytest.mark.parametrize(("body", "told"), BAD.values(), ids=BAD.keys())
async def test_a_bad_stop_is_told_with_an_example_and_stops_nothing(
    body: dict[str, Any], told: str, azure: LocalAzure, enforcing: Guard
) -> None:
    answer, problem = await post(order_stop, enforcing, **body)
    assert (answer.status, answer.media_type, problem["example"]) == (400, PROBLEM, {"reason": "<why>"})
    assert told in problem["detail"]
    assert (await read_leash(enforcing.clients)).kill_switch is None


async def test_a_question_that_is_not_known_is_no_query_of_stops(enforcing: Guard) -> None:
    answer = await show_stops(enforcing, {"stop": "budget"})
    assert (answer.status, read(answer)["detail"]) == (400, "stop: Extra inputs are not permitted")
