"""A webhook that answers as it is told, and remembers what it got."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from simulator.tls import Certificates


@dataclass(slots=True)
class Webhook:
    """`statuses` are given one after the other, then 202 for ever; `before_answer` sees each body first."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    validates: bool = True
    before_answer: Callable[[Any], None] | None = None

    @property
    def subjects(self) -> list[str]:
        return [event["subject"].rsplit("/", 1)[1] for body in self.bodies for event in body]

    async def serve(self, request: web.Request) -> web.Response:
        if request.method == "OPTIONS":
            allowed = {"WebHook-Allowed-Origin": request.headers["WebHook-Request-Origin"]}
            return web.Response(headers=allowed if self.validates else {})
        body = await request.json()
        if request.headers.get("aeg-event-type") == "SubscriptionValidation":
            code = body[0]["data"]["validationCode"] if self.validates else "no"
            return web.json_response({"validationResponse": code})
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        self.queries.append(dict(request.query))
        if self.before_answer:
            self.before_answer(body)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 202)


@asynccontextmanager
async def serving(certificates: Certificates) -> AsyncIterator[Webhook]:
    """Serve a webhook over TLS."""
    webhook = Webhook()
    application = web.Application()
    application.router.add_route("*", "/runtime/webhooks/eventgrid", webhook.serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificates.server_context()).start()
    webhook.url = f"https://localhost:{runner.addresses[0][1]}/runtime/webhooks/eventgrid?code=key"
    try:
        yield webhook
    finally:
        await runner.cleanup()
