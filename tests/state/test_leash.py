"""The leash: a stop that anybody can set, a budget that nobody exceeds, failures that are counted in a row."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.azure.clients import AzureClients
from shared.azure.entities import VERSION, UnreadableRow, record, versioned
from shared.azure.failures import PassingFailure
from shared.azure.leash import (
    CONTROL,
    StopName,
    clear_budget,
    clear_failures,
    note_failure,
    read_leash,
    set_stop,
    spend,
)
from shared.model.leash import Failure, Leash, Stop
from simulator.local import LocalAzure
from tests.state.conftest import DroppingClients, MakeClients

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


async def make_row(azure: LocalAzure, row: str, **properties: Any) -> None:
    """Make a row as a person does with Storage Explorer."""
    table = await azure.tables.create_table_if_not_exists(CONTROL)
    await table.upsert_entity({"PartitionKey": "control", "RowKey": row, **properties})


async def test_nothing_keeps_a_new_app_from_writing(clients: AzureClients) -> None:
    assert await read_leash(clients) == Leash()


async def test_the_leash_is_read_with_one_request(dropping: DroppingClients, azure: LocalAzure) -> None:
    await set_stop(dropping, "kill_switch", Stop(azure.world.clock.now(), "stop"))
    dropping.connection.sent.clear()
    await read_leash(dropping)
    assert dropping.connection.sent == ["GET"]


@pytest.mark.parametrize("name", ["kill_switch", "decommission"])
async def test_a_stop_stands_until_it_is_lifted(name: StopName, clients: AzureClients, azure: LocalAzure) -> None:
    stop = Stop(azure.world.clock.now(), "too many tickets")
    await set_stop(clients, name, stop)
    leash = await read_leash(clients)
    assert {"kill_switch": leash.kill_switch, "decommission": leash.decommission}.pop(name) == stop
    assert (leash.kill_switch, leash.decommission).count(None) == 1
    await set_stop(clients, name, None)
    assert await read_leash(clients) == Leash()
    await set_stop(clients, name, None)


BY_HAND: dict[str, tuple[str, dict[str, Any], str]] = {
    "an empty row": ("kill_switch", {}, "set by hand"),
    "with a reason": ("kill_switch", {"reason": "Anna: it writes too much"}, "Anna: it writes too much"),
    "with an empty reason": ("kill_switch", {"reason": " "}, "set by hand"),
    "with a time as text": ("kill_switch", {"at": "yesterday", "reason": 5}, "set by hand"),
    "with another version": ("kill_switch", {"version": 99}, "set by hand"),
    "in capitals": ("KILL_SWITCH", {}, "set by hand"),
    "written otherwise": ("Kill-Switch ", {}, "set by hand"),
    "written as one word": ("killswitch", {}, "set by hand"),
}


@pytest.mark.parametrize(("row", "properties", "reason"), BY_HAND.values(), ids=BY_HAND.keys())
async def test_a_kill_switch_made_by_hand_stops_and_can_be_lifted(
    row: str, properties: dict[str, Any], reason: str, clients: AzureClients, azure: LocalAzure
) -> None:
    await make_row(azure, row, **properties)
    stop = (await read_leash(clients)).kill_switch
    assert stop is not None
    assert stop.reason == reason
    assert abs(stop.at - azure.world.clock.now()) < SECOND
    await set_stop(clients, "kill_switch", None)
    assert (await read_leash(clients)).kill_switch is None


async def test_the_budget_lasts_for_so_many_writes_an_hour(clients: AzureClients, azure: LocalAzure) -> None:
    start = azure.world.clock.now()
    assert [await spend(clients, start + SECOND * number, 3) for number in range(4)] == [True, True, True, False]
    last = start + HOUR - timedelta(microseconds=1)
    assert not await spend(clients, last, 3)
    assert await spend(clients, start + HOUR, 3)
    assert not await spend(clients, start + HOUR, 3)
    assert await spend(clients, start + HOUR + SECOND, 3)


async def test_what_was_refused_is_not_counted(clients: AzureClients, azure: LocalAzure) -> None:
    now = azure.world.clock.now()
    assert [await spend(clients, now, 1) for _ in range(5)] == [True, False, False, False, False]
    assert (await read_leash(clients)).writes == (now,)


async def test_no_budget_is_none_at_all(clients: AzureClients, azure: LocalAzure) -> None:
    assert not await spend(clients, azure.world.clock.now(), 0)


async def test_the_leash_shows_the_writes_of_the_last_hour_by_storages_time(
    clients: AzureClients, azure: LocalAzure
) -> None:
    first = azure.world.clock.now()
    await spend(clients, first, 10)
    await azure.advance(1_800)
    second = azure.world.clock.now()
    await spend(clients, second, 10)
    assert (await read_leash(clients)).writes == (first, second)
    await azure.advance(1_801)
    assert (await read_leash(clients)).writes == (second,)
    await azure.advance(3_600)
    assert (await read_leash(clients)).writes == ()


async def test_the_budget_can_be_given_anew(clients: AzureClients, azure: LocalAzure) -> None:
    now = azure.world.clock.now()
    await spend(clients, now, 1)
    await clear_budget(clients)
    assert await spend(clients, now, 1)


async def test_many_processes_never_spend_more_than_there_is(make_clients: MakeClients, azure: LocalAzure) -> None:
    processes, now = [make_clients() for _ in range(4)], azure.world.clock.now()
    spent = await asyncio.gather(*(spend(clients, now, 25) for clients in processes * 10))
    assert spent.count(True) == 25
    assert len((await read_leash(processes[0])).writes) == 25


async def test_a_write_whose_answer_got_lost_is_spent_once(
    dropping: DroppingClients, clients: AzureClients, azure: LocalAzure
) -> None:
    now = azure.world.clock.now()
    await spend(clients, now, 10)
    dropping.connection.lost = ["PUT"]
    assert await spend(dropping, now, 10)
    assert (await read_leash(clients)).writes == (now, now)


async def test_nobody_waits_for_the_budget_for_long(
    clients: AzureClients, azure: LocalAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.azure.leash._PATIENCE_SECONDS", 0.01)
    async with clients.spending:
        with pytest.raises(PassingFailure, match="were waiting for the hour's budget"):
            await spend(clients, azure.world.clock.now(), 10)
    assert await read_leash(clients) == Leash()


async def test_thousands_of_writes_an_hour_fit(clients: AzureClients, azure: LocalAzure) -> None:
    now, limit = azure.world.clock.now(), 5_000
    times = tuple(now - SECOND * 0.7 * number for number in range(limit - 1))
    await make_row(azure, "writes", **versioned(record("writes", times, tuple[datetime, ...])))
    assert await spend(clients, now, limit)
    assert not await spend(clients, now, limit)
    assert len((await read_leash(clients)).writes) == limit


async def test_failures_are_counted_in_a_row_until_something_ends_well(
    clients: AzureClients, azure: LocalAzure
) -> None:
    now = azure.world.clock.now()
    failures = tuple(Failure(now + SECOND * number, "web", f"no {number}") for number in range(3))
    for number, failure in enumerate(failures):
        assert await note_failure(clients, failure) == failures[: number + 1]
    assert (await read_leash(clients)).failures == failures
    await clear_failures(clients)
    assert await read_leash(clients) == Leash()


async def test_failures_of_many_processes_are_all_counted(make_clients: MakeClients, azure: LocalAzure) -> None:
    processes, now = [make_clients() for _ in range(4)], azure.world.clock.now()
    failures = [Failure(now, f"web-{number}", "no") for number in range(12)]
    await asyncio.gather(
        *(note_failure(clients, failure) for clients, failure in zip(processes * 3, failures, strict=True))
    )
    assert set((await read_leash(processes[0])).failures) == set(failures)


async def test_of_very_many_failures_the_last_ones_are_kept(clients: AzureClients, azure: LocalAzure) -> None:
    now = azure.world.clock.now()
    failures = [Failure(now, f"web-{number}", "no" * 10_000) for number in range(25)]
    for failure in failures:
        await note_failure(clients, failure)
    assert (await read_leash(clients)).failures == tuple(failures[-20:])


async def test_where_nothing_failed_nothing_is_written(dropping: DroppingClients) -> None:
    await clear_failures(dropping)
    assert dropping.connection.sent == ["GET"]


@pytest.mark.parametrize("row", ["writes", "failures"])
async def test_what_a_newer_app_counts_is_not_counted_on(row: str, clients: AzureClients, azure: LocalAzure) -> None:
    await make_row(azure, row, version=VERSION + 1)
    now = azure.world.clock.now()
    with pytest.raises(UnreadableRow):
        await read_leash(clients)
    counting = spend(clients, now, 10) if row == "writes" else note_failure(clients, Failure(now, "web", "no"))
    with pytest.raises(UnreadableRow):
        await counting


async def test_rows_that_mean_nothing_keep_nobody_from_writing(clients: AzureClients, azure: LocalAzure) -> None:
    await make_row(azure, "notes", text="remember to lift the kill switch")
    assert await read_leash(clients) == Leash()
