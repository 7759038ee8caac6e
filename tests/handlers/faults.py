"""The faults that strike a request, and the requests that a check makes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

# The SDKs take seconds to import: here, so that no time-out runs meanwhile.
import azure.mgmt.compute.models
import azure.mgmt.network.models
import azure.mgmt.resource.resources.models  # noqa: F401 - see above

from handlers.guard import Guard
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.azure.leash import set_stop
from shared.model.leash import Stop
from shared.model.plan import Report
from shared.model.reason import Reason, Status
from simulator.build import add_extension
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.request_log import Kind
from simulator.world import World
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
# Of these nobody can tell whether the write got through.
UNTOLD = frozenset(
    {
        FaultKind.INTERNAL_ERROR,
        FaultKind.BAD_GATEWAY,
        FaultKind.UNAVAILABLE,
        FaultKind.UNAVAILABLE_WITHOUT_BODY,
        FaultKind.DROPPED_BEFORE,
        FaultKind.DROPPED_AFTER,
        FaultKind.TIME_OUT,
    }
)
DROPPING = (FaultKind.DROPPED_BEFORE, FaultKind.DROPPED_AFTER)


@dataclass(frozen=True, slots=True)
class Refused:
    """Azure's code for a refusal, what it is to people, and the evidence that names what stands in the way."""

    code: str
    reason: Reason
    names: str


REFUSING = {
    FaultKind.SCOPE_LOCKED: Refused("ScopeLocked", Reason.LOCKED, "locks"),
    FaultKind.POLICY_REFUSAL: Refused("RequestDisallowedByPolicy", Reason.POLICY_REFUSED, "policy_assignments"),
    FaultKind.AUTHORIZATION_FAILED: Refused("AuthorizationFailed", Reason.PERMISSION_MISSING, "action"),
    FaultKind.LINKED_AUTHORIZATION_FAILED: Refused("LinkedAuthorizationFailed", Reason.PERMISSION_MISSING, "action"),
    FaultKind.DENY_ASSIGNMENT: Refused(
        "DenyAssignmentAuthorizationFailed", Reason.ASSIGNMENT_DENIED, "deny_assignment"
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
SETTINGS = {"port": "6600", "salt": "grain", "proxy": {"mode": "none"}}


async def _nothing(_azure: LocalAzure, _guard: Guard, _site: Site) -> None:
    return


async def _remove(azure: LocalAzure, guard: Guard, site: Site) -> None:
    """Have the first round of a reinstall done: the extension is gone."""
    await look(guard, site.vm_id)
    await azure.advance(10 * 60)


async def _write_then_decommission(azure: LocalAzure, guard: Guard, site: Site) -> None:
    """Have all of ours put there, and then ordered away."""
    for subject in (site.nsg_id, site.vm_id):
        await look(guard, subject)
    await azure.advance(20 * 60)
    for subject in (site.nsg_id, site.vm_id):
        await look(guard, subject)
    await set_stop(guard.clients, "decommission", Stop(azure.world.clock.now(), "moving out"))


@dataclass(frozen=True, slots=True)
class Write:
    """A write that a check makes: of what subject's check, and where it goes. `count`: so many of its kind.

    `before` has to happen until it is made. At the end there were so many `installs`, and its subject `ends` so.
    """

    subject: str
    method: str
    path: str
    count: int = 1
    extension: dict[str, object] | None = None
    denied: bool = False
    before: Callable[[LocalAzure, Guard, Site], Awaitable[None]] = _nothing
    installs: int = 0
    ends: Status = Status.COMPLIANT

    async def build(self, azure: LocalAzure, guard: Guard) -> Site:
        """Build a world in which the next look makes this write; no request of before is in the log."""
        site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,) if self.denied else ())
        if self.extension is not None:
            add_extension(azure.world, site.vm_id, settings=SETTINGS, **self.extension)  # type: ignore[arg-type]
        await self.before(azure, guard, site)
        azure.world.requests.clear()
        return site


WRITES = {
    "installing": Write("vm_id", "PUT", "/extensions/", installs=1),
    "refreshing": Write("vm_id", "PATCH", "/extensions/", extension={"version": "0.0.0.100"}, installs=1),
    "putting rules": Write("nsg_id", "PUT", "/securityrules/", count=2, denied=True),
    "removing to reinstall": Write("vm_id", "DELETE", "/extensions/", extension={"state": "Failed"}, installs=1),
    "putting back": Write("vm_id", "PUT", "/extensions/", extension={"state": "Failed"}, before=_remove, installs=1),
    "taking rules away": Write(
        "nsg_id",
        "DELETE",
        "/securityrules/",
        count=2,
        denied=True,
        before=_write_then_decommission,
        installs=1,
        ends=Status.NOT_APPLICABLE,
    ),
    "uninstalling": Write(
        "vm_id",
        "DELETE",
        "/extensions/",
        before=_write_then_decommission,
        installs=1,
        ends=Status.NOT_APPLICABLE,
    ),
}


@asynccontextmanager
async def prompt(guard: Guard, kind: FaultKind) -> AsyncIterator[Guard]:
    """Give the same guard, but without the minute that an Azure which never answers would be given."""
    clients = AzureClients(guard.settings, answer_within=0.3 if kind is FaultKind.TIME_OUT else 60)
    try:
        yield replace(guard, clients=clients, facts=AzureFacts(clients))
    finally:
        await clients.close()


async def look_promptly(
    guard: Guard, subject: str, kind: FaultKind, *, asked_at: datetime | None = None, attempt: int = 0
) -> Report:
    """Look as ever, but wait for no Azure which never answers."""
    async with prompt(guard, kind) as prompted, asyncio.timeout(PROMPT_SECONDS):
        return await look(prompted, subject, asked_at=asked_at, attempt=attempt)


def strike_read(world: World, kind: FaultKind, name: str, times: int | None = None) -> None:
    def is_struck(_: str, path: str) -> bool:
        return path.lower().endswith(READS[name])

    world.faults.add(Fault(kind, on=Kind.READ, when=is_struck, times=times))


def strike_write(world: World, kind: FaultKind, write: Write) -> Fault:
    return world.faults.add(Fault(kind, method=write.method, path=write.path, times=None))


def reasons(report: Report) -> set[Reason]:
    return {finding.reason for finding in report.findings}
