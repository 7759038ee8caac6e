"""HTTP on the outside, requests and answers on the inside."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from aiohttp import web

from simulator.graph.answers import GraphAnswer, GraphRequest
from simulator.graph.errors import GraphError, malformed
from simulator.world import World

FORMAT = "odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
OF_JSON = {"Content-Type": f"application/json;{FORMAT}", "OData-Version": "4.0"}
DIAGNOSTIC = {
    "ServerInfo": {
        "DataCenter": "West Europe",
        "Slice": "E",
        "Ring": "5",
        "ScaleUnit": "000",
        "RoleInstance": "AM1PEPF0001A38D",
    }
}


def parse(incoming: web.Request) -> GraphRequest:
    """Read what a request asks, but for its body."""
    return GraphRequest(
        method=incoming.method,
        path="/" + "/".join(segment for segment in incoming.path.split("/") if segment),
        base_url=str(incoming.url.origin()),
        request_id=str(uuid4()),
        query={name.lower() if name.startswith("$") else name: value for name, value in incoming.query.items()},
        headers={name.lower(): value for name, value in incoming.headers.items()},
    )


def decode(body: bytes) -> Any:
    """Read a JSON body, None for an empty one; raises GraphError 400."""
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except (RecursionError, ValueError) as error:
        raise malformed(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid "
            "JSON format."
        ) from error


def refuse(world: World, request: GraphRequest, error: GraphError) -> GraphAnswer:
    """Put an error into its envelope."""
    inner = {
        "date": f"{world.clock.now():%Y-%m-%dT%H:%M:%S}",
        "request-id": request.request_id,
        "client-request-id": request.client_request_id,
    }
    body = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
    return GraphAnswer(error.status, body, error.headers)


def respond(world: World, request: GraphRequest, answer: GraphAnswer) -> web.Response:
    """Write an answer with the headers that all have; `Date` is the world's time."""
    headers = {
        "Cache-Control": "no-cache",
        "Strict-Transport-Security": "max-age=31536000",
        "request-id": request.request_id,
        "x-ms-ags-diagnostic": json.dumps(DIAGNOSTIC, separators=(",", ":")),
        "Date": f"{world.clock.now():%a, %d %b %Y %H:%M:%S} GMT",
    } | answer.headers
    if "client-request-id" in request.headers:
        headers["client-request-id"] = request.headers["client-request-id"]
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    headers["Vary"] = "Accept-Encoding"
    if isinstance(answer.body, str):
        headers["Content-Type"] = "text/plain"
        return web.Response(status=answer.status, headers=headers, body=answer.body.encode())
    headers |= {"Content-Type": "application/json"} if answer.status >= 400 else OF_JSON
    content = json.dumps(answer.body, separators=(",", ":")).encode()
    return web.Response(status=answer.status, headers=headers, body=content)
