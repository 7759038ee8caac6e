"""ARM's front door: who asks, for what, may they, is there such a thing; then a provider answers; all is logged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from aiohttp import web

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.compute.work import machine_path
from simulator.arm.errors import (
    ArmError,
    gateway,
    invalid_request_content,
    method_not_allowed,
    resource_group_not_found,
)
from simulator.arm.fault_answers import answer_for
from simulator.arm.ids import group_id
from simulator.arm.router import Route, Router
from simulator.faults import Fault, FaultKind
from simulator.identity import ARM_AUDIENCES, Identity, TokenRefused
from simulator.request_log import LoggedRequest
from simulator.world import World

AUTHORITY = "https://login.microsoftonline.com/{}"
FAILURES_PUBLISHED = frozenset({400, 403, 409, 500, 502, 503})
DROPPING = frozenset({FaultKind.DROPPED_BEFORE, FaultKind.DROPPED_AFTER, FaultKind.TIME_OUT})


@dataclass(frozen=True, slots=True)
class Gateway:
    """Serves every path that is not the identity endpoint's or the control API's."""

    world: World
    router: Router

    async def serve(self, incoming: web.Request) -> web.StreamResponse:
        """Answer one HTTP request, or drop its connection where a fault says so."""
        request = _parse(incoming)
        fault, answer = None, None
        try:
            request = replace(request, caller=self._authenticate(incoming))
            route, request = self._admit(request)
            fault = self.world.faults.for_request(request.method, request.path, route.type)
            answer = self._provide(route, request, fault, await incoming.read())
        except ArmError as error:
            answer = error.answer
            self._publish_failure(request, answer)
        dropped = fault is not None and fault.kind in DROPPING
        self._log(request, incoming, None if dropped else answer.status)
        if fault is not None and dropped:
            await self._drop(incoming, fault)
        return _response(self.world, request, answer)

    def _authenticate(self, incoming: web.Request) -> Identity:
        scheme, _, token = incoming.headers.get("Authorization", "").partition(" ")
        challenge = f'Bearer authorization_uri="{AUTHORITY.format(self.world.tenant_id)}", error="invalid_token", '
        if scheme.lower() != "bearer" or not token:
            text = "Authentication failed. The 'Authorization' header is missing."
            described = "error_description=\"The authentication failed because of missing 'Authorization' header.\""
            raise gateway(401, "AuthenticationFailed", text, **{"WWW-Authenticate": challenge + described})
        own = str(incoming.url.origin())
        try:
            return self.world.identities.recognise(token, (*ARM_AUDIENCES, own, own + "/"))
        except TokenRefused as refused:
            described = f'error_description="{refused.message}"'
            headers = {"WWW-Authenticate": challenge + described}
            raise gateway(401, refused.code, refused.message, **headers) from refused

    def _admit(self, request: ArmRequest) -> tuple[Route, ArmRequest]:
        if not request.api_version:
            text = "The api-version query parameter (?api-version=) is required for all requests."
            raise gateway(400, "MissingApiVersionParameter", text)
        self._find_subscription(request)
        match = self.router.find(request.method, request.path)
        if match is None:
            raise self._unknown_path(request)
        if match.route is None:
            raise _Refused(method_not_allowed(request.method))
        return match.route, replace(request, params=match.params, operation_name=match.route.operation_name)

    def _find_subscription(self, request: ArmRequest) -> None:
        segments = request.path.strip("/").lower().split("/")
        if segments[0] == "subscriptions" and len(segments) > 1 and segments[1] not in self.world.subscriptions:
            text = f"The subscription '{segments[1]}' could not be found."
            raise gateway(404, "SubscriptionNotFound", text)

    def _unknown_path(self, request: ArmRequest) -> ArmError:
        segments = request.path.strip("/").split("/")
        lower = [segment.lower() for segment in segments]
        if "providers" not in lower[:-1]:
            text = f"The requested URI '{request.path}' does not represent a valid resource."
            return gateway(404, "InvalidResourceType" if len(segments) > 3 else "NotFound", text)
        namespace, *rest = segments[lower.index("providers") + 1 :]
        if namespace.lower() not in self.router.namespaces:
            text = f"The resource namespace '{namespace}' is invalid."
            return gateway(404, "InvalidResourceNamespace", text)
        text = (
            f"The resource type '{'/'.join(rest[::2])}' could not be found in the namespace '{namespace}' "
            f"for api version '{request.api_version}'."
        )
        return gateway(404, "InvalidResourceType", text)

    def _provide(self, route: Route, request: ArmRequest, fault: Fault | None, body: bytes) -> Answer:
        if fault and fault.kind in {FaultKind.DROPPED_BEFORE, FaultKind.TIME_OUT}:
            return Answer(0)
        if fault and fault.kind is not FaultKind.DROPPED_AFTER:
            answer = answer_for(fault, request, self.world.clock)
            self._publish_failure(request, answer)
            return answer
        return self._handle(route, replace(request, body=_decode(body)))

    def _handle(self, route: Route, request: ArmRequest) -> Answer:
        world, params = self.world, request.params
        headers = {}
        if "subscription" in params:
            headers = world.throttling.count(params["subscription"].lower(), request.method, request.operation_name)
        if route.group:
            counted = machine_path(request.path) if "vm" in params else request.path
            headers |= world.throttling.count_compute(route.group, params["subscription"].lower(), counted)
        grouped = "providers" in route.segments and "group" in params
        if grouped and group_id(params["subscription"], params["group"]) not in world.resources:
            raise resource_group_not_found(params["group"])
        try:
            answer = route.handler(world, request)
        except ArmError as error:
            answer = error.answer
            self._publish_failure(request, answer)
        else:
            self._publish_success(request, answer)
        answer.headers = headers | _provider_headers(route) | answer.headers
        return answer

    def _publish_success(self, request: ArmRequest, answer: Answer) -> None:
        if request.method not in {"GET", "HEAD"} and answer.status < 300 and not answer.starts_operation:
            self.world.event_grid.report(request, succeeded=True)

    def _publish_failure(self, request: ArmRequest, answer: Answer) -> None:
        of_a_write = request.method not in {"GET", "HEAD"} and request.operation_name
        if of_a_write and answer.status in FAILURES_PUBLISHED:
            self.world.event_grid.report(request, succeeded=False)

    def _log(self, request: ArmRequest, incoming: web.Request, status: int | None) -> None:
        self.world.requests.add(
            LoggedRequest(
                self.world.clock.now(),
                request.method,
                request.path,
                incoming.query_string,
                request.api_version,
                status,
                request.correlation_id,
                request.headers.get("x-ms-client-request-id"),
                request.caller.client_id,
            )
        )

    async def _drop(self, incoming: web.Request, fault: Fault) -> None:
        if fault.kind is FaultKind.TIME_OUT:
            await self.world.faults.released.wait()
        if incoming.transport:
            incoming.transport.abort()
        raise asyncio.CancelledError


class _Refused(ArmError):
    """An answer that has not the usual envelope."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status, "", "")
        self._answer = answer

    @property
    def answer(self) -> Answer:
        return self._answer


