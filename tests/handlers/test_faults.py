"""What goes wrong with a request ends as a later look or a finding: no error, no false calm, no second write."""

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

# The SDKs take seconds to import: here, so that no time-out runs meanwhile.
import azure.mgmt.compute.models
import azure.mgmt.network.models
import azure.mgmt.resource.resources.models  # noqa: F401 - see above
import pytest

from handlers.guard import Guard
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.model.plan import Outcome, Reason, Report, Status
from simulator.build import add_extension
from simulator.faults import INSTALL_FAULTS, Fault, FaultKind
from simulator.local import LocalAzure
from simulator.request_log import Kind
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, Site, build_site, look

# Seconds until the next look: what Azure asked for, or the first of the growing delays.
PASSING = {
    FaultKind.ARM_THROTTLED: 17,
    FaultKind.COMPUTE_THROTTLED: 30,
    FaultKind.BUSY: 11,
    FaultKind.NOT_PROVISIONED: 15,
    FaultKind.ANOTHER_OPERATION: 15,
    FaultKind.INTERNAL_ERROR: 15,
    FaultKind.BAD_GATEWAY: 15,
    FaultKind.UNAVAILABLE: 15,
    FaultKind.UNAVAILABLE_WITHOUT_BODY: 15,
    FaultKind.DROPPED_BEFORE: 15,
    FaultKind.DROPPED_AFTER: 15,
    FaultKind.TIME_OUT: 15,
}
REFUSING = {
    FaultKind.SCOPE_LOCKED: "ScopeLocked",
    FaultKind.POLICY_REFUSAL: "RequestDisallowedByPolicy",
    FaultKind.AUTHORIZATION_FAILED: "AuthorizationFailed",
    FaultKind.LINKED_AUTHORIZATION_FAILED: "LinkedAuthorizationFailed",
    FaultKind.DENY_ASSIGNMENT: "DenyAssignmentAuthorizationFailed",
}
DROPPING = (FaultKind.DROPPED_BEFORE, FaultKind.DROPPED_AFTER)
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

# How the path of each read that a check makes ends.
READS = {
    "the VM": "/virtualmachines/web",
    "its resource group": "/resourcegroups/rg-web",
    "its interface": "/networkinterfaces/web-nic",
    "its network": "/virtualnetworks/vnet",
    "the NSG": "/networksecuritygroups/nsg",
    "the sizes": "/skus",
    "the service tags": "/servicetags",
}
# Without it a check goes on: what the tags' prefixes would tell is only needed where a rule names other prefixes.
DISPENSABLE = "the service tags"

# Azure asks to wait for 11 seconds or more: who is done sooner did not sleep.
PROMPT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Write:
    """A write that a check makes: of what subject's check, and where it goes. `count`: so many of its kind."""

    subject: str
    method: str
    path: str
    count: int = 1

    def build(self, world: World) -> Site:
        rules = (DENY_ALL_OUTBOUND,) if self.path == "/securityrules/" else ()
        site = build_site(world, rules=rules)
        if self.method == "PATCH":
            add_extension(world, site.vm_id, settings={"port": "6600"}, version="0.0.0.100")
        return site


WRITES = {
    "installing": Write("vm_id", "PUT", "/extensions/"),
    "refreshing": Write("vm_id", "PATCH", "/extensions/"),
    "putting rules": Write("nsg_id", "PUT", "/securityrules/", count=2),
}


@pytest.fixture
async def guard(make: MakeGuard, azure: LocalAzure) -> Guard:
    return await make(
        WAC_EXTENSION_MODE="enforce",
        WAC_NETWORK_MODE="enforce",
        WAC_ENFORCE_SCOPES=f"/subscriptions/{azure.world.subscription_id}",
        WAC_MINIMUM_EXTENSION_VERSION="0.0.0.345",
    )


async def look_promptly(guard: Guard, subject: str, kind: FaultKind) -> Report:
    """Look as ever, but without the minute that an Azure which never answers would be given."""
    patience = 0.3 if kind is FaultKind.TIME_OUT else 60
    clients = AzureClients(guard.settings, answer_within=patience)
    try:
        async with asyncio.timeout(PROMPT_SECONDS):
            return await look(replace(guard, clients=clients, facts=AzureFacts(clients)), subject)
    finally:
        await clients.close()


