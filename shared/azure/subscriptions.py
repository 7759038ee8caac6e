"""The subscriptions that the app's identity sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.azure.clients import AzureClients
from shared.azure.resource_graph import ResourceGraph
from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription, and what people call it."""

    id: ResourceId
    display_name: str


async def list_subscriptions(
    clients: AzureClients, note: Callable[[datetime], None], management_group: str | None = None
) -> tuple[Subscription, ...]:
    """List all subscriptions that are seen, or those of a management group; `note` is told the answers' time.

    Raises Refusal where none is to be seen, PassingFailure.
    """
    pages = ResourceGraph(clients, note).pages("subscriptions", management_group=management_group)
    found = [Subscription(ResourceId(row["id"]), row["name"] or "") async for rows in pages for row in rows]
    return tuple(found)
