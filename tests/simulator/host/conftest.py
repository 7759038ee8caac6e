from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from simulator.azurite import ACCOUNT_KEY, ACCOUNT_NAME, Azurite
from simulator.host.process import HostProcess, LogLine
from simulator.tls import Certificates

APPS = Path(__file__).parent / "apps"
SWITCHED_OFF = {"AzureWebJobs.switched_off.Disabled": "true"}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def azurite(certificates: Certificates) -> AsyncIterator[Azurite]:
    async with Azurite(certificates.cert_file, certificates.key_file) as azurite:
        await azurite.set_clock(datetime(2030, 5, 6, tzinfo=UTC), rate=0)
        yield azurite


@pytest.fixture(scope="session")
def settings(azurite: Azurite, certificates: Certificates) -> dict[str, str]:
    """App settings for the apps of these tests, whose storage connection is a connection string."""
    store = f"AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY};QueueEndpoint={azurite.queue_url};"
    return {
        "PATH": os.environ["PATH"],
        "SSL_CERT_FILE": str(certificates.ca_file),
        "Store": store,
        "WORK_QUEUE": "work",
    }


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def host_process(settings: dict[str, str], certificates: Certificates) -> AsyncIterator[HostProcess]:
    app = APPS / "everything"
    async with HostProcess(app, settings | SWITCHED_OFF, certificates=certificates) as process:
        yield process


@dataclass
class Storage:
    """The queues of the tests' storage account, with texts as they are stored."""

    service: QueueServiceClient
    azurite: Azurite

    async def queue(self, name: str) -> QueueClient:
        queue = self.service.get_queue_client(name)
        if name not in {each.name async for each in self.service.list_queues()}:
            await queue.create_queue()
        return queue

    async def texts(self, name: str) -> list[str]:
        """Give what is visible in a queue, and leave it there."""
        queue = self.service.get_queue_client(name)
        return [message.content for message in await queue.peek_messages(max_messages=32)]


@pytest_asyncio.fixture(loop_scope="session")
async def storage(azurite: Azurite, settings: dict[str, str], certificates: Certificates) -> AsyncIterator[Storage]:
    """Empty queues."""
    async with QueueServiceClient.from_connection_string(
        settings["Store"], connection_verify=str(certificates.ca_file)
    ) as service:
        async for queue in service.list_queues():
            await service.delete_queue(queue.name)
        yield Storage(service, azurite)


@dataclass
class Host:
    """The running host, as one test sees it: only lines logged since its start."""

    process: HostProcess
    http: aiohttp.ClientSession
    _seen: int = 0

    def __post_init__(self) -> None:
        self._seen = len(self.process.log_lines())

    def lines(self, message: str | None = None) -> list[LogLine]:
        lines = self.process.log_lines()[self._seen :]
        return [line for line in lines if message is None or line["message"] == message]

    async def get(self, path: str, **options: object) -> aiohttp.ClientResponse:
        return await self.send("GET", path, **options)

    async def send(self, method: str, path: str, **options: object) -> aiohttp.ClientResponse:
        """Send a request and read all of the answer."""
        request: Callable[..., object] = self.http.request
        response = await request(method, f"{self.process.url}{path}", **options)  # type: ignore[misc] # any option
        assert isinstance(response, aiohttp.ClientResponse)
        await response.read()
        await self.process.catch_up()
        return response


@pytest_asyncio.fixture(loop_scope="session")
async def host(host_process: HostProcess, certificates: Certificates) -> AsyncIterator[Host]:
    await host_process.drain()
    trusted: ssl.SSLContext = certificates.client_context()
    connector = aiohttp.TCPConnector(ssl=trusted)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Host(host_process, http)