def _parse(incoming: web.Request) -> ArmRequest:
    headers = {name.lower(): value for name, value in incoming.headers.items()}
    return ArmRequest(
        method=incoming.method,
        path="/" + "/".join(segment for segment in incoming.path.split("/") if segment),
        query=dict(incoming.query),
        headers=headers,
        base_url=str(incoming.url.origin()),
        correlation_id=headers.get("x-ms-correlation-request-id", str(uuid4())),
    )


def _decode(body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except ValueError as error:
        raise invalid_request_content(error) from error


def _provider_headers(route: Route) -> dict[str, str]:
    of: dict[str, Callable[[], dict[str, str]]] = {
        "Microsoft.Compute": lambda: {"x-ms-need-to-refresh-epl-cache": "False"},
        "Microsoft.Network": lambda: {"x-ms-arm-service-request-id": str(uuid4())},
    }
    namespace = route.type.split("/")[0]
    return of[namespace]() if namespace in of else {}


def _response(world: World, request: ArmRequest, answer: Answer) -> web.Response:
    now = world.clock.now()
    headers = {
        "Cache-Control": "no-cache",
        "Pragma": "no-cache",
        "Expires": "-1",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "x-ms-request-id": str(uuid4()),
        "x-ms-correlation-request-id": request.correlation_id,
        "x-ms-routing-request-id": f"WESTEUROPE:{now:%Y%m%dT%H%M%SZ}:{request.correlation_id}",
        "Date": f"{now:%a, %d %b %Y %H:%M:%S} GMT",
    } | answer.headers
    client_request_id = request.headers.get("x-ms-client-request-id")
    if client_request_id and request.headers.get("x-ms-return-client-request-id", "").lower() == "true":
        headers["x-ms-client-request-id"] = client_request_id
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    headers["Content-Type"] = "application/json; charset=utf-8"
    return web.Response(status=answer.status, headers=headers, text=json.dumps(answer.body))
