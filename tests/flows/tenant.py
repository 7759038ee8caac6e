"""A tenant with gateways of every sort, held against what should have become of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from shared.model.resource_id import APPLICATION, HOME_TENANT
from simulator.build import add_filler_applications, add_newer_gateway, add_older_gateway
from simulator.faults import Fault, FaultKind
from simulator.request_log import GRAPH_TYPE
from tests.flows.azure_with_app import AzureWithApp

# The move, then the clean-up: one for each need.
PATCHES = 2
_PAGE = 8


@dataclass(frozen=True, slots=True)
class Tenant:
    """Registrations by their object ids: `old` ones with the hosts that they are for, two of them for the same."""

    app: AzureWithApp
    old: dict[str, str]
    twins: tuple[str, str]
    fine: str
    theirs: str

    async def verify(self) -> None:
        """Hold every registration against what should have become of it."""
        for one, host in self.old.items():
            uri = f"https://{host}.contoso.com:6600"
            assert self.app.redirects(one) == ([], [uri, f"{uri}/signin-oidc"])
            assert self.app.patches(one) == PATCHES
            assert await self._fates(one) == ["done"] * PATCHES
            reasons = {"GATEWAY_REGISTERED_TWICE"} if one in self.twins else set()
            assert await self._reasons(subject_of(one)) == reasons
        assert await self._reasons(subject_of(self.fine)) == set()
        assert await self._reasons(str(HOME_TENANT)) == set()
        assert "PERMISSION_MISSING" in await self._reasons(subject_of(self.theirs))
        assert self.app.patches(self.theirs) == 0

    async def _fates(self, application_id: str) -> list[str]:
        """Give what the trail says became of the writes that took effect."""
        _, trail = await self.app.get("writes", subject=subject_of(application_id))
        return [write["fate"] for write in trail["writes"] if write["fate"] != "not done"]

    async def _reasons(self, subject: str) -> set[str]:
        report = await self.app.report(subject)
        return {finding["reason"] for finding in report["findings"]}


def build_tenant(app: AzureWithApp, gateways: int) -> Tenant:
    """Build so many old gateways, two for one host, one in order, one that is somebody else's, and other things."""
    world = app.world
    world.graph.largest_page = world.graph.delta_page_size = _PAGE
    old: dict[str, str] = {}
    for number in range(gateways):
        host = f"wac-{number:02}"
        old[add_older_gateway(world, f"{host}.contoso.com", web=(f"https://{host}.contoso.com:6600",))] = host
        add_filler_applications(world, 2)
    first, second = (
        add_older_gateway(world, "twins", web=("https://twins.contoso.com:6600",), display_name=f"SME-twins {number}")
        for number in (1, 2)
    )
    fine = add_newer_gateway(world, "fine.contoso.com")
    theirs = add_older_gateway(world, "theirs.contoso.com", web=("https://theirs.contoso.com:6600",), owned=False)
    return Tenant(app, old | {first: "twins", second: "twins"}, (first, second), fine, theirs)


def subject_of(application_id: str) -> str:
    """Give the id by which the app knows an application."""
    return f"/providers/{APPLICATION}/{application_id}"


def tell_when_patched(app: AzureWithApp, times: int) -> asyncio.Event:
    """Give an event that is set when so many writes to applications have come."""
    arrived, seen = asyncio.Event(), 0

    def count(method: str, path: str) -> bool:
        nonlocal seen
        seen += method == "PATCH" and "/applications/" in path
        if seen >= times:
            arrived.set()
        return False

    app.world.faults.add(Fault(FaultKind.UNAVAILABLE, when=count))
    return arrived


def hosts_that_patched(app: AzureWithApp) -> list[int]:
    """Give the numbers of the app's hosts that have written an application so far."""
    requests = app.world.requests.writes(resource_type=GRAPH_TYPE)
    return sorted({request.host for request in requests if request.host is not None})
