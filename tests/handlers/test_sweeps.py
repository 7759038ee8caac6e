"""Sweeps: what is found without any event, what the brake keeps back, what a person releases, what is left out."""

from typing import Any

import pytest

from handlers.guard import Guard
from handlers.lifting import order_lift
from handlers.orders import order_hold
from handlers.plans import show_plans, show_sweeps
from handlers.release import release_plan
from handlers.requests import request_check
from handlers.timers import begin_sweep
from shared.azure.check_queue import CHECKS, SWEEPS
from shared.model.resource_id import WHOLE_ESTATE, subscription_resource_id
from simulator.build import add_extension, add_virtual_machine, subnet_id
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, Site, build_site
from tests.handlers.queue_work import work_for
from tests.handlers.requesting import Document, post, queued_subjects, read, report_of
from tests.handlers.test_applications import HOUR

ESTATE = str(WHOLE_ESTATE)


async def sweep(azure: LocalAzure, guard: Guard) -> None:
    """Let the timer come, and all sweeps that follow from it, but no check that they ask for."""
    await azure.advance(HOUR)
    await begin_sweep(guard)
    assert await work_for(azure, guard, 60, SWEEPS) == []


async def work(azure: LocalAzure, guard: Guard, seconds: float = HOUR) -> None:
    assert await work_for(azure, guard, seconds, CHECKS) == []


async def enforcing(make: MakeGuard, world: World, **settings: str) -> Guard:
    guard = await make(**ENFORCE, WAC_ENFORCE_SCOPES=f"/subscriptions/{world.subscription_id}", **settings)
    guard.clients.pause = lambda pause: world.clock.advance(pause.total_seconds())
    return guard


def subscription_of(world: World) -> str:
    return str(subscription_resource_id(world.subscription_id))


async def reasons_of(guard: Guard, subject: str) -> list[str]:
    return [finding["reason"] for finding in (await report_of(guard, subject))["findings"]]


async def plans_of(guard: Guard, world: World, **query: str) -> Document:
    return read(await show_plans(guard, {"subscription": world.subscription_id, **query}))


async def the_plan(guard: Guard, world: World) -> Document:
    """Give the newest plan, with its parts."""
    newest = (await plans_of(guard, world))["plans"][0]
    return await plans_of(guard, world, plan=newest["id"])


def crowd(world: World, count: int) -> tuple[Site, list[str]]:
    """Build a site with so many VMs in it, none of which has the extension."""
    site = build_site(world)
    more = [
        add_virtual_machine(world, "rg-web", f"web-{n}", subnet=subnet_id(site.network_id)) for n in range(1, count)
    ]
    return site, [site.vm_id, *more]


def installed(world: World, vm_id: str) -> bool:
    return f"{vm_id}/extensions/AdminCenter" in world.resources


async def test_what_no_event_told_of_is_found_by_the_next_sweep_and_mended(
    azure: LocalAzure, make: MakeGuard
) -> None:
    site = build_site(azure.world, rules=[DENY_ALL_OUTBOUND])
    guard = await enforcing(make, azure.world)
    await sweep(azure, guard)
    assert azure.world.requests.writes() == []
    assert await queued_subjects(azure) == [site.nsg_id]
    await work(azure, guard)
    assert installed(azure.world, site.vm_id)
    assert (await report_of(guard, site.vm_id))["status"] == "COMPLIANT"


async def test_once_all_is_well_a_sweep_asks_for_nothing_and_keeps_a_line(azure: LocalAzure, make: MakeGuard) -> None:
    build_site(azure.world, installed=True)
    guard = await enforcing(make, azure.world)
    for _ in range(3):
        await sweep(azure, guard)
    assert await queued_subjects(azure) == []
    assert (await plans_of(guard, azure.world))["plans"] == []
    sweeps = read(await show_sweeps(guard, {"subscription": azure.world.subscription_id}))["sweeps"]
    assert [(line["machines"], line["changes"], line["checks"]) for line in sweeps] == [(1, 0, 0)] * 3
    assert sorted((line["at"] for line in sweeps), reverse=True) == [line["at"] for line in sweeps]
    assert await reasons_of(guard, subscription_of(azure.world)) == ["SUBSCRIPTION_SWEPT"]
    assert await reasons_of(guard, ESTATE) == []


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


async def test_what_a_look_has_just_seen_live_is_not_judged_by_what_resource_graph_still_shows(
    azure: LocalAzure, make: MakeGuard
) -> None:
    site = build_site(azure.world)
    guard = await enforcing(make, azure.world)
    await azure.advance(HOUR)
    azure.world.resource_graph.lag_seconds = 600
    answer, _ = await post(request_check, guard, subject=site.vm_id, mode="enforce")
    assert answer.status == 202
    await work(azure, guard, 120)
    await begin_sweep(guard)
    assert await work_for(azure, guard, 30, SWEEPS) == []
    assert await queued_subjects(azure) == []
    assert len(azure.world.requests.writes()) == 1


async def test_something_new_that_nothing_can_be_written_for_is_looked_at_live_once(
    azure: LocalAzure, make: MakeGuard
) -> None:
    site = build_site(azure.world, installed=True)
    guard = await enforcing(make, azure.world)
    await sweep(azure, guard)
    vm = azure.world.resources[site.vm_id]
    vm["properties"]["hardwareProfile"]["vmSize"] = "Standard_Unheard_of"
    await sweep(azure, guard)
    assert await queued_subjects(azure) == sorted([site.vm_id, site.nsg_id])
    await work(azure, guard, 60)
    assert await reasons_of(guard, site.vm_id) == ["MEMORY_UNKNOWN"]
    await sweep(azure, guard)
    assert await queued_subjects(azure) == []


