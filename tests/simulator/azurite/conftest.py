from __future__ import annotations

from collections.abc import AsyncIterator

import jwt
import pytest
from azure.core.credentials import AccessToken
from azure.storage.queue.aio import QueueServiceClient

from simulator.azurite import Azurite
from simulator.tls import Certificates

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


@pytest.fixture
async def azurite(certificates: Certificates) -> AsyncIterator[Azurite]:
    async with Azurite(certificates.cert_file, certificates.key_file) as azurite:
        yield azurite


@pytest.fixture
async def storage(azurite: Azurite, certificates: Certificates) -> AsyncIterator[QueueServiceClient]:
    credential = LongLivedToken()
    async with QueueServiceClient(
        azurite.queue_url, credential, connection_verify=str(certificates.ca_file)
    ) as storage:
        yield storage
