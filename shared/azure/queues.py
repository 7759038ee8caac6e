"""The app's own queues: a text is sent, to be seen after a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from shared.azure.clients import AzureClients

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

# Azure Storage admits seven days; what is to be seen that late is no use to anybody.
_LONGEST_DELAY = timedelta(days=1)


async def send_text(clients: AzureClients, name: str, text: str, delay: timedelta = timedelta()) -> None:
    """Queue a text of 64 KiB at most, to be seen after `delay`; make the queue if it is not there yet."""
    queue = clients.queue(name)
    seconds = int(min(delay, _LONGEST_DELAY).total_seconds())
    try:
        await queue.send_message(text, visibility_timeout=seconds)
    except ResourceNotFoundError:
        await _create(queue)
        await queue.send_message(text, visibility_timeout=seconds)


async def _create(queue: QueueClient) -> None:
    try:
        await queue.create_queue()
    except ResourceExistsError:
        return  # another instance made it at the same moment
