"""Sweeps: what is found without any event, what is left out without a word, and what does not answer."""

from handlers.guard import Guard
from handlers.lifting import order_lift
from handlers.plans import show_sweeps
from handlers.requests import request_check
from handlers.timers import begin_sweep
from shared.azure.check_queue import SWEEPS
from shared.model.resource_id import subscription_resource_id
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site
from tests.handlers.queue_work import work_for
from tests.handlers.requesting import post, queued_subjects, read, report_of
from tests.handlers.sweeping import (
    ESTATE,
    OTHER,
    enforcing,
    installed,
    plans_of,
    reasons_of,
    subscription_of,
    sweep,
    work,
)
from tests.handlers.test_applications import HOUR


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


async def test_a_vm_whose_end_no_event_told_of_is_reported_gone_after_the_next_sweep(
    azure: LocalAzure, make: MakeGuard
) -> None:
    build_site(azure.world, installed=True)
    gone = build_site(azure.world, "app")
    guard = await enforcing(make, azure.world)
    await sweep(azure, guard)
    await work(azure, guard)
    for key in [key for key in azure.world.resources if "/rg-app/" in key]:
        del azure.world.resources[key]
    azure.world.machines.pop(gone.vm_id.lower(), None)
    await sweep(azure, guard)
    await work(azure, guard, 60)
    assert await reasons_of(guard, gone.vm_id) == ["GONE"]
    await sweep(azure, guard)
    assert await queued_subjects(azure) == []


async def test_a_subscription_that_appears_is_told_and_swept_with_the_others(
    azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await enforcing(make, azure.world)
    await sweep(azure, guard)
    azure.world.subscriptions[OTHER] = OTHER
    await sweep(azure, guard)
    report = await report_of(guard, ESTATE)
    assert (report["status"], [one["reason"] for one in report["findings"]]) == (
        "COMPLIANT",
        ["SUBSCRIPTION_APPEARED"],
    )
    assert await reasons_of(guard, str(subscription_resource_id(OTHER))) == ["SUBSCRIPTION_SWEPT"]
    del azure.world.subscriptions[OTHER]
    await sweep(azure, guard)
    assert await reasons_of(guard, ESTATE) == ["SUBSCRIPTION_MISSING"]
    answer, _ = await post(order_lift, guard, subject=ESTATE)
    assert answer.status == 202
    await work_for(azure, guard, 60, SWEEPS)
    assert await reasons_of(guard, ESTATE) == []


async def test_a_quota_that_others_have_used_up_is_waited_for(azure: LocalAzure, make: MakeGuard) -> None:
    site = build_site(azure.world)
    guard = await enforcing(make, azure.world)
    azure.world.faults.add(
        Fault(FaultKind.ARM_THROTTLED, when=lambda _, path: path.endswith("/resources"), times=2, retry_after=3)
    )
    await sweep(azure, guard)
    assert await queued_subjects(azure) == [site.vm_id]
