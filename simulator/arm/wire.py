"""HTTP on the outside, requests and answers on the inside."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from aiohttp import web

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import invalid_request_content
from simulator.world import World


def parse(incoming: web.Request) -> ArmRequest:
    """Read what a request asks, but for its body; doubled slashes count as one."""
    headers = {name.lower(): value for name, value in incoming.headers.items()}
    return ArmRequest(
        method=incoming.method,
        path="/" + "/".join(segment for segment in incoming.path.split("/") if segment),
        query=dict(incoming.query),
        headers=headers,
        base_url=str(incoming.url.origin()),
        correlation_id=headers.get("x-ms-correlation-request-id", str(uuid4())),
    )


def decode(body: bytes) -> Any:
    """Read a JSON body, None for an empty one; raises ArmError 400."""
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except ValueError as error:
        raise invalid_request_content(error) from error


def respond(world: World, request: ArmRequest, answer: Answer) -> web.Response:
    """Write an answer with the headers that all have; `Date` is the world's time."""
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
        "X-Cache": "CONFIG_NOCACHE",
        "X-MSEdge-Ref": f"Ref A: {uuid4().hex.upper()} Ref B: AMS231032609031 Ref C: {now:%Y-%m-%dT%H:%M:%SZ}",
        "Date": f"{now:%a, %d %b %Y %H:%M:%S} GMT",
    } | answer.headers
    client_request_id = request.headers.get("x-ms-client-request-id")
    if client_request_id and request.headers.get("x-ms-return-client-request-id", "").lower() == "true":
        headers["x-ms-client-request-id"] = client_request_id
    if answer.body is None and not answer.says_null:
        return web.Response(status=answer.status, headers=headers)
    headers["Content-Type"] = "application/json; charset=utf-8"
    return web.Response(status=answer.status, headers=headers, text=json.dumps(answer.body, separators=(",", ":")))
