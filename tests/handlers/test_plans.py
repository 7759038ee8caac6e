"""Plans that wait: what the brake keeps back, and what becomes of it when a person releases it."""

from typing import Any

import pytest

from handlers.guard import Guard
from handlers.orders import order_hold
from handlers.release import release_plan
from simulator.build import add_extension
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import ENFORCE
from tests.handlers.requesting import Document, post, queued_subjects, report_of
from tests.handlers.sweeping import (
    OTHER,
    crowd,
    enforcing,
    installed,
    plans_of,
    subscription_of,
    sweep,
    the_plan,
    work,
)
from tests.handlers.test_applications import HOUR


async def test_more_changes_than_are_wanted_at_once_wait_for_a_person(azure: LocalAzure, make: MakeGuard) -> None:
    _, machines = crowd(azure.world, 3)
    guard = await enforcing(make, azure.world, WAC_MAX_CHANGES="2")
    await sweep(azure, guard)
    assert await queued_subjects(azure) == []
    report = await report_of(guard, subscription_of(azure.world))
    assert report["status"] == "NON_COMPLIANT"
    assert [finding["reason"] for finding in report["findings"]] == ["SWEEP_BRAKED", "SUBSCRIPTION_SWEPT"]
    plan = await the_plan(guard, azure.world)
    assert (plan["is_braked"], plan["changes"], plan["limit"], plan["machines"]) == (True, 3, 2, 3)
    assert sorted(part["subject"] for part in plan["parts"]) == sorted(machines)
    assert all("az vm extension set" in part["actions"][0]["azure_cli"] for part in plan["parts"])
    pages = {finding["page"] for part in plan["parts"] for finding in part["findings"]}
    assert pages == {"docs/findings.md#extension_missing"}


async def test_a_released_plan_is_carried_out_and_a_part_of_it_no_further(azure: LocalAzure, make: MakeGuard) -> None:
    _, machines = crowd(azure.world, 3)
    guard = await enforcing(make, azure.world, WAC_MAX_CHANGES="2")
    await sweep(azure, guard)
    plan = await the_plan(guard, azure.world)

    async def release(**more: Any) -> Document:
        answer, document = await post(
            release_plan, guard, subscription=azure.world.subscription_id, plan=plan["id"], **more
        )
        assert answer.status == 202, document
        return document

    document = await release(subjects=[machines[0]])
    assert (document["released"], document["not_permitted"]) == ([machines[0]], {})
    await work(azure, guard)
    assert [installed(azure.world, one) for one in machines] == [True, False, False]
    await release()
    await work(azure, guard)
    assert all(installed(azure.world, one) for one in machines)
    assert len(azure.world.requests.writes()) == 3
    told = await plans_of(guard, azure.world, plan=plan["id"])
    assert sorted(told["released"]) == sorted(machines)


async def test_what_was_released_is_not_written_where_a_live_look_finds_it_otherwise(
    azure: LocalAzure, make: MakeGuard
) -> None:
    _, machines = crowd(azure.world, 3)
    guard = await enforcing(make, azure.world, WAC_MAX_CHANGES="2")
    await sweep(azure, guard)
    plan = await the_plan(guard, azure.world)
    later = await make(**ENFORCE, WAC_ENFORCE_SCOPES=f"/subscriptions/{azure.world.subscription_id}", WAC_PORT="6600")
    await post(release_plan, later, subscription=azure.world.subscription_id, plan=plan["id"], subjects=[machines[0]])
    await work(azure, later, 60)
    assert azure.world.requests.writes() == []
    (action,) = (await report_of(later, machines[0]))["actions"]
    assert (action["outcome"], "not what was released" in action["message"]) == ("would do", True)


async def test_the_same_plan_goes_on_under_its_id_and_expires_when_no_sweep_comes_to_it(
    azure: LocalAzure, make: MakeGuard
) -> None:
    _, machines = crowd(azure.world, 3)
    guard = await enforcing(make, azure.world, WAC_MAX_CHANGES="2")
    await sweep(azure, guard)
    first = (await plans_of(guard, azure.world))["plans"]
    await sweep(azure, guard)
    second = (await plans_of(guard, azure.world))["plans"]
    assert [plan["id"] for plan in first] == [plan["id"] for plan in second]
    assert second[0]["seen_at"] > first[0]["seen_at"]
    add_extension(azure.world, machines[0], settings={"port": "6516", "salt": "salt"})
    await sweep(azure, guard)
    assert len((await plans_of(guard, azure.world))["plans"]) == 2
    for one in machines:
        if not installed(azure.world, one):
            add_extension(azure.world, one, settings={"port": "6516", "salt": "salt"})
    await azure.advance(24 * HOUR)
    asked = {"subscription": azure.world.subscription_id, "plan": first[0]["id"]}
    answer, problem = await post(release_plan, guard, **asked)
    assert (answer.status, "has expired" in problem["detail"]) == (409, True)
    await sweep(azure, guard)
    assert (await plans_of(guard, azure.world))["plans"] == []
    answer, _ = await post(release_plan, guard, **asked)
    assert answer.status == 404


async def test_in_an_audit_nothing_is_released_and_the_setting_to_change_is_named(
    azure: LocalAzure, make: MakeGuard
) -> None:
    crowd(azure.world, 3)
    guard = await make(WAC_MAX_CHANGES="2")
    await sweep(azure, guard)
    plan = await the_plan(guard, azure.world)
    answer, problem = await post(release_plan, guard, subscription=azure.world.subscription_id, plan=plan["id"])
    assert (answer.status, "WAC_EXTENSION_MODE" in problem["detail"]) == (403, True)
    assert await queued_subjects(azure) == []


async def test_whoever_is_held_is_neither_asked_for_nor_counted(azure: LocalAzure, make: MakeGuard) -> None:
    _, machines = crowd(azure.world, 3)
    guard = await enforcing(make, azure.world, WAC_MAX_CHANGES="2")
    answer, _ = await post(order_hold, guard, subject=machines[0], reason="ours")
    assert answer.status < 300
    await sweep(azure, guard)
    assert await queued_subjects(azure) == sorted(machines[1:])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "subscription"),
        ({"subscription": "web", "plan": "20260101T000000Z-0123456789ab"}, "give a GUID"),
        ({"subscription": OTHER, "plan": "that one"}, "is no id of a plan"),
        ({"subscription": OTHER, "plan": "20260101T000000Z-0123456789ab", "subjects": []}, "subjects"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_release_that_makes_no_sense_is_told_what_to_send(
    body: dict[str, Any], told: str, auditing: Guard
) -> None:
    answer, problem = await post(release_plan, auditing, **body)
    assert (answer.status, told in problem["detail"]) == (400, True)


async def test_a_release_of_what_is_not_in_the_plan_is_refused(azure: LocalAzure, make: MakeGuard) -> None:
    site, _ = crowd(azure.world, 3)
    guard = await enforcing(make, azure.world, WAC_MAX_CHANGES="2")
    await sweep(azure, guard)
    plan = await the_plan(guard, azure.world)
    asked = {"subscription": azure.world.subscription_id, "plan": plan["id"], "subjects": [site.nsg_id]}
    answer, problem = await post(release_plan, guard, **asked)
    assert (answer.status, "has no change of" in problem["detail"]) == (400, True)
    assert await queued_subjects(azure) == []
