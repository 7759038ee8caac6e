"""Asks the local Graph what a recording asked the real one, in the situation that it was recorded in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from simulator.graph.applications import blank_application
from simulator.identity import Identity
from simulator.store import Json
from simulator.world import World
from tests.simulator.raw_client import RawClient
from tests.simulator.recorded.comparison import Difference, compare
from tests.simulator.recorded.recording import Exchange, Recording

ONE = "applications"
CERTIFICATE = base64.b64encode(b"what a recorder took out").decode()


def why_left_out(recording: Recording) -> str | None:
    """Tell why a recording is left out; None for one that is to be compared."""
    if "/servicePrincipals" in recording.first.path:
        return "service principals are known as owners alone"
    return None


async def replay(world: World, client: RawClient, recording: Recording) -> list[Difference]:
    """Give all differences of all answers."""
    found: list[Difference] = []
    for exchange in recording.exchanges:
        arrange(world, exchange)
        headers = {"Authorization": f"Bearer {client.token}"}
        body = _with_certificate(exchange.body)
        answer = await client.send(exchange.method, exchange.path, body, query=exchange.query, headers=headers)
        found.extend(compare(recording, exchange, answer))
    return found


def arrange(world: World, exchange: Exchange) -> None:
    """Put into the world what an answer shows, or what it takes for granted."""
    for application in _shown(exchange):
        _put(world, application)
    segments = exchange.path.strip("/").split("/")
    if len(segments) < 3 or exchange.status == 404:
        return
    if segments[2] not in world.graph.applications:
        _put(world, {"id": segments[2], "displayName": "as it was"})
    _put_parts(world, segments[2], segments[3:], exchange)


def _put_parts(world: World, application_id: str, rest: list[str], exchange: Exchange) -> None:
    match rest:
        case ["owners"]:
            for owner in exchange.answer["value"]:
                identity = Identity("", owner["id"], name=owner["displayName"], upn=owner["userPrincipalName"])
                world.graph.applications.owners[application_id].append(world.graph.objects.add(identity))
        case ["federatedIdentityCredentials", credential_id]:
            told = exchange.answer or {"name": "Testing", "issuer": "somebody", "subject": "somewhat"}
            stored = {name: value for name, value in told.items() if "@" not in name} | {"id": credential_id}
            world.graph.applications.federated_credentials[application_id][credential_id] = stored


def _put(world: World, shown: Json) -> None:
    world.graph.applications.put(blank_application(world.graph) | {"signInAudience": "AzureADMyOrg"} | shown)


def _shown(exchange: Exchange) -> Iterator[Json]:
    answer = exchange.answer
    if exchange.method != "GET" or not isinstance(answer, dict) or exchange.status != 200:
        return
    for item in answer.get("value", [answer]):
        if "appId" in item:
            yield {name: value for name, value in item.items() if "@" not in name}


def _with_certificate(body: Any) -> Any:
    """Give a request's body with some certificate in place of those that the recorder took out."""
    if not isinstance(body, dict) or "keyCredentials" not in body:
        return body
    return body | {"keyCredentials": [one | {"key": CERTIFICATE} for one in body["keyCredentials"]]}
