"""The faults that strike a request to Microsoft Graph, and the requests that the checks of app registrations make."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# Graph's SDK takes seconds to import: here, so that no time-out runs meanwhile.
import msgraph.generated.applications.applications_request_builder
import msgraph.graph_service_client  # noqa: F401 - see above

from handlers.guard import Guard
from handlers.orders import order_undo
from shared.model.reason import Status
from shared.model.resource_id import HOME_TENANT
from simulator.build import add_filler_applications, add_older_gateway, change_application
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.request_log import Kind
from simulator.world import World
from tests.handlers.looking import look
from tests.handlers.requesting import post
from tests.handlers.test_applications import HOST, MIGRATE, PAIR, WEB, subject_of
from tests.handlers.trails import trail_of

# Seconds until the next look: what Graph asked for, or the first of the growing delays.
PASSING = {
    FaultKind.GRAPH_THROTTLED: 5,
    FaultKind.INTERNAL_ERROR: 15,
    FaultKind.BAD_GATEWAY: 15,
    FaultKind.UNAVAILABLE: 15,
    FaultKind.UNAVAILABLE_WITHOUT_BODY: 15,
    FaultKind.DROPPED_BEFORE: 15,
    FaultKind.DROPPED_AFTER: 15,
    FaultKind.TIME_OUT: 15,
}
CLEAN_UP = MappingProxyType({**MIGRATE, "WAC_REDIRECTS_CLEANUP": "on"})
REFUSING = {FaultKind.AUTHORIZATION_FAILED: "Authorization_RequestDenied"}
SETTLING_SECONDS = 10 * 60.0


@dataclass(frozen=True, slots=True)
class Read:
    """A read that a check of the tenant, or of a gateway's registration, makes: how its path ends."""

    path: str
    of_the_tenant: bool = False
    is_dispensable: bool = False
    """Without it a check goes on: what it would tell is only for people."""

    def subject(self, gateway: str) -> str:
        return str(HOME_TENANT) if self.of_the_tenant else subject_of(gateway)

    def strike(
        self,
        world: World,
        kind: FaultKind,
        gateway: str = "",
        *,
        skip: int = 0,
        times: int | None = None,
        retry_after: float | None = None,
    ) -> Fault:
        def is_struck(_: str, path: str) -> bool:
            return path.removesuffix("()").lower().endswith(self.path.format(gateway).lower())

        fault = Fault(kind, on=Kind.READ, when=is_struck, skip=skip, times=times, retry_after=retry_after)
        return world.faults.add(fault)


READS = {
    "where the changes since begin": Read("/applications/delta", of_the_tenant=True),
    "a page of the audit": Read("/applications", of_the_tenant=True),
    "the registration": Read("/applications/{}"),
    "its owners": Read("/owners", is_dispensable=True),
    "its federated credentials": Read("/federatedIdentityCredentials", is_dispensable=True),
}


async def _nothing(_azure: LocalAzure, _guard: Guard, _subject: str) -> None:
    return


async def _move(azure: LocalAzure, guard: Guard, subject: str) -> None:
    """Have the move done and seen."""
    await look(guard, subject)
    await azure.advance(SETTLING_SECONDS)


async def _move_then_undo(azure: LocalAzure, guard: Guard, subject: str) -> None:
    await _move(azure, guard, subject)
    await look(guard, subject)
    (write,) = await trail_of(guard, subject)
    answer, _ = await post(order_undo, guard, subject=subject, write=write.id)
    assert answer.status == 202


@dataclass(frozen=True, slots=True)
class Patch:
    """A PATCH that a check of a gateway's registration makes.

    `before` has to happen until it is made. In the end the redirect URIs are these, and the status is so.
    """

    web: tuple[str, ...]
    spa: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=lambda: MIGRATE)
    before: Callable[[LocalAzure, Guard, str], Awaitable[None]] = _nothing
    ends: Status = Status.NON_COMPLIANT

    async def build(self, azure: LocalAzure, guard: Guard) -> str:
        """Build a registration whose next look makes this PATCH; no request of before is in the log."""
        gateway = add_older_gateway(azure.world, HOST, web=WEB[:2])
        await self.before(azure, guard, subject_of(gateway))
        azure.world.requests.clear()
        return gateway


PATCHES = {
    "moving": Patch(WEB[1:2], tuple(PAIR)),
    "cleaning up": Patch((), tuple(PAIR), CLEAN_UP, _move, Status.COMPLIANT),
    "undoing": Patch(WEB[:2], (), before=_move_then_undo),
}


def build_pages(world: World) -> tuple[str, str]:
    """Build three pages of registrations; give the gateways on the first and on the last."""
    world.graph.largest_page = 2
    early = add_older_gateway(world, "early.contoso.com", web=("https://early.contoso.com:6600",))
    add_filler_applications(world, 4)
    return early, add_older_gateway(world, "late.contoso.com", web=("https://late.contoso.com:6600",))


def change_all(world: World, *application_ids: str) -> None:
    """Change something of registrations, so that the next round tells of them, in part."""
    for one in application_ids:
        change_application(world, one, {"spa": {"redirectUris": ["https://changed.contoso.com:6600"]}})
