"""Serves a world over TLS: ARM, the managed-identity endpoint, cloud metadata, and the control API."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Self

from aiohttp import web

from simulator.arm import unserved
from simulator.arm.authorization import locks
from simulator.arm.compute.routes import ROUTES as COMPUTE_ROUTES
from simulator.arm.gateway import Gateway
from simulator.arm.network.routes import ROUTES as NETWORK_ROUTES
from simulator.arm.resource_graph.routes import ROUTES as RESOURCE_GRAPH_ROUTES
from simulator.arm.resources import groups, listing, subscriptions
from simulator.arm.router import Router
from simulator.control import add_control_routes
from simulator.identity_endpoint import add_identity_routes
from simulator.metadata import add_metadata_routes
from simulator.tls import Certificates
from simulator.world import World

LONGEST_LINE = 64 * 1024

# Provider registrations are matched last, since their template fits any namespace.
ROUTER = Router(
    (
        *COMPUTE_ROUTES,
        *NETWORK_ROUTES,
        *RESOURCE_GRAPH_ROUTES,
        *unserved.ROUTES,
        *locks.ROUTES,
        *groups.ROUTES,
        *listing.ROUTES,
        *subscriptions.ROUTES,
    )
)


def create_application(world: World) -> web.Application:
    """Make the application that serves `world`."""
    application = web.Application()
    add_identity_routes(application, world)
    add_metadata_routes(application, world)
    add_control_routes(application, world)
    application.router.add_route("*", "/{path:.*}", Gateway(world, ROUTER).serve)
    return application


class ArmServer:
    """Serves a world on loopback for as long as the context lasts; `url` has no slash at its end."""

    def __init__(self, world: World, certificates: Certificates, port: int = 0) -> None:
        self._world = world
        self._certificates = certificates
        self._port = port
        self._runner = web.AppRunner(
            create_application(world),
            handler_cancellation=True,
            access_log=None,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            shutdown_timeout=1.0,
        )
        self.url = ""

    async def __aenter__(self) -> Self:
        self._world.event_grid.webhooks.trust(self._certificates)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._certificates.server_context())
        await site.start()
        self.url = f"https://localhost:{self._runner.addresses[0][1]}"
        logging.getLogger(__name__).info("serving at %s", self.url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._world.faults.release()
        await self._world.event_grid.webhooks.close()
        await self._runner.cleanup()
