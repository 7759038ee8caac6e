"""Storage connections, named by bindings and described by app settings."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential
from azure.storage.queue.aio import QueueClient, QueueServiceClient

DEFAULT_CONNECTION = "Storage"

# Left to itself, the client waits 15 s before it tries again.
_RETRY: dict[str, Any] = {"initial_backoff": 1, "increment_base": 1}

type Credential = DefaultAzureCredential | ManagedIdentityCredential


class ConnectionMissing(LookupError):
    """No app setting describes the connection that a binding names."""


class StorageConnections:
    """One client per connection, made on first use; messages pass as the raw text that is stored."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._services: dict[str, QueueServiceClient] = {}
        self._closable: list[QueueServiceClient | Credential] = []

    def queue(self, connection: str, name: str) -> QueueClient:
        """Give the client of a queue. Raises ConnectionMissing."""
        if connection not in self._services:
            self._services[connection] = self._open(connection or DEFAULT_CONNECTION)
            self._closable.append(self._services[connection])
        return self._services[connection].get_queue_client(name)

    def _open(self, connection: str) -> QueueServiceClient:
        # The WebJobs SDK looks for "AzureWebJobs" + name before the name itself.
        for name in (f"AzureWebJobs{connection}", connection):
            if text := self._settings.get(name):
                return QueueServiceClient.from_connection_string(text, **_RETRY)
            if url := self._identity_url(name):
                return QueueServiceClient(url, self._credential(name), **_RETRY)
        raise ConnectionMissing(
            f"no app setting describes the connection '{connection}': "
            f"{connection}, {connection}__queueServiceUri or {connection}__accountName"
        )

    def _identity_url(self, name: str) -> str | None:
        if url := self._settings.get(f"{name}__queueServiceUri") or self._settings.get(f"{name}__serviceUri"):
            return url
        account = self._settings.get(f"{name}__accountName")
        return f"https://{account}.queue.core.windows.net" if account else None

    def _credential(self, name: str) -> Credential:
        wants_managed_identity = self._settings.get(f"{name}__credential", "").casefold() == "managedidentity"
        client_id = self._settings.get(f"{name}__clientId")
        credential = (
            ManagedIdentityCredential(client_id=client_id) if wants_managed_identity else DefaultAzureCredential()
        )
        self._closable.append(credential)
        return credential

    async def close(self) -> None:
        """Close every client and credential."""
        for closable in self._closable:
            await closable.close()


async def send_creating(queue: QueueClient, text: str) -> None:
    """Send a message, and make the queue if it does not exist."""
    try:
        await queue.send_message(text)
    except ResourceNotFoundError:
        # Somebody else may just have made it.
        with contextlib.suppress(ResourceExistsError):
            await queue.create_queue()
        await queue.send_message(text)
