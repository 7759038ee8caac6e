"""The topic's front door: who sends, in which schema, what stands in the way; then the events are taken, all or none.

https://learn.microsoft.com/azure/event-grid/post-to-custom-topic
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aiohttp import web

from simulator.delivery import WITHOUT_EFFECT, deliver, log
from simulator.faults import Fault, FaultKind
from simulator.identity import Identity, TokenRefused
from simulator.store import Json
from simulator.topic import errors
from simulator.topic.errors import TopicError
from simulator.topic.state import PATH
from simulator.world import World

API_VERSION = "2018-01-01"
AUDIENCES = ("https://eventgrid.azure.net", "https://eventgrid.azure.net/")
BATCH, SINGLE = "application/cloudevents-batch+json", "application/cloudevents+json"
TOPIC_TYPE = "microsoft.eventgrid/topics"
MOST_BYTES, MOST_BYTES_OF_AN_EVENT = 1_536_000, 1_049_600
REQUIRED = ("id", "source", "type", "specversion")
THROTTLED_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class TopicGateway:
    """Serves every path of the topic's own address."""

    world: World

    async def serve(self, incoming: web.Request) -> web.StreamResponse:
        """Answer one HTTP request, or drop its connection where a fault says so."""
        topic, request_id = self.world.topic, str(uuid4())
        began, body = topic.requests.next_moment(), await incoming.read()
        caller: Identity | None = None
        fault: Fault | None = None
        error: TopicError | None = None
        try:
            caller = _authenticate(self.world, incoming)
            fault = self.world.faults.for_topic(incoming.method, incoming.path, TOPIC_TYPE)
            if fault is None or fault.kind not in WITHOUT_EFFECT:
                _strike(fault)
                self._take(incoming, caller, body)
        except TopicError as refusal:
            error = refusal
        logged = log(
            self.world,
            incoming,
            path=incoming.path,
            api_version=incoming.query.get("api-version", ""),
            status=200 if error is None else error.status,
            correlation_id=request_id,
            client_request_id=incoming.headers.get("x-ms-client-request-id"),
            caller=caller,
            began=began,
            to=topic.requests,
        )
        return await deliver(self.world, incoming, logged, fault, lambda: self._respond(request_id, error))

    def _take(self, incoming: web.Request, caller: Identity, body: bytes) -> None:
        topic = self.world.topic
        is_there = topic.exists and incoming.path.rstrip("/").lower() == PATH and incoming.method == "POST"
        if not is_there:
            raise errors.not_found(str(incoming.url))
        if not topic.may_send(caller):
            raise errors.forbidden(incoming.host)
        if incoming.query.get("api-version") != API_VERSION:
            raise errors.TopicError(
                400, "UnsupportedApiVersion", "The HTTP resource does not support the requested API version."
            )
        if len(body) > MOST_BYTES:
            raise errors.too_large(MOST_BYTES)
        topic.received += _parse(incoming.content_type, body)

    def _respond(self, request_id: str, error: TopicError | None) -> web.Response:
        now = self.world.clock.now()
        headers = {
            "x-ms-request-id": request_id,
            "api-supported-versions": API_VERSION,
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "Server": "Microsoft-HTTPAPI/2.0",
            "Date": f"{now:%a, %d %b %Y %H:%M:%S} GMT",
        }
        if error is None:
            return web.Response(status=200, headers=headers)
        content = json.dumps(errors.document(error, request_id, now)).encode()
        headers |= {"Content-Type": "application/json; charset=utf-8"} | error.headers
        return web.Response(status=error.status, headers=headers, body=content)


def _authenticate(world: World, incoming: web.Request) -> Identity:
    """Tell who sends; raises TopicError 401. Keys are switched off, as they should be."""
    scheme, _, token = incoming.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise errors.unauthorized(
            "Request must contain one of the following authorization signature: aeg-sas-token, aeg-sas-key."
        )
    try:
        return world.identities.recognise(token, AUDIENCES)
    except TokenRefused as refused:
        text = (
            f"The request authorization key is not authorized for {incoming.host.upper()}. This is due to the reason:"
        )
        raise errors.unauthorized(f"{text} {refused.message}") from refused


def _strike(fault: Fault | None) -> None:
    match None if fault is None else fault.kind:
        case FaultKind.TOPIC_THROTTLED:
            error = errors.throttled(THROTTLED_SECONDS)
        case FaultKind.INTERNAL_ERROR:
            error = errors.broken()
        case FaultKind.BAD_GATEWAY:
            error = errors.broken(502)
        case FaultKind.UNAVAILABLE:
            error = errors.unavailable()
        case FaultKind.AUTHORIZATION_FAILED:
            error = errors.forbidden("the topic")
        case _:
            return
    asked = fault.retry_after if fault is not None else None
    if asked is not None:
        error.headers = {} if asked < 0 else {"Retry-After": f"{asked:g}"}
    raise error


def _parse(content_type: str, body: bytes) -> list[Json]:
    """Read the events of a request; raises TopicError 400, 413 or 415."""
    if content_type not in (BATCH, SINGLE):
        raise errors.TopicError(415, "UnsupportedMediaType", f"The content type '{content_type}' is not supported.")
    try:
        read: Any = json.loads(body)
    except (RecursionError, ValueError) as error:
        raise errors.invalid("Unexpected token when reading JSON.") from error
    expected, kind = ("StartArray", list) if content_type == BATCH else ("StartObject", dict)
    if not isinstance(read, kind):
        raise _of_other_schema(f"Token Expected: {expected}, Actual Token Received: {_token(read)}.")
    events: list[Any] = read if isinstance(read, list) else [read]
    for event in events:
        _check(event)
    return events


def _check(event: object) -> None:
    if not isinstance(event, dict):
        raise _of_other_schema(f"Token Expected: StartObject, Actual Token Received: {_token(event)}.")
    for name in REQUIRED:
        if not isinstance(event.get(name), str) or not event[name]:
            raise _of_other_schema(f"Required property '{name}' was not found or is empty.")
    if event["specversion"] != "1.0":
        raise _of_other_schema(f"Property 'specversion' has the value '{event['specversion']}', and not '1.0'.")
    if len(json.dumps(event)) > MOST_BYTES_OF_AN_EVENT:
        raise errors.too_large(MOST_BYTES_OF_AN_EVENT)


def _of_other_schema(text: str) -> TopicError:
    return errors.invalid(
        "This resource is configured to receive event in 'CloudEventV10' schema. The JSON received does not conform"
        f" to the expected schema. {text}"
    )


def _token(value: object) -> str:
    return "StartArray" if isinstance(value, list) else "StartObject" if isinstance(value, dict) else "String"


def create_topic_application(world: World) -> web.Application:
    """Make the application that serves the Event Grid topic of `world`."""
    application = web.Application(client_max_size=4 * MOST_BYTES)
    application.router.add_route("*", "/{path:.*}", TopicGateway(world).serve)
    return application
