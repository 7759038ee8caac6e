"""The app's own clients, against answers that are given as recorded."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from shared.azure.clients import AzureClients
from shared.settings import parse_settings
from simulator.local import LocalAzure
from tests.azure.recordings import Answer, replaying

type Replay = Callable[[Iterable[Answer]], AbstractAsyncContextManager[AzureClients]]


@pytest.fixture
def replay(running_azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> Replay:
    """Give clients that get these answers, in their order, whatever they ask."""
    environment = running_azure.environment()
    for name, text in environment.items():
        monkeypatch.setenv(name, text)

    @asynccontextmanager
    async def with_clients(answers: Iterable[Answer]) -> AsyncIterator[AzureClients]:
        async with replaying(answers, running_azure.certificates) as url:
            clients = AzureClients(parse_settings(environment | {"WAC_ARM_ENDPOINT": url}))
            try:
                yield clients
            finally:
                await clients.close()

    return with_clients
