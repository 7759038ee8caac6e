"""What a Functions host does with the queue of events, in this process, and what the topic has heard then."""

from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from handlers.guard import Guard
from handlers.publications import publish_events
from shared.azure.outbox import PUBLICATIONS, Batch, parse_batch
from simulator.local import LocalAzure


async def publish_all(azure: LocalAzure, guard: Guard) -> list[Exception]:
    """Publish all that can be seen in the queue; give what was raised: those messages come again."""
    queue, raised = azure.storage.get_queue_client(PUBLICATIONS), list[Exception]()
    try:
        while message := await queue.receive_message(visibility_timeout=30):
            try:
                await publish_events(guard, message.content)
            except ValueError as error:
                raised.append(error)
                continue
            await queue.delete_message(message)
    except ResourceNotFoundError:
        return raised
    return raised


async def queued(azure: LocalAzure) -> list[Batch]:
    """Give what waits in the queue and can be seen."""
    try:
        peeked = await azure.storage.get_queue_client(PUBLICATIONS).peek_messages(max_messages=32)
    except ResourceNotFoundError:
        return []
    return [parse_batch(message.content) for message in peeked]


def heard(azure: LocalAzure) -> list[tuple[str, str, str | None]]:
    """Give what the topic has taken: each event's type without its beginning, its subject's name, its reason."""
    return [_summary(event) for event in azure.world.topic.received]


def _summary(event: dict[str, Any]) -> tuple[str, str, str | None]:
    return event["type"].removeprefix("WacGuard."), event["subject"].rpartition("/")[2], event["data"].get("reason")