async def test_vms_that_resource_graph_leaves_out_without_a_word_are_missed_and_nothing_is_decided(
    azure: LocalAzure, make: MakeGuard
) -> None:
    build_site(azure.world, installed=True)
    build_site(azure.world, "app", installed=True)
    guard = await enforcing(make, azure.world)
    await sweep(azure, guard)
    azure.world.resource_graph.omitted.add(f"/subscriptions/{azure.world.subscription_id}/resourceGroups/rg-app")
    missing = build_site(azure.world, "new")
    await sweep(azure, guard)
    report = await report_of(guard, subscription_of(azure.world))
    assert (report["status"], [one["reason"] for one in report["findings"]]) == ("UNKNOWN", ["MACHINES_MISSING"])
    assert await queued_subjects(azure) == []
    answer, _ = await post(order_lift, guard, subject=subscription_of(azure.world))
    assert answer.status == 202
    assert await work_for(azure, guard, 60, SWEEPS) == []
    assert await reasons_of(guard, subscription_of(azure.world)) == ["SUBSCRIPTION_SWEPT"]
    assert await queued_subjects(azure) == [missing.vm_id]


async def test_vms_that_are_really_gone_are_nothing_to_tell_of(azure: LocalAzure, make: MakeGuard) -> None:
    build_site(azure.world, installed=True)
    gone = build_site(azure.world, "app", installed=True)
    guard = await enforcing(make, azure.world)
    await sweep(azure, guard)
    for key in [key for key in azure.world.resources if "/rg-app/" in key]:
        del azure.world.resources[key]
    azure.world.machines.pop(gone.vm_id.lower(), None)
    await sweep(azure, guard)
    report = await report_of(guard, subscription_of(azure.world))
    assert [one["reason"] for one in report["findings"]] == ["SUBSCRIPTION_SWEPT"]


async def test_a_subscription_that_is_refused_is_unknown_and_a_line_is_not_kept(
    azure: LocalAzure, make: MakeGuard
) -> None:
    build_site(azure.world)
    guard = await enforcing(make, azure.world)
    azure.world.resource_graph.omitted.add(subscription_of(azure.world))
    await put_sweep(azure, guard)
    report = await report_of(guard, subscription_of(azure.world))
    assert (report["status"], [one["reason"] for one in report["findings"]]) == ("UNKNOWN", ["READ_FAILED"])
    assert read(await show_sweeps(guard, {"subscription": azure.world.subscription_id}))["sweeps"] == []


async def put_sweep(azure: LocalAzure, guard: Guard) -> None:
    """Have the one subscription swept, though nothing lists it."""
    answer, _ = await post(request_check, guard, subject=subscription_of(azure.world))
    assert answer.status == 202
    assert await work_for(azure, guard, 60, SWEEPS) == []


OTHER = "99999999-8888-4777-8666-555555555555"


async def test_a_named_subscription_that_cant_be_seen_is_told_and_the_others_are_swept(
    azure: LocalAzure, make: MakeGuard
) -> None:
    build_site(azure.world, installed=True)
    guard = await enforcing(make, azure.world, WAC_SUBSCRIPTIONS=f"{azure.world.subscription_id},{OTHER}")
    await sweep(azure, guard)
    report = await report_of(guard, ESTATE)
    assert (report["status"], [one["reason"] for one in report["findings"]]) == ("UNKNOWN", ["SUBSCRIPTION_MISSING"])
    assert OTHER in report["findings"][0]["message"]
    assert await reasons_of(guard, subscription_of(azure.world)) == ["SUBSCRIPTION_SWEPT"]


async def test_when_none_can_be_seen_the_estate_is_unknown(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await enforcing(make, azure.world)
    azure.world.resource_graph.omitted.add(subscription_of(azure.world))
    await sweep(azure, guard)
    report = await report_of(guard, ESTATE)
    assert (report["status"], [one["reason"] for one in report["findings"]]) == ("UNKNOWN", ["READ_FAILED"])


async def test_a_timer_that_comes_twice_has_each_subscription_swept_once(azure: LocalAzure, make: MakeGuard) -> None:
    build_site(azure.world, installed=True)
    guard = await enforcing(make, azure.world)
    await azure.advance(HOUR)
    await begin_sweep(guard)
    await begin_sweep(guard)
    await work_for(azure, guard, 60, SWEEPS)
    await begin_sweep(guard)
    await work_for(azure, guard, 60, SWEEPS)
    sweeps = read(await show_sweeps(guard, {"subscription": azure.world.subscription_id}))["sweeps"]
    assert len(sweeps) == 1


async def test_a_sweep_that_fails_in_passing_is_made_up_for(azure: LocalAzure, make: MakeGuard) -> None:
    site = build_site(azure.world)
    guard = await enforcing(make, azure.world)
    failures = Fault(FaultKind.UNAVAILABLE, when=lambda _, path: path.endswith("/resources"), times=2)
    azure.world.faults.add(failures)
    await azure.advance(HOUR)
    await begin_sweep(guard)
    await work_for(azure, guard, 600, SWEEPS)
    assert await queued_subjects(azure) == [site.vm_id]


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
