"""What goes wrong with a read ends as a later look or a finding: no error, no false calm, no write."""

from collections.abc import Collection
from datetime import timedelta

import pytest
from azure.core.exceptions import ClientAuthenticationError

from handlers.checks import answer_check, receive_check
from handlers.guard import Guard
from shared.azure.check_queue import write_check
from shared.model.plan import Outcome
from shared.model.reason import Reason, Status
from shared.turns import glance
from simulator.faults import ARM_FAULTS, Fault, FaultKind
from simulator.local import LocalAzure
from simulator.request_log import Kind
from tests.handlers.faults import DISPENSABLE, DROPPING, PASSING, READS, REFUSING, look_promptly, reasons, strike_read
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site, check_of, look

# Whose check is struck by what: an NSG's reads go the same ways as a VM's, so one of each sort will do.
SUBJECTS = {
    "vm_id": (*PASSING, *REFUSING),
    "nsg_id": (
        FaultKind.COMPUTE_THROTTLED,
        FaultKind.UNAVAILABLE,
        FaultKind.DROPPED_AFTER,
        FaultKind.DENY_ASSIGNMENT,
    ),
}


def test_the_tables_name_every_fault_that_strikes_a_request() -> None:
    assert PASSING.keys() | REFUSING.keys() == ARM_FAULTS


def struck(table: Collection[FaultKind]) -> list[tuple[str, FaultKind]]:
    return [(checked, kind) for checked, kinds in SUBJECTS.items() for kind in kinds if kind in table]


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize(("checked", "kind"), struck(PASSING))
async def test_a_read_that_fails_for_now_is_a_reason_to_look_again_and_for_nothing_else(
    checked: str, kind: FaultKind, name: str, azure: LocalAzure, guard: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,) if checked == "nsg_id" else ())
    strike_read(azure.world, kind, name)
    report = await look_promptly(guard, getattr(site, checked), kind)
    assert (report.status, reasons(report)) == (Status.UNKNOWN, {Reason.READ_FAILED})
    assert report.look_again_after == timedelta(seconds=PASSING[kind])
    assert (report.observed_at, report.actions, report.checks) == (None, (), ())
    assert azure.world.requests.writes() == []
    assert len(azure.world.faults.struck) == (2 if kind in DROPPING else 1)


@pytest.mark.parametrize("name", sorted(READS.keys() - {DISPENSABLE}))
@pytest.mark.parametrize(("checked", "kind"), struck(REFUSING))
async def test_a_read_that_is_refused_is_told_with_azures_code_and_nothing_is_written(
    checked: str, kind: FaultKind, name: str, azure: LocalAzure, guard: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,) if checked == "nsg_id" else ())
    strike_read(azure.world, kind, name)
    report = await look_promptly(guard, getattr(site, checked), kind)
    assert report.status is Status.UNKNOWN
    if name == "the sizes":
        assert reasons(report) == {Reason.MEMORY_UNKNOWN}
    else:
        (told,) = [finding.message for finding in report.findings if finding.reason is Reason.READ_FAILED]
        assert REFUSING[kind].code in told
    assert (report.actions, report.look_again_after) == ((), None)
    assert azure.world.requests.writes() == []
    assert len(azure.world.faults.struck) == 1


@pytest.mark.parametrize("kind", REFUSING)
async def test_without_the_service_tags_what_needs_no_prefixes_is_judged_all_the_same(
    kind: FaultKind, azure: LocalAzure, guard: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    strike_read(azure.world, kind, DISPENSABLE)
    report = await look_promptly(guard, site.nsg_id, kind)
    assert [result.outcome for result in report.actions] == [Outcome.STARTED, Outcome.STARTED]
    assert (await look_promptly(guard, site.vm_id, kind)).status is Status.PENDING
    assert len(azure.world.installs) == 1


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("kind", DROPPING)
async def test_a_connection_that_drops_once_costs_one_read_more_and_nothing_else(
    name: str, kind: FaultKind, azure: LocalAzure, guard: Guard
) -> None:
    site = build_site(azure.world, installed=True)
    strike_read(azure.world, kind, name, times=1)
    report = await look_promptly(guard, site.vm_id, kind)
    assert (report.status, report.look_again_after) == (Status.COMPLIANT, None)
    assert len(azure.world.requests) == 8


@pytest.mark.parametrize("asked", [17.0, 3600.0])
@pytest.mark.parametrize("attempt", [0, 5])
async def test_azures_own_wait_counts_however_often_one_looked(
    asked: float, attempt: int, azure: LocalAzure, guard: Guard
) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED, on=Kind.READ, path="/virtualMachines/", retry_after=asked))
    report = await look(guard, site.vm_id, attempt=attempt)
    assert report.look_again_after == timedelta(seconds=asked)


async def test_of_several_waits_that_azure_asks_for_the_longest_counts(azure: LocalAzure, guard: Guard) -> None:
    site = build_site(azure.world, installed=True)
    for path, seconds in (("/networkinterfaces/", 20.0), ("/servicetags", 40.0)):
        azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED, on=Kind.READ, path=path, retry_after=seconds))
    assert (await look(guard, site.vm_id)).look_again_after == timedelta(seconds=40)
    for path, seconds in (("/networkinterfaces/", 40.0), ("/servicetags", 20.0)):
        azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED, on=Kind.READ, path=path, retry_after=seconds))
    assert (await look(guard, site.vm_id)).look_again_after == timedelta(seconds=40)


async def test_without_a_wait_from_azure_each_look_waits_longer_up_to_an_hour_and_a_day_in_all(
    azure: LocalAzure, guard: Guard
) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, times=None))
    waits = [(await look(guard, site.vm_id, attempt=attempt)).look_again_after for attempt in range(25)]
    delays = [wait.total_seconds() for wait in waits if wait is not None]
    assert delays[:4] == [15, 30, 60, 120]
    assert max(delays) == delays[-1] == 3600
    assert len(delays) == 24
    assert waits[24] is None


async def test_without_a_token_for_azure_nothing_is_read_and_one_looks_again(
    azure: LocalAzure, auditing: Guard
) -> None:
    check = check_of(build_site(azure.world).vm_id)
    turn = await glance(auditing.clients, check.subject)
    azure.world.identity_header = "another"
    report = await answer_check(auditing, check, auditing.desired, turn)
    assert (report.status, reasons(report)) == (Status.UNKNOWN, {Reason.READ_FAILED})
    assert "identity header is missing or invalid" in report.findings[0].message
    assert report.look_again_after == timedelta(seconds=15)
    assert len(azure.world.requests) == 0


async def test_without_a_token_for_storage_nothing_is_looked_at_and_the_queue_brings_the_check_again(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    azure.world.identity_header = "another"
    with pytest.raises(ClientAuthenticationError):
        await receive_check(enforcing, write_check(check_of(site.vm_id)))
    assert len(azure.world.requests) == 0
