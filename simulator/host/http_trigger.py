"""HTTP functions: which one a request is for, may it pass, and request and answer in the worker's terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from simulator.host.functions import Function
from simulator.host.invocations import Invocations
from simulator.host.keys import AuthLevel, Keys
from simulator.host.routes import Route, parse_route
from simulator.host.values import Failed, HttpAnswer, HttpCall, Json, Output

HTTP_TRIGGER = "httpTrigger"
CALLED_BY_HAND = "This function was programmatically called via the host APIs."

# These the server works out itself from the body it sends.
_HOP_BY_HOP = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class HttpFunction:
    """`methods` are in upper case; none at all admits every method."""

    function: Function
    template: str
    route: Route
    methods: frozenset[str]
    auth_level: AuthLevel

    @classmethod
    def of(cls, function: Function, prefix: str) -> HttpFunction:
        """Read the route, methods and level of a function. Raises BadRoute."""
        trigger = function.trigger
        template = "/".join(part for part in (prefix, trigger.text("route", function.name).strip("/")) if part)
        methods = frozenset(str(method).upper() for method in trigger.properties.get("methods") or ())
        level = AuthLevel[trigger.text("authLevel", "function").upper()]
        return cls(function, template, parse_route(template), methods, level)


class HttpFunctions:
    """Serves every path; one that is no function's, or not with that method, is answered 404 as by the real host."""

    def __init__(
        self,
        functions: Iterable[Function],
        prefix: str,
        disabled: frozenset[str],
        keys: Keys,
        invocations: Invocations,
    ) -> None:
        http = [HttpFunction.of(each, prefix) for each in functions if each.trigger.type == HTTP_TRIGGER]
        self.all = sorted(http, key=lambda each: each.route.precedence)
        self._disabled = disabled
        self._keys = keys
        self._invocations = invocations

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request."""
        found = self._find(request)
        if not found:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        http, params = found
        if not self._keys.allow(request, http.auth_level):
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        if http.function.name in self._disabled and self._keys.level_of(request) != AuthLevel.ADMIN:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        outcome = await self._invocations.run(
            http.function,
            await _read(request, params),
            reason=CALLED_BY_HAND,
        )
        return web.Response(status=500) if isinstance(outcome, Failed) else _write(outcome.returned)

    def _find(self, request: web.Request) -> tuple[HttpFunction, dict[str, str]] | None:
        for http in self.all:
            if http.methods and request.method not in http.methods:
                continue
            params = http.route.match(request.rel_url.raw_path)
            if params is not None:
                return http, params
        return None


async def _read(request: web.Request, params: dict[str, str]) -> HttpCall:
    return HttpCall(
        method=request.method,
        url=str(request.url),
        headers={name.lower(): ",".join(request.headers.getall(name)) for name in request.headers},
        query={name: ",".join(request.query.getall(name)) for name in request.query},
        params=params,
        body=await request.read(),
    )


def _write(output: Output) -> web.Response:
    match output:
        case HttpAnswer():
            response = web.Response(status=output.status, body=output.body)
            response.headers.update({n: text for n, text in output.headers.items() if n.lower() not in _HOP_BY_HOP})
            for cookie in output.set_cookies:
                response.headers.add("Set-Cookie", cookie)
            return response
        case str():
            return web.Response(text=output)
        case bytes():
            return web.Response(body=output)
        case Json(text):
            return web.Response(text=text, content_type="application/json")
    return web.Response()
