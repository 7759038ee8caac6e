"""What is told to subscribers: with the SDK's own client, by way of the queue, to the simulator's topic."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import AzureError

from handlers.checks import receive_check
from handlers.guard import Guard
from handlers.lately import Lately
from handlers.poison import report_poison, report_poisoned_events
from handlers.publications import publish_events
from shared.azure.check_queue import write_check
from shared.azure.outbox import PUBLICATIONS, Batch, parse_batch, send_batch
from shared.azure.subjects import list_subjects
from shared.model.reason import Status
from shared.model.write import Fate
from simulator.build import add_lock
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, build_site, check_of
from tests.handlers.outages import Broken, Outage, Strike
from tests.handlers.queue_work import put, work_for
from tests.handlers.telling import heard, publish_all, queued
from tests.handlers.trails import past_of, trail_of

HOUR = 3600.0
TOPIC = "microsoft.eventgrid/topics"


@pytest.fixture
async def telling(make: MakeGuard, azure: LocalAzure) -> Guard:
    """A guard that audits, and tells subscribers."""
    return await make(WAC_EVENTS_TOPIC=azure.topic_url)


@pytest.fixture
async def mending(make: MakeGuard, azure: LocalAzure) -> Guard:
    """A guard that may write anywhere in the subscription, and tells subscribers."""
    scopes = f"/subscriptions/{azure.world.subscription_id}"
    return await make(WAC_EVENTS_TOPIC=azure.topic_url, WAC_ENFORCE_SCOPES=scopes, **ENFORCE)


async def check(guard: Guard, subject: str) -> None:
    await receive_check(guard, write_check(check_of(subject)))


async def test_what_is_found_is_told_once_and_so_is_its_end(azure: LocalAzure, telling: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    for _ in range(2):
        await check(telling, site.vm_id)
        await publish_all(azure, telling)
        await azure.advance(60)
    assert heard(azure) == [("FindingFound", "web", "OUTBOUND_DENIED")]
    (found,) = azure.world.topic.received
    assert (found["source"], found["subject"], found["specversion"]) == ("/wac-guard", site.vm_id, "1.0")
    assert "DenyAllOutbound" in found["data"]["messages"][0]
    assert found["data"]["correlation_id"] == check_of(site.vm_id).correlation_id
    azure.world.resources.pop(f"{site.nsg_id}/securityRules/DenyAllOutbound".lower())
    await check(telling, site.vm_id)
    await publish_all(azure, telling)
    resolved = azure.world.topic.received[-1]
    assert heard(azure)[1:] == [("FindingResolved", "web", "OUTBOUND_DENIED")]
    assert resolved["data"]["found"] == found["id"]


async def test_what_was_done_and_mended_is_told(azure: LocalAzure, mending: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    await check(mending, site.nsg_id)
    await work_for(azure, mending, HOUR)
    await publish_all(azure, mending)
    told = heard(azure)
    assert told.count(("Fixed", "nsg", None)) == 2
    assert told.count(("FindingFound", "nsg", "OUTBOUND_DENIED")) == 1
    assert told.count(("FindingResolved", "nsg", "OUTBOUND_DENIED")) == 1
    fixed = azure.world.topic.of_type("WacGuard.Fixed")
    assert {event["data"]["target"].rpartition("/")[2] for event in fixed} == {
        "PortForWACService",
        "PortForAADService",
    }
    assert {(event["data"]["action"], event["data"]["fate"]) for event in fixed} == {("PutSecurityRule", "done")}
    assert (await past_of(mending, site.nsg_id)).untold == ()


async def test_a_write_that_azure_refused_is_told(azure: LocalAzure, mending: Guard) -> None:
    site = build_site(azure.world)
    add_lock(azure.world, "rg-web", "freeze")
    await check(mending, site.vm_id)
    await publish_all(azure, mending)
    told = heard(azure)
    assert ("FixFailed", "web", None) in told
    assert ("FindingFound", "web", "LOCKED") in told
    (failed,) = azure.world.topic.of_type("WacGuard.FixFailed")
    assert failed["data"]["fate"] == "refused"
    assert failed["data"]["message"].startswith("ScopeLocked: The scope ")


async def test_a_refusal_that_was_heard_before_the_process_ended_stays_one_and_is_told(
    azure: LocalAzure, mending: Guard, struck: Strike
) -> None:
    site = build_site(azure.world)
    add_lock(azure.world, "rg-web", "freeze")
    await put(azure, check_of(site.vm_id, asked_at=azure.world.clock.now()))
    # The lease, in vain until there is a table, and anew; the intent; then what is to be told.
    outage = Outage(Broken.UNAVAILABLE, "wacsubjects", is_write=True, begin=4)
    async with struck(mending, outage) as unlucky:
        await work_for(azure, unlucky, 60)
        outage.is_over = True
        await work_for(azure, unlucky, HOUR / 2)
    await publish_all(azure, mending)
    trail = await trail_of(mending, site.vm_id)
    assert [write.fate for write in trail] == [Fate.REFUSED] * 2
    failed = azure.world.topic.of_type("WacGuard.FixFailed")
    assert [event["data"]["write"] for event in failed] == [write.id for write in trail]


async def test_a_spent_budget_is_told_once_however_many_it_keeps_back(azure: LocalAzure, make: MakeGuard) -> None:
    scopes = f"/subscriptions/{azure.world.subscription_id}"
    settings = {"WAC_EVENTS_TOPIC": azure.topic_url, "WAC_ENFORCE_SCOPES": scopes, "WAC_WRITES_PER_HOUR": "0"}
    guard, other = await make(**settings, **ENFORCE), await make(**settings, **ENFORCE)
    for name in ("one", "two", "three"):
        site = build_site(azure.world, name)
        await check(guard, site.vm_id)
    await publish_all(azure, guard)
    (spent,) = azure.world.topic.of_type("WacGuard.BudgetSpent")
    assert (spent["subject"], spent["data"]["reason"]) == ("/wac-guard", "BUDGET_SPENT")
    await check(other, build_site(azure.world, "four").vm_id)
    await publish_all(azure, other)
    assert {event["id"] for event in azure.world.topic.of_type("WacGuard.BudgetSpent")} == {spent["id"]}


async def test_without_a_topic_nothing_is_queued_or_remembered(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    await check(enforcing, site.nsg_id)
    await work_for(azure, enforcing, HOUR)
    assert await queued(azure) == []
    past = await past_of(enforcing, site.nsg_id)
    assert (past.told.at, past.untold) == (None, ())


async def test_a_topic_that_is_set_later_is_told_what_stands_then(
    azure: LocalAzure, auditing: Guard, telling: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    began = azure.world.clock.now()
    await check(auditing, site.vm_id)
    await azure.advance(HOUR)
    await check(telling, site.vm_id)
    await publish_all(azure, telling)
    (found,) = azure.world.topic.received
    assert found["data"]["since"] == f"{began:%Y-%m-%dT%H:%M:%SZ}"
    assert datetime.fromisoformat(found["time"]) == began + timedelta(hours=1)


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


# The lease is written twice, since at first there is no table.
BREAKING_OFF = {
    "queuing events": ("wac-publications/messages", 1),
    "queuing what follows": ("/wac-checks/messages", 1),
    "remembering what is told": ("wacsubjects", 3),
    "saving how it ended": ("wacsubjects", 4),
}


@pytest.mark.parametrize("kind", [Broken.UNAVAILABLE, Broken.DROPPED_AFTER])
@pytest.mark.parametrize("where", BREAKING_OFF)
async def test_a_look_that_breaks_off_tells_it_again_by_the_same_ids(
    where: str, kind: Broken, azure: LocalAzure, telling: Guard, struck: Strike
) -> None:
    site, (name, begin) = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True), BREAKING_OFF[where]
    await put(azure, check_of(site.vm_id, asked_at=azure.world.clock.now()))
    outage = Outage(kind, name, is_write=True, begin=begin)
    async with struck(telling, outage) as unlucky:
        await work_for(azure, unlucky, 60)
        assert outage.struck
        outage.is_over = True
        await work_for(azure, unlucky, 2 * HOUR)
    await publish_all(azure, telling)
    assert set(heard(azure)) >= {("FindingFound", "web", "OUTBOUND_DENIED")}
    of_vm = [event for event in azure.world.topic.received if event["subject"] == site.vm_id]
    assert len({event["id"] for event in of_vm}) == 1
    past = await past_of(telling, site.vm_id)
    assert (set(past.told.found), past.told.finding) == ({"OUTBOUND_DENIED"}, {})


async def test_a_check_that_is_given_up_is_told_and_over_with_the_next_look(
    azure: LocalAzure, telling: Guard, struck: Strike
) -> None:
    site = build_site(azure.world, installed=True)
    text = write_check(check_of(site.vm_id))
    async with struck(telling, Outage(Broken.UNAVAILABLE, PUBLICATIONS, is_write=True)) as unlucky:
        with pytest.raises(AzureError):
            await report_poison(unlucky, text)
    await report_poison(telling, text)
    await publish_all(azure, telling)
    assert heard(azure) == [("FindingFound", "web", "CHECK_FAILED")]
    await azure.advance(60)
    await check(telling, site.vm_id)
    await publish_all(azure, telling)
    assert heard(azure)[1:] == [("FindingResolved", "web", "CHECK_FAILED")]
    found, resolved = azure.world.topic.received
    assert resolved["data"]["found"] == found["id"]


def test_a_process_forgets_what_it_did_long_ago() -> None:
    lately = Lately(most=2)
    for name in ("one", "two", "three"):
        lately.add(name)
    assert [name in lately for name in ("one", "two", "three")] == [False, True, True]


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
