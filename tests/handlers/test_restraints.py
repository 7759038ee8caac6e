"""What keeps the app from writing: each stops the next write at once, says so, and goes when it is lifted."""

import asyncio
from datetime import timedelta

import pytest

from handlers.guard import Guard
from shared.azure.leash import PARTITION, clear_failures, read_leash, set_stop
from shared.model.leash import Stop
from shared.model.plan import Outcome, Report
from shared.model.reason import Reason, Status
from shared.model.write import Fate
from simulator.build import add_lock, remove_restriction
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, build_site, look
from tests.handlers.trails import fates, past_of, trail_of, verify_trail

HOUR = 60 * 60
DAY = 24 * HOUR


async def look_at(azure: LocalAzure, guard: Guard, subject: str) -> Report:
    """Look as something that happened just now would have it, and not because a person insists."""
    return await look(guard, subject, asked_at=azure.world.clock.now())


async def enforcing_with(make: MakeGuard, azure: LocalAzure, **settings: str) -> Guard:
    return await make(**ENFORCE, WAC_ENFORCE_SCOPES=f"/subscriptions/{azure.world.subscription_id}", **settings)


def outcomes(report: Report) -> list[Outcome]:
    return [result.outcome for result in report.actions]


def told(report: Report, reason: Reason) -> str:
    """Give the message of the one finding of that reason."""
    (message,) = [finding.message for finding in report.findings if finding.reason is reason]
    return message


async def throw_switch_by_hand(azure: LocalAzure) -> None:
    """Make the row as a person does in Storage Explorer, without any of the app's own properties."""
    table = await azure.tables.create_table_if_not_exists("waccontrol")
    async with table:
        await table.upsert_entity({"PartitionKey": PARTITION, "RowKey": "kill_switch"})


@pytest.mark.parametrize("by_hand", [False, True], ids=["by the app", "by hand"])
async def test_the_kill_switch_stops_every_write_until_it_is_lifted(
    by_hand: bool, azure: LocalAzure, enforcing: Guard
) -> None:
    site, now = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,)), azure.world.clock.now()
    open_site = build_site(azure.world, "open")
    if by_hand:
        await throw_switch_by_hand(azure)
    else:
        await set_stop(enforcing.clients, "kill_switch", Stop(now, "the auditors are here"))
    for subject in (site.nsg_id, open_site.vm_id):
        report = await look_at(azure, enforcing, subject)
        assert set(outcomes(report)) == {Outcome.STOPPED}
        message = told(report, Reason.STOPPED_BY_KILL_SWITCH)
        assert '{"stop": "kill_switch"} to /api/lift' in message
        assert ("set by hand" if by_hand else "the auditors are here") in message
        assert (report.status, report.look_again_after) == (Status.NON_COMPLIANT, timedelta(hours=1))
        assert await trail_of(enforcing, subject) == []
    assert azure.world.requests.writes() == []
    await set_stop(enforcing.clients, "kill_switch", None)
    for subject in (site.nsg_id, open_site.vm_id):
        assert set(outcomes(await look_at(azure, enforcing, subject))) == {Outcome.STARTED}


async def test_the_kill_switch_thrown_between_two_writes_of_one_plan_stops_the_second(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    is_writing = asyncio.Event()

    def notice(method: str, path: str) -> bool:
        if method == "PUT" and path.endswith("/PortForWACService"):
            is_writing.set()
        return is_writing.is_set()

    azure.world.faults.add(Fault(FaultKind.TIME_OUT, when=notice))
    looking = asyncio.create_task(look_at(azure, enforcing, site.nsg_id))
    await is_writing.wait()
    await throw_switch_by_hand(azure)
    azure.world.faults.release()
    report = await looking
    assert outcomes(report) == [Outcome.POSTPONED, Outcome.STOPPED]
    assert [request.path.rsplit("/", 1)[1] for request in azure.world.requests.writes()] == ["PortForWACService"]
    assert await fates(enforcing, site.nsg_id) == [("PutSecurityRule", "PortForWACService", Fate.UNKNOWN)]


async def test_the_budget_is_one_over_all_subjects_and_instances_and_goes_on_by_itself(
    azure: LocalAzure, make: MakeGuard
) -> None:
    guards = [await enforcing_with(make, azure, WAC_WRITES_PER_HOUR="3") for _ in range(2)]
    sites = [build_site(azure.world, f"web{number}") for number in range(6)]
    # The services' sizes and tags are read by now: all spend at the same moment.
    for guard in guards:
        await look(guard, build_site(azure.world, f"well{guards.index(guard)}", installed=True).vm_id)
    reports = await asyncio.gather(
        *(look_at(azure, guards[number % 2], site.vm_id) for number, site in enumerate(sites))
    )
    assert len(azure.world.installs) == 3
    spent = [report for report in reports if outcomes(report) == [Outcome.POSTPONED]]
    assert len(spent) == 3
    for report in spent:
        assert "WAC_WRITES_PER_HOUR=3" in told(report, Reason.BUDGET_SPENT)
        assert report.status is Status.NON_COMPLIANT
        assert report.look_again_after is not None
        assert HOUR <= report.look_again_after.total_seconds() < 1.5 * HOUR
    await azure.advance(HOUR)
    for report in spent:
        assert outcomes(await look_at(azure, guards[0], str(report.check.subject))) == [Outcome.STARTED]
    assert len(azure.world.installs) == 6


async def test_a_budget_of_nothing_writes_nothing(azure: LocalAzure, make: MakeGuard) -> None:
    site = build_site(azure.world)
    guard = await enforcing_with(make, azure, WAC_WRITES_PER_HOUR="0")
    report = await look_at(azure, guard, site.vm_id)
    assert (outcomes(report), "nothing is written" in told(report, Reason.BUDGET_SPENT)) == (
        [Outcome.POSTPONED],
        True,
    )
    assert azure.world.requests.writes() == []


async def test_a_subject_that_is_written_more_often_than_it_should_ever_need_rests_for_an_hour(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.BUSY, method="PUT", times=10, retry_after=-1))
    for _ in range(10):
        assert outcomes(await look(enforcing, site.vm_id)) == [Outcome.POSTPONED]
        await azure.advance(60)
    report = await look(enforcing, site.vm_id)
    assert outcomes(report) == [Outcome.POSTPONED]
    assert "10 times within an hour" in told(report, Reason.WRITTEN_TOO_OFTEN)
    assert report.look_again_after == timedelta(minutes=50)
    assert len(azure.world.requests.writes()) == 10
    await azure.advance(50 * 60)
    assert outcomes(await look(enforcing, site.vm_id)) == [Outcome.STARTED]


