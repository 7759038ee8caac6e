"""The whole of the local Azure at once: ARM, Graph, identity, Event Grid, storage, and the app in its host."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from simulator.azurite import Azurite
from simulator.eventgrid import EventSubscription, Schema
from simulator.host.contract import Tally
from simulator.host.process import HostProcess, LogLine
from simulator.instances import Instances
from simulator.local_clock import LocalClock
from simulator.server import ArmServer
from simulator.storage import (
    clear_blobs,
    clear_queues,
    clear_tables,
    make_container,
    open_blobs,
    open_queues,
    open_tables,
    put_blob,
)
from simulator.tls import make_certificates
from simulator.world import World

MOST_ROUNDS = 10_000
_NOT_PASSED_ON = (
    "APPLICATIONINSIGHTS_",
    "AZURE_",
    "AzureWebJobs",
    "IDENTITY_",
    "MSI_",
    "OTEL_",
    "PYTHON_",
    "SSL_CERT_",
    "WAC_",
)


class NeverSettles(RuntimeError):
    """Something is due now, again and again."""


class LocalAzure:
    """Runs as a context; needs a world with a LocalClock, or makes one.

    The app is a folder with host.json and function_app.py; `settings` are added to its environment. `hosts` of it run
    at the same time, on the same queues. While `manual`, these are polled by `settle` alone. Time stands still until
    somebody advances it. `directory` keeps the certificates. `publishing`: the app is told of the Event Grid topic.
    """

    def __init__(  # noqa: PLR0913 - the options of a local Azure
        self,
        app: Path | None = None,
        settings: Mapping[str, str] | None = None,
        *,
        manual: bool = True,
        world: World | None = None,
        directory: Path | None = None,
        hosts: int = 1,
        publishing: bool = False,
        arm_port: int = 0,
        graph_port: int = 0,
        host_port: int = 0,
    ) -> None:
        self.world = world or World(LocalClock())
        _clock_of(self.world)
        self._app = app
        self._settings = settings or {}
        self._manual = manual
        self._directory = directory
        self._arm_port = arm_port
        self._graph_port = graph_port
        self._topic_port = 0
        self._publishing = publishing
        self._host_port = host_port
        self._host_count = hosts
        self._instances: Instances | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            directory = self._directory or Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="local-azure-"))
            )
            self.certificates = make_certificates(directory)
            self.azurite = await stack.enter_async_context(
                Azurite(self.certificates.cert_file, self.certificates.key_file)
            )
            self.storage = await stack.enter_async_context(open_queues(self.azurite, self.certificates))
            self.tables = await stack.enter_async_context(open_tables(self.azurite, self.certificates))
            self.blobs = await stack.enter_async_context(open_blobs(self.azurite, self.certificates))
            stack.push_async_callback(self._stop_arm)
            await self._start_arm()
            if self._app:
                instances = Instances(
                    self._app,
                    self.environment(),
                    count=self._host_count,
                    certificates=self.certificates,
                    port=self._host_port,
                    manual=self._manual,
                )
                self._instances = await stack.enter_async_context(instances)
                self._balance()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _start_arm(self) -> None:
        await _clock_of(self.world).lead(self.azurite)
        server = ArmServer(self.world, self.certificates, self._arm_port, self._graph_port, self._topic_port)
        self._arm = await server.__aenter__()
        self._arm_port = urlsplit(self._arm.url).port or 0
        self._graph_port = urlsplit(self._arm.graph_url).port or 0
        self._topic_port = urlsplit(self._arm.topic_url).port or 0
        self.world.event_grid.deposit = partial(put_blob, self.blobs)

    async def _stop_arm(self) -> None:
        await self._arm.__aexit__(None, None, None)
        await _clock_of(self.world).lead(None)

    def _balance(self) -> None:
        if self._instances:
            self.world.event_grid.webhooks.balance = self._instances.balance

    @property
    def arm_url(self) -> str:
        return self._arm.url

    @property
    def graph_url(self) -> str:
        """Microsoft Graph's address, without a version."""
        return self._arm.graph_url

    @property
    def topic_url(self) -> str:
        """The endpoint of the Event Grid topic."""
        return self._arm.topic_url

    @property
    def hosts(self) -> tuple[HostProcess, ...]:
        """The app's hosts, running or not. Raises RuntimeError when there is no app."""
        return self._running_app().hosts

    @property
    def host(self) -> HostProcess:
        """The first of the app's hosts, with its URL, keys and log. Raises RuntimeError when there is no app."""
        return self.hosts[0]

    def _running_app(self) -> Instances:
        if self._instances is None:
            raise RuntimeError("this local Azure runs no app")
        return self._instances

    async def kill_host(self, index: int) -> None:
        """End a host in the middle of whatever it does (SIGKILL).

        What it had taken from queues is seen again when the ten minutes are over for which a Functions host hides it.
        """
        await self.hosts[index].kill()

    async def start_host(self, index: int) -> None:
        """Start a host that was killed, at its old address. Raises ChildFailed."""
        await self.hosts[index].start()

    @property
    def host_url(self) -> str:
        return self.host.url

    @property
    def function_key(self) -> str:
        return self.host.function_key

    @property
    def queue_url(self) -> str:
        return self.azurite.queue_url

    def log_lines(self) -> list[LogLine]:
        """Give what all of the app's hosts have logged; `host.follow()` gives one's lines as they come."""
        return self._running_app().log_lines()

    async def catch_up(self) -> None:
        """Wait until all that the hosts have logged before this call is in `log_lines`."""
        await asyncio.gather(*(host.catch_up() for host in self.hosts if host.is_running))

    def environment(self) -> dict[str, str]:
        """Give the environment that the app runs in: ours, without whatever else it says of Azure."""
        inherited = {name: text for name, text in os.environ.items() if not name.startswith(_NOT_PASSED_ON)}
        return {
            **inherited,
            "IDENTITY_ENDPOINT": f"{self.arm_url}/msi/token",
            "IDENTITY_HEADER": self.world.identity_header,
            "SSL_CERT_FILE": str(self.certificates.ca_file),
            "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
            "NO_PROXY": "localhost,127.0.0.1",
            "AzureWebJobsStorage__queueServiceUri": self.azurite.queue_url,
            "AzureWebJobsStorage__blobServiceUri": self.azurite.blob_url,
            "AzureWebJobsStorage__tableServiceUri": self.azurite.table_url,
            "AzureWebJobsStorage__credential": "managedidentity",
            "WAC_ARM_ENDPOINT": self.arm_url,
            "WAC_GRAPH_ENDPOINT": self.graph_url,
            **({"WAC_EVENTS_TOPIC": self.topic_url} if self._publishing else {}),
            **self._settings,
        }

    async def subscribe(
        self, function: str, *operations: str, schema: Schema = "EventGridSchema", dead_letters: str | None = None
    ) -> EventSubscription:
        """Have events of these operations, or of all, delivered to a function of the app.

        What is given up goes to the container `dead_letters`, which is made.
        """
        if dead_letters:
            await make_container(self.blobs, dead_letters)
        url = self.host.webhook_url()
        subscription = EventSubscription(url, function, operations, schema, dead_letter_container=dead_letters)
        return await self.world.event_grid.subscribe(subscription)

    async def advance(self, seconds: float) -> None:
        """Move time on, in ARM and in storage; what falls due happens, but the app only runs when it is settled."""
        await self.world.clock.advance(seconds)

    async def settle(self) -> Tally:
        """Let happen all that can happen now, in Azure and in the app; tell what the app did. Raises NeverSettles."""
        total = Tally()
        for _ in range(MOST_ROUNDS):
            await self.world.clock.advance(0)
            done = await self._instances.drain() if self._instances else Tally()
            total += done
            due = self.world.clock.next_due()
            if not done.invocations and (due is None or due > self.world.clock.now()):
                return total
        raise NeverSettles(f"something is still due at {self.world.clock.now()}")

    async def settle_for(self, seconds: float) -> Tally:
        """Let that much time pass, from one due thing to the next, settled at each. Raises NeverSettles."""
        total = await self.settle()
        clock = self.world.clock
        until = clock.now() + timedelta(seconds=seconds)
        while clock.now() < until:
            upcoming = min([until, *await self._due()])
            await clock.advance((upcoming - clock.now()).total_seconds())
            total += await self.settle()
        return total

    async def _due(self) -> list[datetime]:
        return [due for due in (self.world.clock.next_due(), await self.azurite.next_visible()) if due]

    async def reset(self, world: World | None = None) -> World:
        """Start afresh for another test: a new world at the same address, empty storage; the app keeps running.

        Time goes on from where it was, tokens stay good, event subscriptions are made again, and hosts that were
        killed are started.
        """
        old = self.world
        if self._instances:
            await clear_queues(self.storage)
            await self._instances.drain()
            await self._instances.start_all()
        await clear_queues(self.storage)
        await clear_tables(self.tables)
        await clear_blobs(self.blobs)
        await self._stop_arm()
        self.world = world or World(LocalClock(old.clock.now()), tuple(old.subscriptions.values()))
        self.world.identities = old.identities
        await self._start_arm()
        self._balance()
        for subscription in old.event_grid.subscriptions:
            if subscription.dead_letter_container:
                await make_container(self.blobs, subscription.dead_letter_container)
            await self.world.event_grid.subscribe(subscription)
        return self.world


def _clock_of(world: World) -> LocalClock:
    if not isinstance(world.clock, LocalClock):
        raise TypeError("the world of a LocalAzure needs a clock that storage can follow: World(LocalClock())")
    return world.clock
