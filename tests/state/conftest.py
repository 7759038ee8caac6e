"""The app's own storage clients against Azurite, and a connection that drops when it is told to."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest

from shared.azure.clients import AzureClients
from shared.settings import Settings, parse_settings
from simulator.local import LocalAzure
from tests.azure.recordings import Answer, Replay

type Give = Callable[..., AzureClients]
type MakeClients = Callable[[], AzureClients]


class DroppingTransport(AioHttpTransport):  # type: ignore[misc]  # azure-core makes it on demand, without a type
    """Sends what it is given; the answer to each of the methods in `lost` gets lost, once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lost: list[str] = []
        self.sent: list[str] = []

    async def send(self, request: HttpRequest, **options: Any) -> Any:
        response = await super().send(request, **options)
        if "/Tables" not in request.url:
            self.sent.append(request.method)
        if request.method in self.lost:
            self.lost.remove(request.method)
            raise ServiceRequestError("the connection dropped")
        return response


class DroppingClients(AzureClients):
    """The app's clients on a connection that can be made to drop."""

    def __init__(self, settings: Settings) -> None:
        self.connection = DroppingTransport()
        super().__init__(settings, transport=lambda **_: self.connection)


@pytest.fixture
async def make_clients(azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MakeClients]:
    """Make clients as each process of the app has its own; they are closed when the test ends."""
    environment = azure.environment()
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    async with AsyncExitStack() as stack:

        def make() -> AzureClients:
            made = AzureClients(parse_settings(environment))
            stack.push_async_callback(made.close)
            return made

        yield make


@pytest.fixture
async def clients(make_clients: MakeClients) -> AzureClients:
    """The clients of one process."""
    return make_clients()


@pytest.fixture
async def dropping(make_clients: MakeClients, azure: LocalAzure) -> AsyncIterator[DroppingClients]:
    """The clients of a process whose connection can be made to drop."""
    made = DroppingClients(parse_settings(azure.environment()))
    yield made
    await made.close()


@pytest.fixture
async def replay(running_azure: LocalAzure) -> AsyncIterator[Replay]:
    """A storage that gives the answers it was told to."""
    async with Replay(running_azure.certificates) as server:
        yield server


@pytest.fixture
async def give(replay: Replay, running_azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Give]:
    """Have clients get these answers, in their order, whatever they ask."""
    environment = running_azure.environment() | {"AzureWebJobsStorage__tableServiceUri": replay.url}
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    clients = AzureClients(parse_settings(environment))

    def given(*answers: Answer) -> AzureClients:
        replay.give(*answers)
        return clients

    yield given
    await clients.close()