async def test_five_new_failures_in_a_row_stop_the_whole_app_until_somebody_lifts_that(
    azure: LocalAzure, enforcing: Guard
) -> None:
    sites = [build_site(azure.world, f"web{number}") for number in range(6)]
    azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, method="PUT", times=5))
    for site in sites[:5]:
        report = await look_at(azure, enforcing, site.vm_id)
        assert outcomes(report) == [Outcome.REFUSED]
    for _ in range(2):
        report = await look_at(azure, enforcing, sites[5].vm_id)
        assert (outcomes(report), report.look_again_after) == ([Outcome.STOPPED], timedelta(hours=1))
        message = told(report, Reason.STOPPED_BY_FAILURES)
        assert '{"stop": "failures"} to /api/lift' in message
        assert all(f"/web{number}/extensions/AdminCenter" in message for number in range(5))
        await azure.advance(DAY)
    assert len(azure.world.requests.writes()) == 5
    await clear_failures(enforcing.clients)
    assert outcomes(await look_at(azure, enforcing, sites[5].vm_id)) == [Outcome.STARTED]


async def test_what_is_refused_for_the_same_again_and_again_is_one_failure(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.SCOPE_LOCKED, method="PUT", times=None))
    for _ in range(8):
        assert outcomes(await look(enforcing, site.vm_id)) == [Outcome.REFUSED]
        await azure.advance(10 * 60)
    assert len((await read_leash(enforcing.clients)).failures) == 1


async def test_an_install_that_failed_is_a_failure_and_one_that_ended_well_ends_the_row(
    azure: LocalAzure, enforcing: Guard
) -> None:
    bad, good = build_site(azure.world, "bad"), build_site(azure.world, "good")
    azure.world.faults.add(Fault(FaultKind.FAILED_INSTALL, path="/virtualmachines/bad/"))
    for site in (bad, good):
        await look_at(azure, enforcing, site.vm_id)
    await azure.advance(20 * 60)
    await look_at(azure, enforcing, bad.vm_id)
    (failure,) = (await read_leash(enforcing.clients)).failures
    assert failure.target == f"{bad.vm_id}/extensions/AdminCenter"
    await look_at(azure, enforcing, good.vm_id)
    assert (await read_leash(enforcing.clients)).failures == ()


PAUSES = [1, 2, 4, 8, 16, 24, 24]


async def test_what_was_refused_is_tried_again_ever_more_rarely_and_at_last_once_a_day(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    lock = add_lock(azure.world, "rg-web", "freeze")
    for number, hours in enumerate(PAUSES, 1):
        report = await look_at(azure, enforcing, site.vm_id)
        assert report.look_again_after == timedelta(hours=hours)
        assert "freeze" in told(report, Reason.LOCKED) or "rg-web" in told(report, Reason.LOCKED)
        await azure.advance(hours * HOUR - 1)
        await look_at(azure, enforcing, site.vm_id)
        assert len(azure.world.requests.writes()) == number
        await azure.advance(1)
    remove_restriction(azure.world, lock)
    assert outcomes(await look_at(azure, enforcing, site.vm_id)) == [Outcome.STARTED]
    await azure.advance(HOUR)
    assert (await look_at(azure, enforcing, site.vm_id)).status is Status.COMPLIANT
    assert (await past_of(enforcing, site.vm_id)).setbacks == {}
    await verify_trail(azure, enforcing, site.vm_id)


async def test_somebody_who_insists_has_what_was_refused_tried_at_once(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world)
    lock = add_lock(azure.world, "rg-web", "freeze")
    await look_at(azure, enforcing, site.vm_id)
    remove_restriction(azure.world, lock)
    assert outcomes(await look_at(azure, enforcing, site.vm_id)) == [Outcome.REFUSED]
    assert outcomes(await look(enforcing, site.vm_id)) == [Outcome.STARTED]


async def test_something_else_than_what_was_refused_is_written_at_once(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    azure.world.faults.add(Fault(FaultKind.POLICY_REFUSAL, method="PUT", times=2))
    assert outcomes(await look_at(azure, enforcing, site.nsg_id)) == [Outcome.REFUSED] * 2
    assert outcomes(await look_at(azure, enforcing, site.nsg_id)) == [Outcome.REFUSED] * 2
    azure.world.resources[f"{site.nsg_id}/securityRules/DenyAllOutbound"]["properties"]["priority"] = 300
    assert outcomes(await look_at(azure, enforcing, site.nsg_id)) == [Outcome.STARTED] * 2
