"""The Event Grid extension's webhook: `/runtime/webhooks/eventgrid?functionName=X&code=KEY`.

Follows HttpRequestProcessor and EventGridExtensionConfigProvider of Microsoft's extension for .NET, 3.x.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from simulator.host.contract import EVENT_GRID_WEBHOOK
from simulator.host.functions import Function
from simulator.host.invocations import Invocations
from simulator.host.keys import AuthLevel, Keys
from simulator.host.values import Failed, Json

EVENT_GRID_TRIGGER = "eventGridTrigger"
PUBLIC_CLOUD = "eventgrid.azure.net"
log = logging.getLogger("Host.Triggers.EventGrid")

ORIGINS = frozenset({PUBLIC_CLOUD, "eventgrid.azure.us", "eventgrid.azure.cn"})


class EventGridWebhook:
    def __init__(self, functions: Iterable[Function], keys: Keys, invocations: Invocations) -> None:
        self._functions = {each.name: each for each in functions if each.trigger.type == EVENT_GRID_TRIGGER}
        self._keys = keys
        self._invocations = invocations

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request; what cannot be understood is a 500, which Event Grid tries again."""
        self._keys.demand(request, AuthLevel.SYSTEM)
        name = request.query.get("functionName", "")
        function = self._functions.get(name)
        if not function:
            return web.Response(status=404, text=f"cannot find function: '{name}'")
        if request.method == "OPTIONS":
            return _allow_origin(request)
        kind = request.headers.get("aeg-event-type", "").casefold()
        try:
            return await self._answer(kind, function, await request.read())
        except (ValueError, TypeError, LookupError) as error:
            log.warning("Not understood", extra={"kind": kind, "function": name, "exception": repr(error)})
            return web.Response(status=500)

    async def _answer(self, kind: str, function: Function, body: bytes) -> web.Response:
        match kind:
            case "subscriptionvalidation":
                return _validate(json.loads(body))
            case "notification":
                return await self._notify(function, json.loads(body))
            case "unsubscribe":
                return web.Response(status=202)
        return web.Response(status=400)

    async def _notify(self, function: Function, body: Any) -> web.Response:
        if not isinstance(body, list | dict):
            raise TypeError("the content of a notification must be a JSON object or array")
        events = body if isinstance(body, list) else [body]
        outcomes = await asyncio.gather(*(self._run(function, event) for event in events))
        # Event Grid then sends the whole batch again.
        failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
        if failed:
            return web.Response(status=500, text=f"Exception while executing function: Functions.{function.name}")
        return web.Response(status=202)

    async def _run(self, function: Function, event: object) -> object:
        text = json.dumps(event, ensure_ascii=False)
        return await self._invocations.run(
            function, Json(text), reason=f"EventGrid trigger fired at {EVENT_GRID_WEBHOOK}"
        )


def _allow_origin(request: web.Request) -> web.Response:
    """Answer CloudEvents' handshake: any origin but Event Grid's own is answered with the public cloud's."""
    asked = request.headers.get("WebHook-Request-Origin", "")
    return web.Response(headers={"Webhook-Allowed-Origin": asked if asked in ORIGINS else PUBLIC_CLOUD})


def _validate(body: Any) -> web.Response:
    # A CloudEvent comes alone, and with its data as JSON in a text.
    data = body[0]["data"] if isinstance(body, list) else json.loads(body["data"])
    return web.Response(text=json.dumps({"validationResponse": data["validationCode"]}))
