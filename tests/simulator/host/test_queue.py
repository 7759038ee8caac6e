from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta

import pytest

from simulator.host.contract import Tally
from tests.simulator.host.conftest import Host, Storage

pytestmark = pytest.mark.asyncio(loop_scope="session")

DELAY = 30
LOCK = 600


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def put(storage: Storage, queue: str, *texts: str) -> None:
    client = await storage.queue(queue)
    for text in texts:
        await client.send_message(encoded(text))


def bodies(host: Host, message: str = "message") -> list[str]:
    return [line["body"] for line in host.lines(message)]


async def test_a_message_is_decoded_processed_once_and_deleted(host: Host, storage: Storage) -> None:
    await put(storage, "work", "grüezi")
    assert await host.process.drain() == Tally(1, 0)
    assert await host.process.drain() == Tally(0, 0)
    assert bodies(host) == ["grüezi"]
    await storage.azurite.advance(LOCK)
    assert await storage.texts("work") == []


async def test_a_function_gets_id_dequeue_count_times_and_receipt(host: Host, storage: Storage) -> None:
    sent = await (await storage.queue("work")).send_message(encoded("hello"))
    await host.process.drain()
    [line] = host.lines("message")
    assert (line["message_id"], line["dequeue_count"]) == (sent.id, 1)
    assert line["receipt"]
    inserted, visible = datetime.fromisoformat(line["inserted"]), datetime.fromisoformat(line["visible"])
    assert inserted == sent.inserted_on
    assert datetime.fromisoformat(line["expires"]) == sent.expires_on
    assert visible - inserted == timedelta(seconds=LOCK)


async def test_a_failed_message_comes_back_after_the_visibility_timeout_and_not_before(
    host: Host, storage: Storage
) -> None:
    await put(storage, "work", "fail")
    assert await host.process.drain() == Tally(1, 1)
    await storage.azurite.advance(DELAY - 1)
    assert await host.process.drain() == Tally(0, 0)
    await storage.azurite.advance(1)
    assert await host.process.drain() == Tally(1, 1)
    assert [line["dequeue_count"] for line in host.lines("message")] == [1, 2]


async def test_a_message_that_failed_as_often_as_it_may_goes_to_the_poison_queue(
    host: Host, storage: Storage
) -> None:
    await put(storage, "work", "fail")
    for _ in range(3):
        await host.process.drain()
        await storage.azurite.advance(DELAY)
    assert [line["dequeue_count"] for line in host.lines("message")] == [1, 2, 3]
    assert bodies(host, "poison") == ["fail"]
    await storage.azurite.advance(LOCK)
    assert await host.process.drain() == Tally(0, 0)


async def test_a_poison_queue_has_no_poison_queue_what_fails_there_stays_hidden_for_its_lock(
    host: Host, storage: Storage
) -> None:
    await put(storage, "work-poison", "hopeless")
    assert await host.process.drain() == Tally(1, 1)
    await storage.azurite.advance(DELAY)
    assert await host.process.drain() == Tally(0, 0)
    await storage.azurite.advance(LOCK)
    assert await host.process.drain() == Tally(1, 1)
    assert [queue.name async for queue in storage.service.list_queues()] == ["work-poison"]


async def test_a_message_that_cannot_be_decoded_is_poison_at_once_and_as_it_was(host: Host, storage: Storage) -> None:
    await (await storage.queue("work")).send_message("{not base64}")
    assert await host.process.drain() == Tally(0, 0)
    assert await storage.texts("work") == []
    # The poison queue's own function cannot decode it either, and has no further poison queue: it stays.
    await storage.azurite.advance(LOCK)
    assert await storage.texts("work-poison") == ["{not base64}"]
    assert [line["level"] for line in host.lines() if re.match("Message decoding has failed", line["message"])]


async def test_never_more_messages_at_once_than_the_batch_and_the_threshold_allow(
    host: Host, storage: Storage
) -> None:
    texts = [f"message {number}" for number in range(20)]
    await put(storage, "work", *texts)
    assert await host.process.drain() == Tally(20, 0)
    assert sorted(bodies(host)) == sorted(texts)
    assert 1 < max(line["concurrent"] for line in host.lines("message")) <= 4 + 2


async def test_a_queue_that_does_not_exist_is_polled_in_vain(host: Host, storage: Storage) -> None:
    assert await host.process.drain() == Tally(0, 0)
    assert [queue.name async for queue in storage.service.list_queues()] == []


async def test_a_drain_also_processes_what_its_own_messages_cause(host: Host, storage: Storage) -> None:
    await put(storage, "first", "a", "b")
    assert await host.process.drain() == Tally(4, 0)
    assert sorted(bodies(host, "relayed")) == ["a!", "b!"]


async def test_a_delayed_message_is_processed_once_its_time_has_come(host: Host, storage: Storage) -> None:
    await (await storage.queue("work")).send_message(encoded("later"), visibility_timeout=3600)
    assert await host.process.drain() == Tally(0, 0)
    await storage.azurite.advance(3600)
    assert await host.process.drain() == Tally(1, 0)


async def test_a_message_lost_by_a_host_that_died_too_often_is_poison_without_another_run(
    host: Host, storage: Storage
) -> None:
    queue = await storage.queue("work")
    await queue.send_message(encoded("deadly"))
    for _ in range(3):
        assert await queue.receive_message(visibility_timeout=1)
        await storage.azurite.advance(1)
    await host.process.drain()
    assert bodies(host) == []
    assert bodies(host, "poison") == ["deadly"]
