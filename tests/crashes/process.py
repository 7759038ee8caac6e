"""A process of the app that dies right after one of its writes: what was written stands, whatever it knew is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest

from handlers.guard import Guard
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.settings import Settings

_READS = frozenset({"GET", "HEAD"})


class Crash(BaseException):
    """The process is gone: no handler of exceptions sees that."""


class Journal:
    """All writes of one run, to ARM, Graph, queues and tables alike, over all processes, numbered as they end.

    The first is number 1. Death comes after those numbered so in `deaths`. Before a write it need not: what the
    world then is, and what is lost, are just as after the write before.
    """

    def __init__(self, deaths: Collection[int] = ()) -> None:
        self.writes: list[str] = []
        self.deaths = 0
        self._deaths = frozenset(deaths)

    def note(self, write: str) -> bool:
        """Number a write that has taken effect; tell whether it was the process's last."""
        self.writes.append(write)
        dies = len(self.writes) in self._deaths
        self.deaths += dies
        return dies


class Process:
    """One life of the app, with what it holds; `guard` is used as by the functions."""

    def __init__(self, settings: Settings, journal: Journal, pause: Callable[[timedelta], Awaitable[None]]) -> None:
        self._journal = journal
        self._is_dead = False
        clients = AzureClients(
            settings,
            transport=partial(_DyingTransport, self),
            graph_connections=partial(_DyingConnections, self),
            pause=pause,
        )
        self.guard = Guard(settings, settings.desired, clients, AzureFacts(clients))

    def live(self) -> None:
        """Raise Crash for whatever a dead process would still send."""
        if self._is_dead:
            raise Crash

    def note(self, method: str, url: str) -> None:
        """Take down a request that was answered. Raises Crash when nobody is left to hear of it."""
        if method not in _READS:
            self._is_dead |= self._journal.note(f"{method} {url.partition('?')[0]}")
        self.live()


class _DyingTransport(AioHttpTransport):  # type: ignore[misc]  # azure-core makes it on demand, without a type
    def __init__(self, process: Process, **options: Any) -> None:
        super().__init__(**options)
        self._process = process

    async def send(self, request: HttpRequest, **options: Any) -> Any:
        self._process.live()
        response = await super().send(request, **options)
        self._process.note(request.method, request.url)
        return response


class _DyingConnections(httpx.AsyncClient):
    """Those of Graph's SDK, which is built on httpx."""

    def __init__(self, process: Process, **options: Any) -> None:
        super().__init__(**options)
        self._process = process

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        self._process.live()
        response = await super().send(request, **options)
        self._process.note(request.method, str(request.url))
        return response
