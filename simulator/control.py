"""The control API: the world, steered over HTTP by people and by processes outside. No sign-in; loopback only.

| request | what it does |
| --- | --- |
| `GET /simulator/clock` | the world's time, and when something is next due |
| `POST /simulator/clock/advance {"seconds": 60}` | moves time on, and answers when all that fell due is done |
| `GET /simulator/requests?kind=write&under=/subscriptions/…&type=…` | the log of requests to ARM and Graph |
| `DELETE /simulator/requests` | forgets them |
| `GET /simulator/faults` | the faults in force |
| `POST /simulator/faults {"kind": "scope locked", "path": "…", "times": 1}` | adds a `Fault` (all but `when`) |
| `DELETE /simulator/faults` | takes all away |
| `GET /simulator/events` | what was published, each attempt to deliver, and how many are still to come |
| `GET /simulator/dead-letters` | what was given up, why, and in which blob it is |
| `GET /simulator/published` | what the Event Grid topic has taken |
| `POST /simulator/event-subscriptions {"url": "…", "function_name": "…"}` | the fields of `EventSubscription` |
"""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import Any

from aiohttp import web

from simulator.eventgrid import EventSubscription
from simulator.faults import Fault, FaultKind
from simulator.request_log import Kind
from simulator.webhooks import ValidationFailed
from simulator.world import World

ROOT = "/simulator"


def add_control_routes(application: web.Application, world: World) -> None:
    """Serve the control API under `/simulator`."""
    control = Control(world)
    application.router.add_routes(
        [
            web.get(f"{ROOT}/clock", control.show_clock),
            web.post(f"{ROOT}/clock/advance", control.advance),
            web.get(f"{ROOT}/requests", control.list_requests),
            web.delete(f"{ROOT}/requests", control.clear_requests),
            web.get(f"{ROOT}/faults", control.list_faults),
            web.post(f"{ROOT}/faults", control.add_fault),
            web.delete(f"{ROOT}/faults", control.clear_faults),
            web.get(f"{ROOT}/events", control.list_events),
            web.get(f"{ROOT}/dead-letters", control.list_dead_letters),
            web.get(f"{ROOT}/published", control.list_published),
            web.post(f"{ROOT}/event-subscriptions", control.subscribe),
        ]
    )


class Control:
    """The handlers, each a line or two over the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def show_clock(self, _: web.Request) -> web.Response:
        return _json({"now": self._world.clock.now(), "next_due": self._world.clock.next_due()})

    async def advance(self, request: web.Request) -> web.Response:
        asked = await _document(request)
        seconds = asked.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            return _problem("seconds must be a number of 0 or more")
        await self._world.clock.advance(seconds)
        return await self.show_clock(request)

    async def list_requests(self, request: web.Request) -> web.Response:
        query = request.query
        kind = Kind(query["kind"]) if query.get("kind") in set(Kind) else None
        found = self._world.requests.matching(kind, query.get("under", ""), query.get("type"))
        return _json([dataclasses.asdict(entry) | {"kind": entry.kind} for entry in found])

    async def clear_requests(self, _: web.Request) -> web.Response:
        self._world.requests.clear()
        return web.Response(status=204)

    async def list_faults(self, _: web.Request) -> web.Response:
        return _json([_without_when(fault) for fault in self._world.faults])

    async def add_fault(self, request: web.Request) -> web.Response:
        asked = await _document(request)
        if asked.get("kind") not in set(FaultKind):
            return _problem(f"kind must be one of: {', '.join(FaultKind)}")
        asked["kind"] = FaultKind(asked["kind"])
        asked["on"] = Kind(asked["on"]) if asked.get("on") in set(Kind) else None
        known = {field.name for field in dataclasses.fields(Fault)} - {"when"}
        if unknown := set(asked) - known:
            return _problem(f"a fault has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
        return _json(_without_when(self._world.faults.add(Fault(**asked))), 201)

    async def clear_faults(self, _: web.Request) -> web.Response:
        self._world.faults.clear()
        return web.Response(status=204)

    async def list_events(self, _: web.Request) -> web.Response:
        grid = self._world.event_grid
        attempts = [dataclasses.asdict(attempt) for attempt in grid.attempts]
        return _json({"published": grid.published, "attempts": attempts, "pending": grid.pending})

    async def list_dead_letters(self, _: web.Request) -> web.Response:
        return _json([dataclasses.asdict(letter) for letter in self._world.event_grid.dead_letters])

    async def list_published(self, _: web.Request) -> web.Response:
        return _json(self._world.topic.received)

    async def subscribe(self, request: web.Request) -> web.Response:
        asked = await _document(request)
        known = {field.name for field in dataclasses.fields(EventSubscription)}
        if "url" not in asked or set(asked) - known:
            return _problem(f"an event subscription has a url, and may have {', '.join(sorted(known - {'url'}))}")
        asked["included_operations"] = tuple(asked.get("included_operations", ()))
        try:
            subscription = await self._world.event_grid.subscribe(EventSubscription(**asked))
        except ValidationFailed as error:
            return _problem(str(error))
        return _json(dataclasses.asdict(subscription), 201)


async def _document(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def _without_when(fault: Fault) -> dict[str, Any]:
    fields = dataclasses.asdict(fault)
    return fields | {"when": "a test" if fault.when else None}


def _json(body: object, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=lambda value: json.dumps(value, default=_plain, indent=1))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _problem(detail: str) -> web.Response:
    return _json({"detail": detail}, 400)
