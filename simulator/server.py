"""Serves a world over TLS: ARM, managed identity, cloud metadata, the control API, Graph, and an Event Grid topic."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
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
from simulator.graph.gateway import create_graph_application
from simulator.identity_endpoint import add_identity_routes
from simulator.metadata import add_metadata_routes
from simulator.tls import Certificates
from simulator.topic.gateway import create_topic_application
from simulator.topic.state import PATH as TOPIC_PATH
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


def create_application(world: World, graph_url: str) -> web.Application:
    """Make the application that serves `world`, but for its Graph, which is at `graph_url`."""
    application = web.Application()
    add_identity_routes(application, world)
    add_metadata_routes(application, world, graph_url)
    add_control_routes(application, world)
    application.router.add_route("*", "/{path:.*}", Gateway(world, ROUTER).serve)
    return application


class ArmServer:
    """Serves a world on loopback for as long as the context lasts; URLs have no slash at their end.

    Graph has an address of its own (`graph_url`), as on Azure: clients choose their tokens by it. So has the Event
    Grid topic, whose endpoint is `topic_url`.
    """

    def __init__(
        self, world: World, certificates: Certificates, port: int = 0, graph_port: int = 0, topic_port: int = 0
    ) -> None:
        self._world = world
        self._certificates = certificates
        self._port = port
        self._graph_port = graph_port
        self._topic_port = topic_port
        self._stack = AsyncExitStack()
        self.url = ""
        self.graph_url = ""
        self.topic_url = ""

    async def __aenter__(self) -> Self:
        self._world.event_grid.webhooks.trust(self._certificates)
        async with self._stack as stack:
            self.graph_url = await self._serve(stack, create_graph_application(self._world), self._graph_port)
            topic = await self._serve(stack, create_topic_application(self._world), self._topic_port)
            self.topic_url = f"{topic}{TOPIC_PATH}"
            self.url = await self._serve(stack, create_application(self._world, self.graph_url), self._port)
            self._stack = stack.pop_all()
        logging.getLogger(__name__).info("serving at %s, Graph at %s", self.url, self.graph_url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._world.faults.release()
        await self._world.event_grid.webhooks.close()
        await self._stack.aclose()

    async def _serve(self, stack: AsyncExitStack, application: web.Application, port: int) -> str:
        """Serve an application until the stack is closed; give its URL."""
        runner = web.AppRunner(
            application,
            handler_cancellation=True,
            access_log=None,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            shutdown_timeout=1.0,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=self._certificates.server_context()).start()
        return f"https://localhost:{runner.addresses[0][1]}"
