"""What is told to subscribers: with the SDK's own client, by way of the queue, to the simulator's topic."""

from datetime import datetime, timedelta

import pytest
from azure.core.exceptions import AzureError

from handlers.checks import receive_check
from handlers.guard import Guard
from handlers.lately import Lately
from handlers.poison import report_poison
from shared.azure.check_queue import write_check
from shared.azure.outbox import PUBLICATIONS
from shared.model.write import Fate
from simulator.build import add_lock
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, build_site, check_of
from tests.handlers.outages import Broken, Outage, Strike
from tests.handlers.queue_work import put, work_for
from tests.handlers.telling import heard, publish_all, queued
from tests.handlers.trails import past_of, trail_of

HOUR = 3600.0


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
    settings["WAC_DOCUMENTATION"] = "https://wiki.contoso.com/wac"
    guard, other = await make(**settings, **ENFORCE), await make(**settings, **ENFORCE)
    for name in ("one", "two", "three"):
        site = build_site(azure.world, name)
        await check(guard, site.vm_id)
    await publish_all(azure, guard)
    (spent,) = azure.world.topic.of_type("WacGuard.BudgetSpent")
    assert (spent["subject"], spent["data"]["reason"]) == ("/wac-guard", "BUDGET_SPENT")
    assert spent["data"]["page"] == "https://wiki.contoso.com/wac/findings.md#budget_spent"
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
