from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from simulator.host.contract import Tally
from simulator.identity import ARM_AUDIENCES
from simulator.local import LocalAzure
from simulator.world import World
from tests.simulator.host.conftest import APPS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncIterator[LocalAzure]:
    async with LocalAzure(APPS / "watcher", {"WAC_SAMPLE": "yes"}) as azure:
        await azure.subscribe("on_event")
        yield azure


@pytest_asyncio.fixture(loop_scope="session")
async def azure(running: LocalAzure) -> LocalAzure:
    await running.reset()
    return running


async def put_group(azure: LocalAzure, name: str) -> str:
    """Make a resource group as a customer would; give its id."""
    group = f"/subscriptions/{azure.world.subscription_id}/resourceGroups/{name}"
    token = azure.world.identities.issue(ARM_AUDIENCES[0], azure.world.identities.system_assigned)
    connector = aiohttp.TCPConnector(ssl=azure.certificates.client_context())
    async with (
        aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {token}"}) as http,
        http.put(f"{azure.arm_url}{group}?api-version=2022-09-01", json={"location": "westeurope"}) as answer,
    ):
        assert answer.status == 201
    return group


def looks_since(azure: LocalAzure, begin: int) -> list[dict[str, Any]]:
    return [line for line in azure.log_lines()[begin:] if line["message"] == "looked"]


async def test_an_event_reaches_the_app_and_its_delayed_message_is_looked_at_when_its_time_has_come(
    azure: LocalAzure,
) -> None:
    begin, made = len(azure.log_lines()), azure.world.clock.now()
    group = await put_group(azure, "rg")
    assert await azure.settle() == Tally(1, 0)
    assert await azure.settle_for(59) == Tally(0, 0)
    assert await azure.settle_for(1) == Tally(1, 0)
    [look] = looks_since(azure, begin)
    assert (look["subject"], look["status"]) == (group, 200)
    assert parsedate_to_datetime(look["arm_time"]) == made.replace(microsecond=0) + timedelta(minutes=1)


async def test_hours_pass_in_one_step_when_nothing_is_due(azure: LocalAzure) -> None:
    before = azure.world.clock.now()
    assert await azure.settle_for(24 * 3600) == Tally(0, 0)
    assert azure.world.clock.now() - before == timedelta(days=1)


async def test_whoever_moves_the_worlds_clock_moves_storage_too(azure: LocalAzure) -> None:
    begin = len(azure.log_lines())
    await put_group(azure, "rg")
    await azure.settle()
    await azure.world.clock.advance(61)
    await azure.settle()
    assert len(looks_since(azure, begin)) == 1


async def test_an_event_that_the_app_failed_comes_again_by_azures_rules(azure: LocalAzure) -> None:
    azure.world.event_grid.publish({"id": "1", "eventType": "t", "data": {"operationName": "x"}})
    assert await azure.settle() == Tally(1, 1)
    assert await azure.settle_for(9) == Tally(0, 0)
    assert await azure.settle_for(1) == Tally(1, 1)


async def test_a_reset_gives_a_new_world_at_the_old_address_and_forgets_messages_and_requests(
    azure: LocalAzure,
) -> None:
    await put_group(azure, "rg")
    await azure.settle()
    address, now = azure.arm_url, azure.world.clock.now()
    begin = len(azure.log_lines())
    await azure.reset()
    assert (azure.arm_url, azure.world.clock.now()) == (address, now)
    await azure.settle_for(120)
    assert looks_since(azure, begin) == []
    assert azure.world.requests.reads() == []
    await put_group(azure, "rg")
    assert await azure.settle_for(60) == Tally(2, 0)


async def test_the_apps_environment_has_the_local_addresses_and_nothing_of_the_real_ones(
    azure: LocalAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "real")
    monkeypatch.setenv("WAC_SUBSCRIPTIONS", "real")
    monkeypatch.setenv("SOMETHING_ELSE", "kept")
    environment = azure.environment()
    assert "real" not in environment.values()
    assert environment["SOMETHING_ELSE"] == "kept"
    assert environment["WAC_SAMPLE"] == "yes"
    assert environment["WAC_ARM_ENDPOINT"] == azure.arm_url
    assert environment["WAC_GRAPH_ENDPOINT"] == azure.graph_url
    assert environment["AzureWebJobsStorage__queueServiceUri"] == azure.queue_url


async def test_a_live_app_works_by_itself_while_time_flows() -> None:
    async with LocalAzure(APPS / "watcher", manual=False) as azure, asyncio.timeout(30):
        await azure.subscribe("on_event", schema="CloudEventSchemaV1_0")
        flowing = asyncio.create_task(azure.world.clock.run(speed=300))
        group = await put_group(azure, "rg")
        async for line in azure.host.follow():
            if line["message"] == "looked":
                break
        flowing.cancel()
    assert (line["subject"], line["status"]) == (group, 200)


async def test_without_an_app_there_is_azure_alone() -> None:
    async with LocalAzure() as azure:
        assert await azure.settle_for(60) == Tally()
        with pytest.raises(RuntimeError, match="no app"):
            _ = azure.host_url


async def test_a_world_whose_clock_storage_cannot_follow_is_refused() -> None:
    with pytest.raises(TypeError, match="LocalClock"):
        LocalAzure(world=World())


async def test_the_account_key_opens_the_tables_and_a_reset_takes_them_all_away(azure: LocalAzure) -> None:
    for name in ("one", "two"):
        table = await azure.tables.create_table(name)
        for number in range(3):
            await table.create_entity({"PartitionKey": "p", "RowKey": f"{number}", "text": "ü"})
    rows = [row["text"] async for row in azure.tables.get_table_client("two").list_entities()]
    assert rows == ["ü"] * 3
    await azure.reset()
    assert [table.name async for table in azure.tables.list_tables()] == []
    await azure.tables.create_table("one")
    assert [row async for row in azure.tables.get_table_client("one").list_entities()] == []
