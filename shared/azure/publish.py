"""Publishing to an Event Grid topic."""

from __future__ import annotations

from collections.abc import Sequence

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.core.messaging import CloudEvent

from shared.azure.clients import AzureClients
from shared.azure.failures import Absent, explain_failure
from shared.azure.outbox import Event

_NOT_UNDERSTOOD = frozenset({400, 413, 415})


class NotUnderstood(Exception):
    """The topic takes such events from nobody: something is wrong with one of them, or with its input schema."""


async def publish(clients: AzureClients, topic: str, events: Sequence[Event]) -> None:
    """Send events to a topic, all or none. Raises NotUnderstood, Absent, PassingFailure, Refusal."""
    try:
        await clients.topic(topic).send([CloudEvent.from_dict(event) for event in events])
    except ResourceNotFoundError as error:
        # The SDK has put words of its own in place of the answer.
        raise Absent(f"There is no topic at {topic}") from error
    except AzureError as error:
        if isinstance(error, HttpResponseError) and error.status_code in _NOT_UNDERSTOOD:
            raise NotUnderstood(error.message) from error
        raise explain_failure(error) from error
