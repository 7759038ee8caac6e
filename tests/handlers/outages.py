"""Outages of the app's own storage, from a chosen request on."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Any

from aiohttp import web
from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest

from handlers.guard import Guard
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts

type Strike = Callable[[Guard, Outage], AbstractAsyncContextManager[Guard]]


class Broken(StrEnum):
    """How storage fails. DROPPED_AFTER: what was asked for is done, but nobody says so."""

    UNAVAILABLE = "503"
    INTERNAL_ERROR = "500"
    THROTTLED = "429"
    DROPPED_BEFORE = "dropped before it took effect"
    DROPPED_AFTER = "dropped after it took effect"


@dataclass(slots=True)
class Outage:
    """Storage fails from the `begin`th request on that is one of `name`, a read or a write, until it is over."""

    kind: Broken
    name: str
    is_write: bool
    begin: int = 1
    seen: int = 0
    struck: int = 0
    is_over: bool = False

    def strikes(self, request: HttpRequest) -> bool:
        is_write = request.method not in ("GET", "HEAD")
        if self.is_over or self.name not in request.url or is_write is not self.is_write:
            return False
        self.seen += 1
        self.struck += self.seen >= self.begin
        return self.seen >= self.begin


@dataclass(frozen=True, slots=True)
class Place:
    """A request that a check makes of its state: the `begin`th of those."""

    name: str
    is_write: bool
    begin: int = 1
    writes_before: bool = field(kw_only=True)
    """Whether something may have been written to Azure by then."""


class _FailingTransport(AioHttpTransport):  # type: ignore[misc]  # azure-core makes it on demand, without a type
    def __init__(self, outage: Outage, failing_url: str, **options: Any) -> None:
        super().__init__(**options)
        self._outage = outage
        self._failing_url = failing_url

    async def send(self, request: HttpRequest, **options: Any) -> Any:
        if not self._outage.strikes(request):
            return await super().send(request, **options)
        match self._outage.kind:
            case Broken.DROPPED_BEFORE:
                raise ServiceResponseError("Connection lost")
            case Broken.DROPPED_AFTER:
                await super().send(request, **options)
                raise ServiceResponseError("Connection lost")
            case _:
                request.url = f"{self._failing_url}/{self._outage.kind}"
                return await super().send(request, **options)


async def _fail(request: web.Request) -> web.Response:
    return web.Response(status=int(request.path.strip("/")), headers={"x-ms-request-id": "r"})


@asynccontextmanager
async def serve_failures() -> AsyncIterator[str]:
    """Serve a storage that answers with the status in its path."""
    app = web.Application()
    app.router.add_route("*", "/{status}", _fail)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def fail_storage(failing_url: str, guard: Guard, outage: Outage) -> AsyncIterator[Guard]:
    """Give the same guard, but with an outage of its storage."""
    clients = AzureClients(guard.settings, transport=partial(_FailingTransport, outage, failing_url))
    yield replace(guard, clients=clients, facts=AzureFacts(clients))
    await clients.close()
