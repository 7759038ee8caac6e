"""What is the same of every request to a service: it is logged, and its answer is sent, held back or never sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from aiohttp import web

from simulator.faults import Fault, FaultKind
from simulator.identity import Identity
from simulator.request_log import Kind, LoggedRequest, RequestLog, kind_of
from simulator.world import World

DROPPING = frozenset({FaultKind.DROPPED_BEFORE, FaultKind.DROPPED_AFTER, FaultKind.TIME_OUT})
WITHOUT_EFFECT = frozenset({FaultKind.DROPPED_BEFORE, FaultKind.TIME_OUT})
HOST = re.compile(r"\blocal-host/(\d+)")


def host_of(world: World, incoming: web.Request) -> int | None:
    """Tell which of the app's hosts sends a request: by what it says of itself, or by its token."""
    said = HOST.search(incoming.headers.get("User-Agent", ""))
    token = incoming.headers.get("Authorization", "").partition(" ")[2]
    return int(said[1]) if said else world.identities.host_of(token)


def log(  # noqa: PLR0913 - what a log has of a request
    world: World,
    incoming: web.Request,
    *,
    path: str,
    api_version: str,
    status: int,
    correlation_id: str,
    client_request_id: str | None,
    caller: Identity | None,
    began: int,
    to: RequestLog | None = None,
) -> LoggedRequest:
    """Log a request that was carried out, or refused, with its answer's status; `to` the world's log if to none."""
    logged = LoggedRequest(
        world.clock.now(),
        incoming.method,
        path,
        incoming.query_string,
        api_version,
        status,
        correlation_id,
        client_request_id,
        caller.client_id if caller else None,
        host=host_of(world, incoming),
        took_effect=200 <= status < 300,
        began=began,
    )
    (world.requests if to is None else to).add(logged)
    return logged


async def deliver(
    world: World,
    incoming: web.Request,
    logged: LoggedRequest,
    fault: Fault | None,
    respond: Callable[[], web.Response],
) -> web.StreamResponse:
    """Send the answer, or drop the connection where a fault says so."""
    drop = fault if fault is not None and fault.kind in DROPPING else None
    if drop:
        logged.status = None
    try:
        if kind_of(incoming.method, incoming.path) is Kind.WRITE and world.answer_seconds:
            await asyncio.sleep(world.answer_seconds)
        if drop:
            await _drop(world, incoming, drop)
        response = respond()
        await response.prepare(incoming)
        await response.write_eof()
        return response
    finally:
        logged.ended = world.requests.next_moment()


async def _drop(world: World, incoming: web.Request, fault: Fault) -> None:
    if fault.kind is FaultKind.TIME_OUT:
        await world.faults.released.wait()
    if incoming.transport:
        incoming.transport.abort()
    raise asyncio.CancelledError
