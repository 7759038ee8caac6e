"""The real SDK's client, and requests as it would never send them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from azure.mgmt.resourcegraph.aio import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions, QueryResponse

from simulator.request_log import QUERY
from simulator.store import Json
from simulator.world import World
from tests.simulator.raw_client import RawAnswer, RawClient

API_VERSION = "2024-04-01"

type Ask = Callable[..., Awaitable[QueryResponse]]
type Send = Callable[..., Awaitable[RawAnswer]]


def rows_in(answer: QueryResponse) -> list[Json]:
    """Give the rows of an answer that is a list of objects, which the SDK's annotations do not know."""
    rows: Any = answer.data
    assert isinstance(rows, list)
    return rows


@pytest.fixture
async def graph(client_options: dict[str, Any]) -> AsyncIterator[ResourceGraphClient]:
    options = {name: value for name, value in client_options.items() if name != "subscription_id"}
    async with ResourceGraphClient(**options) as client:
        yield client


@pytest.fixture
def ask(graph: ResourceGraphClient, world: World) -> Ask:
    """Ask of the world's subscription, or of the scope that is named, with the options of the SDK's model."""

    async def asked(query: str, scope: dict[str, Any] | None = None, **options: Any) -> QueryResponse:
        where = {"subscriptions": [world.subscription_id]} if scope is None else scope
        request = QueryRequest(query=query, options=QueryRequestOptions(**options) if options else None, **where)
        return await graph.resources(request)

    return asked


@pytest.fixture
def send(raw: RawClient) -> Send:
    """Send any body, or a query alone."""

    async def sent(body: Any, api_version: str = API_VERSION, **more: Any) -> RawAnswer:
        document = {"query": body} | more if isinstance(body, str) else body
        return await raw.send("POST", QUERY, document, query={"api-version": api_version})

    return sent
