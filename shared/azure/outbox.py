"""The queue of events that are to be published: whatever becomes of the topic, they wait there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.azure.clients import AzureClients
from shared.azure.queues import send_text

PUBLICATIONS = "wac-publications"

# Of the 64 KiB that Azure Storage admits, some is left for the rest of the message. A batch of so much is far below
# the 1 MB that Event Grid admits: https://learn.microsoft.com/azure/event-grid/quotas-limits
_MOST_CHARACTERS = 48 * 1024

type Event = dict[str, Any]


class EventsMessage(BaseModel):
    """Events of one subject as they stand in the queue. `attempt` counts how often the topic did not take them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    subject: str
    correlation_id: str
    attempt: int = Field(0, ge=0)
    events: list[Event] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one subject, from one look at it."""

    subject: str
    correlation_id: str
    events: Sequence[Event]
    attempt: int = 0


async def send_batch(clients: AzureClients, batch: Batch, delay: timedelta = timedelta()) -> None:
    """Queue events, in as many messages as they need, to be published after `delay`."""
    for events in _parts(batch.events):
        message = EventsMessage(
            subject=batch.subject, correlation_id=batch.correlation_id, attempt=batch.attempt, events=events
        )
        await send_text(clients, PUBLICATIONS, message.model_dump_json(ensure_ascii=True), delay)


def parse_batch(text: str | bytes) -> Batch:
    """Read events from the queue. Raises ValueError for what are none."""
    message = EventsMessage.model_validate_json(text)
    if not all(isinstance(event.get("id"), str) for event in message.events):
        raise ValueError("an event has no id")
    return Batch(message.subject, message.correlation_id, message.events, message.attempt)


def _parts(events: Sequence[Event]) -> Iterator[list[Event]]:
    part: list[Event] = []
    size = 0
    for event in events:
        needed = len(json.dumps(event))
        if part and size + needed > _MOST_CHARACTERS:
            yield part
            part, size = [], 0
        part.append(event)
        size += needed
    if part:
        yield part
