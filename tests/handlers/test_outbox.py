"""Events wait in a queue of their own: for a topic that is down, gone, or takes one of them not at all."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from azure.core.exceptions import AzureError

from handlers.guard import Guard
from handlers.poison import report_poisoned_events
from handlers.publications import publish_events
from shared.azure.outbox import PUBLICATIONS, Batch, parse_batch, send_batch
from shared.azure.subjects import list_subjects
from shared.model.reason import Status
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site
from tests.handlers.outages import Broken, Outage, Strike
from tests.handlers.telling import heard, publish_all, queued
from tests.handlers.test_publications import HOUR, check
from tests.handlers.trails import past_of

TOPIC = "microsoft.eventgrid/topics"


PASSING = {
    FaultKind.TOPIC_THROTTLED: 10,
    FaultKind.UNAVAILABLE: 15,
    FaultKind.INTERNAL_ERROR: 15,
    FaultKind.BAD_GATEWAY: 15,
    FaultKind.DROPPED_BEFORE: 15,
    FaultKind.DROPPED_AFTER: 15,
    FaultKind.AUTHORIZATION_FAILED: 300,
}


@pytest.mark.parametrize(("kind", "seconds"), PASSING.items())
async def test_what_the_topic_does_not_take_now_is_made_up_for_and_the_check_knows_nothing_of_it(
    kind: FaultKind, seconds: float, azure: LocalAzure, telling: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    # A read whose connection drops is sent once more by aiohttp, a POST is not.
    azure.world.faults.add(Fault(kind, resource_type=TOPIC))
    await check(telling, site.vm_id)
    assert (await past_of(telling, site.vm_id)).status is Status.NON_COMPLIANT
    with caplog.at_level(logging.WARNING):
        assert await publish_all(azure, telling) == []
    (line,) = [record for record in caplog.records if record.getMessage() == "Publication put off"]
    assert (vars(line)["subject"], vars(line)["again_seconds"]) == (site.vm_id, seconds)
    assert len(heard(azure)) == (kind is FaultKind.DROPPED_AFTER)
    await azure.advance(seconds - 1)
    assert await queued(azure) == []
    await azure.advance(1)
    await publish_all(azure, telling)
    assert set(heard(azure)) == {("FindingFound", "web", "OUTBOUND_DENIED")}
    assert len({event["id"] for event in azure.world.topic.received}) == 1
    assert await queued(azure) == []


async def gone(azure: LocalAzure) -> None:
    azure.world.topic.exists = False


async def refused(azure: LocalAzure) -> None:
    azure.world.topic.revoke(azure.world.identities.system_assigned)


@pytest.mark.parametrize("away", [gone, refused])
async def test_a_topic_that_is_gone_or_refuses_for_a_month_gets_all_in_the_end(
    away: Callable[[LocalAzure], Awaitable[None]], azure: LocalAzure, telling: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    await away(azure)
    await check(telling, site.vm_id)
    for _ in range(30):
        for _ in range(24):
            await publish_all(azure, telling)
            await azure.advance(HOUR)
    tries = len(azure.world.topic.requests)
    assert 30 <= tries <= 45
    assert heard(azure) == []
    azure.world.topic.exists = True
    azure.world.topic.grant(azure.world.identities.system_assigned)
    await azure.advance(24 * HOUR)
    await publish_all(azure, telling)
    assert heard(azure) == [("FindingFound", "web", "OUTBOUND_DENIED")]


def event(number: int, **more: Any) -> dict[str, Any]:
    content = {"specversion": "1.0", "id": str(number), "source": "/wac-guard", "type": "WacGuard.Fixed"}
    return {**content, "subject": "s", "time": "2026-01-05T08:00:00Z", "data": {}, **more}


async def test_one_event_that_is_not_understood_keeps_no_other_back(azure: LocalAzure, telling: Guard) -> None:
    events = [event(1), event(2, source=""), event(3)]
    await send_batch(telling.clients, Batch("s", "c", events))
    assert await publish_all(azure, telling) == []
    assert [one["id"] for one in azure.world.topic.received] == ["1", "3"]
    await azure.advance(300)
    (left,) = await queued(azure)
    assert ([one["id"] for one in left.events], left.attempt) == (["2"], 1)


async def test_many_events_go_in_as_many_messages_as_they_need(azure: LocalAzure, telling: Guard) -> None:
    events = [event(number, data={"message": "x" * 20_000}) for number in range(7)]
    await send_batch(telling.clients, Batch("s", "c", events))
    batches = await queued(azure)
    assert [len(batch.events) for batch in batches] == [2, 2, 2, 1]
    await publish_all(azure, telling)
    assert [one["id"] for one in azure.world.topic.received] == [str(number) for number in range(7)]


async def test_events_of_a_topic_that_is_not_set_any_more_are_dropped(
    azure: LocalAzure, telling: Guard, auditing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    await send_batch(telling.clients, Batch("s", "c", [event(1)]))
    await publish_all(azure, auditing)
    assert (heard(azure), await queued(azure)) == ([], [])
    assert "Events dropped: no topic is set any more" in caplog.text


@pytest.mark.parametrize("text", ["", "{}", '{"version": 2}', json.dumps({"subject": "s", "correlation_id": "c"})])
def test_what_are_no_events_is_no_message(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_batch(text)


async def test_events_that_were_given_up_are_logged_and_listed(
    azure: LocalAzure, telling: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    await send_batch(telling.clients, Batch("/subscriptions/s", "c-1", [event(1)]))
    message = await azure.storage.get_queue_client(PUBLICATIONS).receive_message()
    assert message is not None
    for text in (message.content, "no message"):
        await report_poisoned_events(telling, text)
    told, unreadable = [vars(record) for record in caplog.records if "given up" in record.getMessage()]
    assert (told["levelname"], told["subject"], told["correlation_id"]) == ("ERROR", "/subscriptions/s", "c-1")
    assert told["events"] == [{"id": "1", "type": "WacGuard.Fixed"}]
    assert (unreadable["levelname"], unreadable["subject"]) == ("ERROR", "unreadable")
    listed = await list_subjects(telling.clients)
    assert [(one.subject.partition(",")[0], one.status) for one in listed] == [
        ("events of /subscriptions/s", "UNKNOWN"),
        ("events of unreadable", "UNKNOWN"),
    ]


async def test_a_queue_out_of_reach_leaves_events_where_they_are(
    azure: LocalAzure, telling: Guard, struck: Strike
) -> None:
    azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, resource_type=TOPIC))
    await send_batch(telling.clients, Batch("s", "c", [event(1)]))
    message = await azure.storage.get_queue_client(PUBLICATIONS).receive_message(visibility_timeout=30)
    assert message is not None
    async with struck(telling, Outage(Broken.UNAVAILABLE, PUBLICATIONS, is_write=True)) as unlucky:
        with pytest.raises(AzureError):
            await publish_events(replace(unlucky), message.content)
    await azure.advance(30)
    await publish_all(azure, telling)
    assert [one["id"] for one in azure.world.topic.received] == ["1"]