def strike_read(world: World, kind: FaultKind, name: str, times: int | None = None) -> None:
    def is_struck(_: str, path: str) -> bool:
        return path.lower().endswith(READS[name])

    world.faults.add(Fault(kind, on=Kind.READ, when=is_struck, times=times))


def strike_write(world: World, kind: FaultKind, write: Write) -> Fault:
    return world.faults.add(Fault(kind, method=write.method, path=write.path, times=None))


def reasons(report: Report) -> set[Reason]:
    return {finding.reason for finding in report.findings}


def test_the_tables_name_every_fault_that_strikes_a_request() -> None:
    assert PASSING.keys() | REFUSING.keys() == set(FaultKind) - INSTALL_FAULTS


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
        assert REFUSING[kind] in told
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


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
@pytest.mark.parametrize(("kind", "seconds"), PASSING.items(), ids=PASSING.keys())
async def test_a_write_that_fails_for_now_is_sent_once_and_looked_at_again(
    write: Write, kind: FaultKind, seconds: int, azure: LocalAzure, guard: Guard
) -> None:
    site = write.build(azure.world)
    fault = strike_write(azure.world, kind, write)
    report = await look_promptly(guard, getattr(site, write.subject), kind)
    assert [result.outcome for result in report.actions] == [Outcome.POSTPONED] * write.count
    assert report.status is Status.NON_COMPLIANT
    assert report.look_again_after is not None
    assert timedelta(seconds=seconds) <= report.look_again_after <= timedelta(seconds=seconds + 15)
    sent = Counter(request.path for request in azure.world.requests.writes())
    assert list(sent.values()) == [1] * write.count
    azure.world.faults.remove(fault)
    await azure.advance(report.look_again_after.total_seconds())
    assert (await look_promptly(guard, getattr(site, write.subject), kind)).status <= Status.PENDING
    await azure.advance(10 * 60)
    assert (await look_promptly(guard, getattr(site, write.subject), kind)).status is Status.COMPLIANT
    assert len(azure.world.installs) == (1 if write.subject == "vm_id" else 0)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
@pytest.mark.parametrize(("kind", "code"), REFUSING.items(), ids=REFUSING.keys())
async def test_a_write_that_is_refused_is_sent_once_and_told_with_azures_code(
    write: Write, kind: FaultKind, code: str, azure: LocalAzure, guard: Guard
) -> None:
    site = write.build(azure.world)
    strike_write(azure.world, kind, write)
    report = await look_promptly(guard, getattr(site, write.subject), kind)
    assert [result.outcome for result in report.actions] == [Outcome.REFUSED] * write.count
    assert report.status is Status.NON_COMPLIANT
    told = [finding.evidence["code"] for finding in report.findings if finding.reason is Reason.WRITE_REFUSED]
    assert told == [code] * write.count
    sent = Counter(request.path for request in azure.world.requests.writes())
    assert list(sent.values()) == [1] * write.count
    assert azure.world.installs == []


async def test_one_write_that_is_refused_keeps_no_other_from_being_made(azure: LocalAzure, guard: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    azure.world.faults.add(Fault(FaultKind.SCOPE_LOCKED, method="PUT", path="/securityrules/PortForWACService"))
    report = await look(guard, site.nsg_id)
    assert {result.action.id.name: result.outcome for result in report.actions} == {
        "PortForWACService": Outcome.REFUSED,
        "PortForAADService": Outcome.STARTED,
    }
    assert report.status is Status.NON_COMPLIANT


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


async def test_without_a_token_nothing_is_read_and_one_looks_again(azure: LocalAzure, make: MakeGuard) -> None:
    site = build_site(azure.world)
    azure.world.identity_header = "another"
    report = await look_promptly(await make(), site.vm_id, FaultKind.UNAVAILABLE)
    assert (report.status, reasons(report)) == (Status.UNKNOWN, {Reason.READ_FAILED})
    assert "No token for Azure" in report.findings[0].message
    assert report.look_again_after == timedelta(seconds=15)
    assert len(azure.world.requests) == 0
