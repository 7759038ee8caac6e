"""One of Azure's services that is asked: the real one, or the simulator's. Nobody who asks can tell which."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from azure.core import AsyncPipelineClient
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy, AsyncRetryPolicy
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest

from tests.simulator.raw_client import RawAnswer
from tests.verify.reads_only import ReadsOnly, Scratch

ARM_SCOPE = "https://management.azure.com/.default"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"
MOST_PAGES = 5


@dataclass(frozen=True, slots=True)
class Service:
    """Answers come as they are, errors too; what would write is refused before it leaves."""

    url: str
    client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse]

    async def ask(
        self, method: str, path: str, body: Any = None, *, query: Mapping[str, str] | None = None
    ) -> RawAnswer:
        """Send one request to a path, or to a link that an answer gave. Raises WriteRefused."""
        url = path if path.startswith("https://") else self.url + path
        request = HttpRequest(method, url, params=dict(query or {}), **({} if body is None else {"json": body}))
        response = await self.client.send_request(request)
        text = response.content.decode()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return RawAnswer(response.status_code, headers, json.loads(text) if text else None)

    async def get(self, path: str, **query: str) -> RawAnswer:
        """Read a path."""
        return await self.ask("GET", path, query=query)

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Give what is in a list, to its fifth page. Raises AssertionError where it can't be read."""
        answer = await self.get(path, **query)
        found: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            assert answer.status == 200, f"{path} can't be read: {answer.status} {answer.body}"
            found += answer.body["value"]
            link = answer.body.get("nextLink") or answer.body.get("@odata.nextLink")
            if not link:
                break
            answer = await self.get(link)
        return found


@dataclass(frozen=True, slots=True)
class Azure:
    """Azure as somebody sees it who is signed in: Resource Manager, Microsoft Graph, and a subscription."""

    arm: Service
    graph: Service
    subscription_id: str
    is_real: bool
    scratch: Scratch | None = None

    @property
    def subscription(self) -> str:
        """The subscription's path."""
        return f"/subscriptions/{self.subscription_id}"


@asynccontextmanager
async def open_service(
    url: str,
    credential: AsyncTokenCredential,
    scope: str,
    *,
    trust: ssl.SSLContext | None = None,
    scratch: Scratch | None = None,
) -> AsyncIterator[Service]:
    """Open the connections to a service; without `trust` it is trusted as everything is on this machine."""
    connector = aiohttp.TCPConnector(ssl=trust if trust is not None else True)
    transport = AioHttpTransport(
        session=aiohttp.ClientSession(connector=connector, auto_decompress=False, trust_env=trust is None)
    )
    policies = [
        AsyncRetryPolicy(retry_total=3),
        ReadsOnly(scratch),
        AsyncBearerTokenCredentialPolicy(credential, scope),
    ]
    client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
        url, policies=policies, transport=transport
    )
    async with client:
        yield Service(url, client)
