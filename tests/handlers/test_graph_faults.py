"""What goes wrong with a read through Graph ends as a later look or a finding: no error, no false calm, no write."""

from datetime import timedelta

import pytest

from handlers.guard import Guard
from handlers.timers import begin_audit
from shared.azure.check_queue import REDIRECTS
from shared.model.plan import Outcome
from shared.model.reason import Reason, Status
from shared.model.resource_id import HOME_TENANT
from simulator.build import add_older_gateway
from simulator.faults import GRAPH_FAULTS, Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.faults import look_promptly, prompt, reasons
from tests.handlers.graph_faults import PASSING, READS, REFUSING, Read, build_pages, change_all
from tests.handlers.queue_work import work_for
from tests.handlers.test_applications import HOST, MIGRATE, WEB, patches, subject_of
from tests.handlers.test_tenant import DAY, HOUR, LIST, audit, reported, status_of_audit
from tests.handlers.trails import past_of


@pytest.fixture
async def migrating(make: MakeGuard) -> Guard:
    return await make(**MIGRATE)


async def audit_now(azure: LocalAzure, guard: Guard, kind: FaultKind) -> None:
    """Let the timer come, and all that follows from it at once."""
    await begin_audit(guard)
    async with prompt(guard, kind) as prompted:
        await work_for(azure, prompted, 0, REDIRECTS)


async def audit_again(azure: LocalAzure, guard: Guard, kind: FaultKind) -> None:
    """Let an hour pass; what was refused is asked for again the next day."""
    if kind in REFUSING:
        await begin_audit(guard)
    await work_for(azure, guard, HOUR, REDIRECTS)


def test_the_tables_name_every_fault_that_strikes_a_request_to_graph() -> None:
    assert PASSING.keys() | REFUSING.keys() == GRAPH_FAULTS


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
@pytest.mark.parametrize(("kind", "seconds"), PASSING.items(), ids=PASSING.keys())
async def test_a_read_that_fails_for_now_is_a_reason_to_look_again_and_for_nothing_else(
    read: Read, kind: FaultKind, seconds: int, azure: LocalAzure, migrating: Guard
) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    read.strike(azure.world, kind, gateway)
    report = await look_promptly(migrating, read.subject(gateway), kind)
    assert (report.status, reasons(report)) == (Status.UNKNOWN, {Reason.READ_FAILED})
    assert report.look_again_after == timedelta(seconds=seconds)
    assert (report.observed_at, report.actions, report.checks) == (None, (), ())
    assert patches(azure.world) == []
    assert len(azure.world.faults.struck) == 1


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
async def test_a_read_that_is_refused_is_told_with_graphs_code_where_it_counts(
    read: Read, azure: LocalAzure, migrating: Guard
) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    read.strike(azure.world, FaultKind.AUTHORIZATION_FAILED, gateway)
    report = await look_promptly(migrating, read.subject(gateway), FaultKind.AUTHORIZATION_FAILED)
    if read.is_dispensable:
        assert [result.outcome for result in report.actions] == [Outcome.STARTED]
        assert len(patches(azure.world)) == 1
        return
    (finding,) = report.findings
    assert (report.status, finding.reason) == (Status.UNKNOWN, Reason.READ_FAILED)
    assert REFUSING[FaultKind.AUTHORIZATION_FAILED] in finding.message
    assert (report.actions, report.look_again_after, patches(azure.world)) == ((), None, [])


@pytest.mark.parametrize("asked", [17.0, 3600.0])
@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
@pytest.mark.parametrize("attempt", [0, 5])
async def test_graphs_own_wait_counts_however_often_one_looked(
    read: Read, asked: float, attempt: int, azure: LocalAzure, migrating: Guard
) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    read.strike(azure.world, FaultKind.GRAPH_THROTTLED, gateway, times=1, retry_after=asked)
    report = await look_promptly(migrating, read.subject(gateway), FaultKind.GRAPH_THROTTLED, attempt=attempt)
    assert report.look_again_after == timedelta(seconds=asked)


@pytest.mark.parametrize("kind", sorted(GRAPH_FAULTS))
@pytest.mark.parametrize("page", [1, 2, 3])
async def test_an_audit_that_fails_at_any_page_goes_on_from_there_and_leaves_nobody_out(
    page: int, kind: FaultKind, azure: LocalAzure, auditing: Guard
) -> None:
    found = set(build_pages(azure.world))
    READS["a page of the audit"].strike(azure.world, kind, skip=page - 1)
    await audit_now(azure, auditing, kind)
    assert await status_of_audit(auditing) is Status.UNKNOWN
    azure.world.faults.clear()
    azure.world.requests.clear()
    await audit_again(azure, auditing, kind)
    assert await status_of_audit(auditing) is Status.COMPLIANT
    assert set(await reported(auditing)) == found
    pages = [one for one in azure.world.requests if one.path.lower() == LIST]
    assert len(pages) == 4 - page


@pytest.mark.parametrize("kind", sorted(GRAPH_FAULTS))
async def test_a_change_that_cannot_be_read_again_keeps_its_page_from_being_dealt_with(
    kind: FaultKind, azure: LocalAzure, auditing: Guard
) -> None:
    gateways = build_pages(azure.world)
    await audit(azure, auditing, DAY)
    before = (await past_of(auditing, str(HOME_TENANT))).audit
    change_all(azure.world, *gateways)
    READS["the registration"].strike(azure.world, kind, gateways[1], times=1)
    await audit_now(azure, auditing, kind)
    assert await status_of_audit(auditing) is Status.UNKNOWN
    assert (await past_of(auditing, str(HOME_TENANT))).audit == before
    await audit_again(azure, auditing, kind)
    assert await status_of_audit(auditing) is Status.COMPLIANT
    for one in gateways:
        gateway = (await past_of(auditing, subject_of(one))).gateway
        assert gateway is not None
        assert "changed.contoso.com" in gateway.hosts


async def test_throttled_again_and_again_it_waits_as_long_as_graph_asks_and_leaves_nobody_out(
    azure: LocalAzure, auditing: Guard
) -> None:
    found = set(build_pages(azure.world))
    for asked in (7.0, 300.0, 2.0):
        azure.world.faults.add(Fault(FaultKind.GRAPH_THROTTLED, path="/v1.0/applications", retry_after=asked))
    began = azure.world.clock.now()
    await audit(azure, auditing)
    assert [fault.retry_after for fault, _, _ in azure.world.faults.struck] == [7.0, 300.0, 2.0]
    sent = sorted({(one.time - began).total_seconds() for one in azure.world.requests})
    assert sent[:4] == [0.0, 7.0, 307.0, 309.0]
    assert set(await reported(auditing)) == found
