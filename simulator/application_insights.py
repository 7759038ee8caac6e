"""The ingestion endpoint of Application Insights, as the Azure Monitor exporters of OpenTelemetry speak to it.

They post batches of telemetry items, as a JSON array or a line of JSON each, to `/<version>/track`, and take a 200
that counts what was received and accepted. An item names its kind by `data.baseType`: MessageData, MetricData,
RemoteDependencyData, RequestData, ExceptionData.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from simulator.tls import Certificates

type Item = dict[str, Any]

# The endpoint of a connection string ends with a slash, so that there are often two.
PATH = "/{version:.*}/track"
_LARGEST = 64 * 1024 * 1024


class ApplicationInsights:
    """Serves on loopback while the context lasts; keeps all `items`, and what each batch was `authorized` by.

    With `entra_only` it takes nothing without a bearer token, as a resource whose local authentication is off.
    """

    def __init__(self, certificates: Certificates, *, entra_only: bool = False) -> None:
        """Serve nothing yet."""
        self._certificates = certificates
        self._entra_only = entra_only
        self._news = asyncio.Condition()
        self.items: list[Item] = []
        self.authorized: list[str] = []
        self.connection_string = ""

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=_LARGEST)
        application.router.add_post(PATH, self._track)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._certificates.server_context())
        await site.start()
        port = self._runner.addresses[0][1]
        self.connection_string = f"InstrumentationKey={uuid.uuid4()};IngestionEndpoint=https://localhost:{port}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def of_kind(self, base_type: str) -> list[Item]:
        """Give the `baseData` of all items of a kind, each with its `tags`."""
        found = [item for item in self.items if item["data"]["baseType"] == base_type]
        return [{**item["data"]["baseData"], "tags": item["tags"]} for item in found]

    async def wait_for(self, is_there: Callable[[ApplicationInsights], bool], within: float = 30.0) -> None:
        """Wait until what has come in is as wanted. Raises TimeoutError."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: is_there(self))

    async def _track(self, request: web.Request) -> web.Response:
        authorized = request.headers.get("Authorization", "")
        if self._entra_only and not authorized.startswith("Bearer "):
            return web.json_response(
                _answer(0, 0, [{"index": 0, "statusCode": 401, "message": "No token"}]), status=401
            )
        items = _parse(await request.text())
        async with self._news:
            self.items += items
            self.authorized.append(authorized)
            self._news.notify_all()
        return web.json_response(_answer(len(items), len(items), []))


def _parse(text: str) -> list[Item]:
    if text.lstrip().startswith("["):
        found: list[Item] = json.loads(text)
        return found
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _answer(received: int, accepted: int, errors: list[Item]) -> dict[str, Any]:
    return {"itemsReceived": received, "itemsAccepted": accepted, "errors": errors, "appId": None}
