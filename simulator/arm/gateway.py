"""ARM's front door: who asks, for what, what stands in the way; then a provider answers; all is logged."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from aiohttp import web

from simulator.arm.absence import refuse_below_absent
from simulator.arm.admission import admit, authenticate
from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.api_versions import PROVIDERS, shown_to
from simulator.arm.authorization.restraint import refuse_restricted
from simulator.arm.errors import ArmError, invalid_request_content
from simulator.arm.fault_answers import answer_for
from simulator.arm.ids import top_level
from simulator.arm.router import Route, Router
from simulator.arm.wire import decode, parse, respond
from simulator.faults import Fault, FaultKind
from simulator.identity import Identity
from simulator.request_log import QUERY, Kind, LoggedRequest, kind_of
from simulator.world import World

FAILURES_PUBLISHED = frozenset({400, 403, 409, 500, 502, 503})
DROPPING = frozenset({FaultKind.DROPPED_BEFORE, FaultKind.DROPPED_AFTER, FaultKind.TIME_OUT})
HOST = re.compile(r"\blocal-host/(\d+)")
MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
PROVIDER_HEADERS: dict[str, Callable[[], dict[str, str]]] = {
    "Microsoft.Compute": lambda: {"x-ms-need-to-refresh-epl-cache": "False"},
    "Microsoft.Network": lambda: {"x-ms-arm-service-request-id": str(uuid4())},
}


@dataclass(frozen=True, slots=True)
class Gateway:
    """Serves every path that is not the identity endpoint's or the control API's."""

    world: World
    router: Router

    async def serve(self, incoming: web.Request) -> web.StreamResponse:
        """Answer one HTTP request, or drop its connection where a fault says so."""
        began = self.world.requests.next_moment()
        request, fault, caller = parse(incoming), None, None
        body = await incoming.read()
        try:
            caller = authenticate(self.world, request)
            request = replace(request, caller=caller)
            route, request = admit(self.world, self.router, request)
            fault = self.world.faults.for_request(request.method, request.path, route.type)
            answer = self._answer(route, request, fault, body)
        except ArmError as error:
            answer = error.answer
        self._publish(request, answer)
        drop = fault if fault is not None and fault.kind in DROPPING else None
        logged = self._log(request, incoming, answer.status, caller)
        logged.began = began
        if drop:
            logged.status = None
        try:
            return await self._send(incoming, request, answer, drop)
        finally:
            logged.ended = self.world.requests.next_moment()

    async def _send(
        self, incoming: web.Request, request: ArmRequest, answer: Answer, drop: Fault | None
    ) -> web.StreamResponse:
        if kind_of(request.method, request.path) is Kind.WRITE and self.world.answer_seconds:
            await asyncio.sleep(self.world.answer_seconds)
        if drop:
            await self._drop(incoming, drop)
        response = respond(self.world, request, answer)
        await response.prepare(incoming)
        await response.write_eof()
        return response

    def _answer(self, route: Route, request: ArmRequest, fault: Fault | None, body: bytes) -> Answer:
        if fault and fault.kind in {FaultKind.DROPPED_BEFORE, FaultKind.TIME_OUT}:
            return Answer(0)
        if fault and fault.kind is not FaultKind.DROPPED_AFTER:
            return self._struck(fault, request)
        headers = self._count(route, request)
        refuse_below_absent(self.world, request)
        refuse_restricted(self.world, request, route.type)
        try:
            answer = self._handle(route, replace(request, body=decode(body)))
        except ArmError as error:
            answer = error.answer
        if answer.headers.get("x-ms-failure-cause") == "gateway" and "providers" in route.segments:
            return answer  # no provider saw the request
        namespace = route.type.split("/")[0]
        if answer.status < 400:
            _show_to(request.api_version, answer, PROVIDERS.get(namespace, {}))
        answer.headers = headers | PROVIDER_HEADERS.get(namespace, dict)() | answer.headers
        return answer

    def _struck(self, fault: Fault, request: ArmRequest) -> Answer:
        answer = answer_for(fault, request, self.world.clock)
        if answer.headers.get("x-ms-failure-cause") != "gateway" and "subscription" in request.params:
            limits = self.world.throttling.count(request.params["subscription"].lower(), request)
            answer.headers = limits | answer.headers
        return answer

    def _count(self, route: Route, request: ArmRequest) -> dict[str, str]:
        throttling, params = self.world.throttling, request.params
        if "subscription" not in params:
            headers = throttling.count_query(request) if request.template == QUERY else {}
            return headers | throttling.count_tenant(request)
        headers = throttling.count(params["subscription"].lower(), request)
        if route.group:
            counted = top_level(request.path) if "vm" in params else request.path
            headers |= throttling.count_compute(route.group, params["subscription"].lower(), counted)
        return headers

    def _handle(self, route: Route, request: ArmRequest) -> Answer:
        if kind_of(request.method, request.path) is Kind.READ:
            return route.handler(self.world, request)
        try:
            self.world.resources.note_change(request.path, top_level(request.path))
            with self.world.resources.all_or_nothing(top_level(request.path)):
                return route.handler(self.world, request)
        except MISSHAPEN as error:
            logging.getLogger(__name__).warning("a body that makes no sense: %s", request.path, exc_info=error)
            raise invalid_request_content(error) from error

    def _publish(self, request: ArmRequest, answer: Answer) -> None:
        if (
            kind_of(request.method, request.path) is Kind.READ
            or "group" not in request.params
            or answer.starts_operation
        ):
            return
        if 200 <= answer.status < 300:
            self.world.event_grid.report(request, succeeded=True)
        elif answer.status in FAILURES_PUBLISHED:
            self.world.event_grid.report(request, succeeded=False)

    def _log(self, request: ArmRequest, incoming: web.Request, status: int, caller: Identity | None) -> LoggedRequest:
        host = HOST.search(request.headers.get("user-agent", ""))
        logged = LoggedRequest(
            self.world.clock.now(),
            request.method,
            request.path,
            incoming.query_string,
            request.api_version,
            status,
            request.correlation_id,
            request.headers.get("x-ms-client-request-id"),
            caller.client_id if caller else None,
            host=int(host[1]) if host else None,
            took_effect=200 <= status < 300,
        )
        self.world.requests.add(logged)
        return logged

    async def _drop(self, incoming: web.Request, fault: Fault) -> None:
        if fault.kind is FaultKind.TIME_OUT:
            await self.world.faults.released.wait()
        if incoming.transport:
            incoming.transport.abort()
        raise asyncio.CancelledError


def _show_to(api_version: str, answer: Answer, since: Mapping[str, str]) -> None:
    """Leave out of an answer what an api-version does not know."""
    answer.body = shown_to(api_version, answer.body, since)
    if "ETag" in answer.headers and "etag" not in answer.body:
        del answer.headers["ETag"]
