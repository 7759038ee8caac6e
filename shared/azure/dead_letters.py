"""The container of dead letters in the app's own storage account: listed, read, and deleted as it was read.

Event Grid writes there what it gave up, five minutes after the last attempt and once for all that it gives up within
that time (https://learn.microsoft.com/azure/event-grid/delivery-and-retry). The container has to be there: without it
the events are lost. A blob's name ends in `<EVENT SUBSCRIPTION>/2026/1/5/8/<guid>.json`, with the hour in UTC
(https://learn.microsoft.com/azure/event-grid/manage-event-delivery); nothing here hangs on that. It is not documented
that Event Grid writes anything to try a container: what is no dead letter is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

from shared.azure.at_once import each_at_once
from shared.azure.clients import AzureClients
from shared.azure.failures import explained

CONTAINER = "dead-letters"
MOST_LISTED = 5000
"""How many blobs are listed, which is a page of Azure Storage."""


@dataclass(frozen=True, slots=True)
class ListedBlob:
    """A blob as it is listed; `size` in bytes."""

    name: str
    size: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class ReadBlob:
    """A blob as it was read."""

    name: str
    etag: str
    content: bytes


async def list_blobs(clients: AzureClients) -> tuple[list[ListedBlob], bool]:
    """List the blobs that wait, the oldest first, and tell whether there are more than can be listed.

    Raises Absent where there is no such container, PassingFailure, Refusal.
    """
    found = []
    with explained():
        pages = clients.container(CONTAINER).list_blobs(results_per_page=MOST_LISTED).by_page()
        async for page in pages:
            found += [ListedBlob(blob.name, blob.size, blob.last_modified) async for blob in page]
            # Azure may answer with a part of a page, and with nothing at all, though there is more.
            if len(found) >= MOST_LISTED:
                break
    is_cut = bool(getattr(pages, "continuation_token", None))
    return sorted(found, key=lambda blob: (blob.written_at, blob.name)), is_cut


async def read_blobs(clients: AzureClients, blobs: Iterable[ListedBlob]) -> list[ReadBlob]:
    """Read blobs, several at once, in their order; without those that are gone. Raises PassingFailure, Refusal."""
    container = clients.container(CONTAINER)
    found: dict[str, ReadBlob] = {}

    async def read(blob: ListedBlob) -> None:
        try:
            download = await container.download_blob(blob.name)
            found[blob.name] = ReadBlob(blob.name, download.properties.etag, await download.readall())
        except ResourceNotFoundError:
            return  # somebody else took it up

    wanted = list(blobs)
    with explained():
        await each_at_once(read, wanted)
    return [found[blob.name] for blob in wanted if blob.name in found]


async def delete_blobs(clients: AzureClients, blobs: Iterable[ReadBlob]) -> list[str]:
    """Delete blobs as they were read, several at once; give the names of those that were changed since, and are left.

    Raises PassingFailure, Refusal: then some may be deleted.
    """
    container = clients.container(CONTAINER)
    changed: list[str] = []

    async def delete(blob: ReadBlob) -> None:
        try:
            await container.delete_blob(
                blob.name, etag=blob.etag, match_condition=MatchConditions.IfNotModified, delete_snapshots="include"
            )
        except ResourceNotFoundError:
            return
        except ResourceModifiedError:
            # Azurite says so of a blob that is gone, too.
            if await container.get_blob_client(blob.name).exists():
                changed.append(blob.name)

    with explained():
        await each_at_once(delete, blobs)
    return sorted(changed)
