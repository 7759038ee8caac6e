from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import jwt
import pytest_asyncio
from azure.core.credentials import AccessToken
from azure.storage.queue.aio import QueueServiceClient

from simulator.azurite import Azurite
from simulator.tls import Certificates

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
FOREVER = 4_000_000_000


class LongLivedToken:
    """A bearer credential whose token is valid whatever the clocks say."""

    async def get_token(self, *scopes: str, **_: object) -> AccessToken:
        claims = {
            "iss": "https://sts.windows.net/t/",
            "aud": "https://storage.azure.com",
            "nbf": 0,
            "iat": 0,
            "exp": FOREVER,
        }
        return AccessToken(jwt.encode(claims, "a key that nobody checks, but long enough"), FOREVER)

    async def close(self) -> None:
        """Close nothing."""

    async def __aenter__(self) -> LongLivedToken:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(certificates: Certificates) -> AsyncIterator[Azurite]:
    async with Azurite(certificates.cert_file, certificates.key_file) as azurite:
        yield azurite


@pytest_asyncio.fixture(loop_scope="session")
async def azurite(running: Azurite) -> Azurite:
    await running.set_clock(NOON, rate=0)
    return running


@pytest_asyncio.fixture(loop_scope="session")
async def storage(azurite: Azurite, certificates: Certificates) -> AsyncIterator[QueueServiceClient]:
    credential = LongLivedToken()
    async with QueueServiceClient(
        azurite.queue_url, credential, connection_verify=str(certificates.ca_file)
    ) as storage:
        async for queue in storage.list_queues():
            await storage.delete_queue(queue.name)
        yield storage
