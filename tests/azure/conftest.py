"""The app's own clients, against answers that are given as recorded."""

from collections.abc import AsyncIterator, Callable

import pytest

from shared.azure.clients import AzureClients
from shared.settings import parse_settings
from simulator.local import LocalAzure
from tests.azure.recordings import Answer, Replay

type Give = Callable[..., AzureClients]


@pytest.fixture(scope="session")
async def replay(running_azure: LocalAzure) -> AsyncIterator[tuple[Replay, AzureClients]]:
    """One server of recorded answers and one set of clients for all tests, so that they connect but once."""
    async with Replay(running_azure.certificates) as server:
        endpoints = {"WAC_ARM_ENDPOINT": server.url, "WAC_GRAPH_ENDPOINT": server.url}
        clients = AzureClients(parse_settings(running_azure.environment() | endpoints))
        yield server, clients
        await clients.close()


@pytest.fixture
def give(replay: tuple[Replay, AzureClients], running_azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> Give:
    """Have the clients get these answers, in their order, whatever they ask."""
    for name, text in running_azure.environment().items():
        monkeypatch.setenv(name, text)
    server, clients = replay

    def given(*answers: Answer) -> AzureClients:
        server.give(*answers)
        return clients

    return given
