"""What the host answers about itself: landing page, `/admin/...`, and the local drain that Azure does not have."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from simulator.host.contract import DRAIN, Tally
from simulator.host.functions import Function
from simulator.host.http_trigger import CALLED_BY_HAND, HTTP_TRIGGER, HttpFunctions
from simulator.host.invocations import Invocations
from simulator.host.keys import AuthLevel, Keys
from simulator.host.timer_trigger import TIMER_TRIGGER, Timer
from simulator.host.values import Input, Json

HOST_VERSION = "4.1048.200.26180"
"""A version of the real host, for clients that read it."""


@dataclass(frozen=True, slots=True)
class Administration:
    """`drain` processes all that can be processed now."""

    functions: tuple[Function, ...]
    http: HttpFunctions
    disabled: frozenset[str]
    keys: Keys
    invocations: Invocations
    drain: Callable[[], Awaitable[Tally]]

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve these paths, ahead of every function."""
        router.add_get("/", self._landing)
        for method in ("GET", "POST"):
            router.add_route(method, "/admin/host/ping", self._ping)
        router.add_get("/admin/host/status", self._status)
        router.add_get("/admin/functions", self._list)
        router.add_get("/admin/functions/{name}", self._show)
        router.add_post("/admin/functions/{name}", self._run)
        router.add_post(DRAIN, self._drain)
        router.add_route("*", "/admin/{rest:.*}", self._nothing)

    async def _landing(self, _: web.Request) -> web.Response:
        return web.Response(text="Your Functions app is up and running.", content_type="text/html")

    async def _ping(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _status(self, request: web.Request) -> web.Response:
        self.keys.demand(request, AuthLevel.ADMIN)
        return web.json_response({"id": "local", "state": "Running", "version": HOST_VERSION, "errors": []})

    async def _list(self, request: web.Request) -> web.Response:
        self.keys.demand(request, AuthLevel.ADMIN)
        return web.json_response([self._describe(function, request) for function in self.functions])

    async def _show(self, request: web.Request) -> web.Response:
        self.keys.demand(request, AuthLevel.ADMIN)
        return web.json_response(self._describe(self._named(request), request))

    def _describe(self, function: Function, request: web.Request) -> dict[str, Any]:
        template = next((http.template for http in self.http.all if http.function == function), None)
        return {
            "name": function.name,
            "language": "python",
            "isDisabled": function.name in self.disabled,
            "invoke_url_template": f"{request.url.origin()}/{template}" if template is not None else None,
            "config": {"bindings": [dict(each.properties) for each in (function.trigger, *function.outputs)]},
        }

    def _named(self, request: web.Request) -> Function:
        name = request.match_info["name"].casefold()
        for function in self.functions:
            if function.name.casefold() == name:
                return function
        raise web.HTTPNotFound(text="")

    async def _run(self, request: web.Request) -> web.Response:
        self.keys.demand(request, AuthLevel.ADMIN)
        function = self._named(request)
        if function.trigger.type == HTTP_TRIGGER:
            raise web.HTTPBadRequest(text="An HTTP function is run through its own route.")
        argument = self._argument(function, _input(await request.read()))
        # Answered before it has run, as by the real host; a drain waits for it.
        self.invocations.start(function, argument, reason=CALLED_BY_HAND)
        return web.Response(status=202)

    def _argument(self, function: Function, given: str) -> Input:
        if function.trigger.type == TIMER_TRIGGER:
            return Timer(function, self.invocations).information()
        return given if function.trigger.type == "queueTrigger" else Json(given)

    async def _drain(self, _: web.Request) -> web.Response:
        return web.json_response(asdict(await self.drain()))

    async def _nothing(self, _: web.Request) -> web.Response:
        return web.Response(status=404)


def _input(body: bytes) -> str:
    try:
        given = json.loads(body)["input"]
    except (ValueError, KeyError, TypeError) as error:
        raise web.HTTPBadRequest(text='Send {"input": "..."}') from error
    return given if isinstance(given, str) else json.dumps(given)
