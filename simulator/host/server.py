"""The host: an app, its triggers and its HTTP server, together."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from simulator.host.admin import Administration
from simulator.host.connections import StorageConnections
from simulator.host.contract import EVENT_GRID_WEBHOOK, LIFETIME_LOGGER, STARTED
from simulator.host.event_grid import EventGridWebhook
from simulator.host.functions import Function
from simulator.host.http_trigger import HttpFunctions
from simulator.host.invocations import Invocations
from simulator.host.keys import Keys
from simulator.host.logs import configure_logging
from simulator.host.options import HostOptions
from simulator.host.queue_output import QueueOutputs, refuse_other_outputs
from simulator.host.queue_trigger import QueueListener
from simulator.host.timer_trigger import TIMER_TRIGGER, Timer
from simulator.host.triggers import QUEUE_TRIGGER, Triggers
from simulator.host.worker import Worker

BIGGEST_REQUEST = 100 * 1024 * 1024
SHUTDOWN_GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to listen; port 0 takes a free one."""

    port: int
    cert_file: Path | None = None
    key_file: Path | None = None

    def tls(self) -> ssl.SSLContext | None:
        """Make the server's TLS context, or None for plain HTTP."""
        if self.cert_file is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context


@asynccontextmanager
async def run_host(
    app: Path, options: HostOptions, endpoint: Endpoint, settings: Mapping[str, str], *, manual: bool
) -> AsyncIterator[str]:
    """Run an app's host; give its URL. Raises what `__main__.UNUSABLE_APP` lists before it listens."""
    running: dict[str, str] = {}
    configure_logging(options.log_level, running.get)
    worker = await Worker.load(app, settings)
    for function in worker.functions:
        refuse_other_outputs(function)
    connections = StorageConnections(settings)
    outputs = QueueOutputs(connections, options.queues.message_encoding)
    invocations = Invocations(worker, options.function_timeout, outputs.deliver, running, manual=manual)
    disabled = frozenset(each.name for each in worker.functions if each.is_disabled(settings))
    enabled = tuple(each for each in worker.functions if each.name not in disabled)
    triggers = _triggers(enabled, connections, options, invocations)
    keys = Keys.from_settings(settings)
    http = HttpFunctions(worker.functions, options.route_prefix, disabled, keys, invocations)
    application = web.Application(client_max_size=BIGGEST_REQUEST)
    Administration(worker.functions, http, disabled, keys, invocations, triggers.drain).add_routes(application.router)
    application.router.add_route("*", EVENT_GRID_WEBHOOK, EventGridWebhook(enabled, keys, invocations).handle)
    application.router.add_route("*", "/{path:.*}", http.handle)
    try:
        async with _listening(application, endpoint) as url:
            triggers.start(manual=manual)
            _announce(url, keys, worker.functions)
            yield url
            await triggers.stop(SHUTDOWN_GRACE)
    finally:
        await connections.close()


def _triggers(
    functions: tuple[Function, ...], connections: StorageConnections, options: HostOptions, invocations: Invocations
) -> Triggers:
    queues = [each for each in functions if each.trigger.type == QUEUE_TRIGGER]
    timers = [each for each in functions if each.trigger.type == TIMER_TRIGGER]
    return Triggers(
        [QueueListener(each, connections, options.queues, invocations) for each in queues],
        [Timer(each, invocations) for each in timers],
        invocations,
    )


@asynccontextmanager
async def _listening(application: web.Application, endpoint: Endpoint) -> AsyncIterator[str]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_GRACE)
    await runner.setup()
    try:
        tls = endpoint.tls()
        await web.TCPSite(runner, "127.0.0.1", endpoint.port, ssl_context=tls).start()
        yield f"{'https' if tls else 'http'}://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _announce(url: str, keys: Keys, functions: tuple[Function, ...]) -> None:
    logging.getLogger(LIFETIME_LOGGER).info(
        STARTED,
        extra={
            "url": url,
            "master_key": keys.master,
            "function_key": keys.function,
            "event_grid_key": keys.event_grid,
            "functions": {each.name: each.trigger.type for each in functions},
        },
    )
