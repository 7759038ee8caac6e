"""ARM's front door: who asks, for what, what stands in the way; then a provider answers; all is logged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from aiohttp import web

from simulator.arm.absence import refuse_below_absent
from simulator.arm.admission import admit, authenticate
from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.api_versions import PROVIDERS, shown_to
from simulator.arm.authorization.restraint import refuse_restricted
from simulator.arm.authorization.roles import refuse_unpermitted
from simulator.arm.errors import ArmError, invalid_request_content
from simulator.arm.fault_answers import answer_for
from simulator.arm.ids import top_level
from simulator.arm.router import Route, Router
from simulator.arm.wire import decode, parse, respond
from simulator.delivery import WITHOUT_EFFECT, deliver, log
from simulator.faults import Fault, FaultKind
from simulator.request_log import QUERY, Kind, kind_of
from simulator.world import World

FAILURES_PUBLISHED = frozenset({400, 403, 409, 500, 502, 503})
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
        logged = log(
            self.world,
            incoming,
            path=request.path,
            api_version=request.api_version,
            status=answer.status,
            correlation_id=request.correlation_id,
            client_request_id=request.headers.get("x-ms-client-request-id"),
            caller=caller,
            began=began,
        )
        return await deliver(self.world, incoming, logged, fault, lambda: respond(self.world, request, answer))

    def _answer(self, route: Route, request: ArmRequest, fault: Fault | None, body: bytes) -> Answer:
        if fault and fault.kind in WITHOUT_EFFECT:
            return Answer(0)
        if fault and fault.kind is not FaultKind.DROPPED_AFTER:
            return self._struck(fault, request)
        headers = self._count(route, request)
        refuse_unpermitted(self.world, request)
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
            # What is shown of a network tells who lies in each of its subnets.
            with self.world.resources.while_nothing_changes():
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


def _show_to(api_version: str, answer: Answer, since: Mapping[str, str]) -> None:
    """Leave out of an answer what an api-version does not know."""
    answer.body = shown_to(api_version, answer.body, since)
    if "ETag" in answer.headers and "etag" not in answer.body:
        del answer.headers["ETag"]
