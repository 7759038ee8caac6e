"""One set of SDK clients per process, each made on first use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shared.azure.sign_in import make_credential
from shared.settings import Choices, Settings

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.core.pipeline.transport import AioHttpTransport
    from azure.data.tables.aio import TableClient
    from azure.eventgrid.aio import EventGridPublisherClient
    from azure.mgmt.compute.aio import ComputeManagementClient
    from azure.mgmt.network.aio import NetworkManagementClient
    from azure.mgmt.resource.resources.aio import ResourceManagementClient
    from azure.mgmt.resourcegraph.aio import ResourceGraphClient
    from azure.storage.blob.aio import ContainerClient
    from azure.storage.queue.aio import QueueClient
    from httpx import AsyncClient
    from msgraph.graph_service_client import GraphServiceClient

_REQUESTS_AT_ONCE = 24
# Whatever Azure answers goes to the caller, so that no handler ever sleeps: azure-core would wait out any
# Retry-After by itself. A read whose connection drops is sent once more at once, by aiohttp.
_NO_RETRIES: dict[str, Any] = {"retry_total": 0}
# The storage SDK waits 15 seconds before its first retry, of the 30 in all that Event Grid gives a handler.
_ONE_RETRY_AT_ONCE: dict[str, Any] = {
    "retry_total": 1,
    "initial_backoff": 0,
    "increment_base": 0,
    "random_jitter_range": 0,
}
_CONNECT_SECONDS = 5
# ARM's own gateway gives up on a provider after a minute.
_ANSWER_SECONDS = 60
_STORAGE_ANSWER_SECONDS = 10
_TOPIC_ANSWER_SECONDS = 30

# Said in as many words, or the SDK takes every endpoint on localhost for one of Cosmos DB.
_STORAGE_AUDIENCE = "https://storage.azure.com"


class Purpose(StrEnum):
    """What a client is for: each purpose may have an identity of its own, which is permitted that alone."""

    READING = "reading"
    EXTENSIONS = "extensions"
    NETWORK = "network"
    REDIRECTS = "redirects"
    STORAGE = "storage"


class AzureClients:
    """The SDK clients by subscription and identity, and a connection pool for each service.

    `answer_within` is how many seconds Azure Resource Manager and Microsoft Graph have to answer a request.
    `transport` makes the connections, with aiohttp if nothing else is said, and `graph_connections` those to Graph,
    whose SDK has them of httpx. `pause` waits until there is more of Resource Graph's quota. `credential`, if it is
    given, signs in for every purpose, and is closed with the clients. Settings without storage will do for whoever
    keeps no state: there are no queues, no tables and no containers then.
    """

    def __init__(  # noqa: PLR0913 - what its connections hang on
        self,
        settings: Choices,
        *,
        answer_within: float = _ANSWER_SECONDS,
        transport: Callable[..., AioHttpTransport] | None = None,
        graph_connections: Callable[..., AsyncClient] | None = None,
        pause: Callable[[timedelta], Awaitable[None]] | None = None,
        credential: AsyncTokenCredential | None = None,
    ) -> None:
        """Make nothing yet: the first request to each service makes its client."""
        self._settings = settings
        self._make_transport = transport
        self._make_graph_connections = graph_connections
        self._answer_within = answer_within
        self.pause = pause or _sleep
        self._given = credential
        self._made: dict[tuple[str, str], Any] = {("credential", ""): credential} if credential else {}
        self.limit = asyncio.Semaphore(_REQUESTS_AT_ONCE)
        # All of a process's writes are counted in one row: they would but overtake each other there.
        self.spending = asyncio.Lock()
        self._loading = asyncio.Lock()

    def compute(self, subscription_id: str, purpose: Purpose = Purpose.READING) -> ComputeManagementClient:
        """Give the compute client of a subscription."""

        def make() -> ComputeManagementClient:
            from azure.mgmt.compute.aio import ComputeManagementClient  # noqa: PLC0415 - a second to import

            return ComputeManagementClient(self._credential(purpose), subscription_id, **self._management_options())

        return self._once("compute", f"{subscription_id} {self._client_id(purpose)}", make)

    def network(self, subscription_id: str, purpose: Purpose = Purpose.READING) -> NetworkManagementClient:
        """Give the network client of a subscription."""

        def make() -> NetworkManagementClient:
            from azure.mgmt.network.aio import NetworkManagementClient  # noqa: PLC0415 - seconds to import

            return NetworkManagementClient(self._credential(purpose), subscription_id, **self._management_options())

        return self._once("network", f"{subscription_id} {self._client_id(purpose)}", make)

    def resources(self, subscription_id: str) -> ResourceManagementClient:
        """Give the resource manager's client of a subscription."""

        def make() -> ResourceManagementClient:
            from azure.mgmt.resource.resources.aio import ResourceManagementClient  # noqa: PLC0415 - slow to import

            return ResourceManagementClient(self._credential(), subscription_id, **self._management_options())

        return self._once("resources", subscription_id, make)

    def resource_graph(self) -> ResourceGraphClient:
        """Give the client of Resource Graph, which is asked of any subscription."""

        def make() -> ResourceGraphClient:
            from azure.mgmt.resourcegraph.aio import ResourceGraphClient  # noqa: PLC0415 - slow to import

            return ResourceGraphClient(self._credential(), **self._management_options())

        return self._once("resource graph", "", make)

    async def graph(self, purpose: Purpose = Purpose.READING) -> GraphServiceClient:
        """Give the client of Microsoft Graph, which costs a second and 70 MB: app registrations alone need it.

        It is loaded beside the event loop, so that whatever else is under way goes on.
        """
        async with self._loading:
            return await asyncio.to_thread(self._graph, purpose)

    def _graph(self, purpose: Purpose) -> GraphServiceClient:
        def make() -> GraphServiceClient:
            from shared.azure.graph_client import make_graph_client  # noqa: PLC0415 - as above

            connections = self._graph_connections(purpose)
            return make_graph_client(self._settings.graph_endpoint, self._credential(purpose), connections)

        return self._once("graph", self._client_id(purpose), make)

    def queue(self, name: str) -> QueueClient:
        """Give the client of one of the app's own queues."""

        def make() -> QueueClient:
            from azure.storage.queue.aio import QueueClient  # noqa: PLC0415 - slow to import

            return QueueClient(
                self._storage.queue_endpoint,
                name,
                credential=self._credential(Purpose.STORAGE),
                transport=self._transport("queue", _STORAGE_ANSWER_SECONDS),
                **_ONE_RETRY_AT_ONCE,
            )

        return self._once("queue", name, make)

    def container(self, name: str) -> ContainerClient:
        """Give the client of one of the app's own containers of blobs."""

        def make() -> ContainerClient:
            from azure.storage.blob.aio import ContainerClient  # noqa: PLC0415 - slow to import, and seldom needed

            return ContainerClient(
                self._storage.blob_endpoint,
                name,
                credential=self._credential(Purpose.STORAGE),
                transport=self._transport("blob", _STORAGE_ANSWER_SECONDS),
                **_ONE_RETRY_AT_ONCE,
            )

        return self._once("container", name, make)

    def table(self, name: str) -> TableClient:
        """Give the client of one of the app's own tables, which tries nothing twice by itself."""

        def make() -> TableClient:
            from azure.data.tables.aio import TableClient  # noqa: PLC0415 - slow to import

            return TableClient(
                self._storage.table_endpoint,
                name,
                credential=self._credential(Purpose.STORAGE),
                audience=_STORAGE_AUDIENCE,
                transport=self._transport("table", _STORAGE_ANSWER_SECONDS),
                **_NO_RETRIES,
            )

        return self._once("table", name, make)

    def topic(self, endpoint: str) -> EventGridPublisherClient:
        """Give the client of an Event Grid topic."""

        def make() -> EventGridPublisherClient:
            from azure.eventgrid.aio import EventGridPublisherClient  # noqa: PLC0415 - slow to import

            return EventGridPublisherClient(
                endpoint,
                self._credential(),
                transport=self._transport("topic", _TOPIC_ANSWER_SECONDS),
                **_NO_RETRIES,
            )

        return self._once("topic", endpoint, make)

    async def close(self) -> None:
        """Close every connection; the clients can't be used afterwards."""
        for (kind, _), made in self._made.items():
            if kind in ("credential", "transport"):
                await made.close()
            elif kind == "connections":
                await made.aclose()
        self._made.clear()

    @property
    def _storage(self) -> Settings:
        if not isinstance(self._settings, Settings):
            raise TypeError("these settings name no storage, so that there is no queue, no table and no container")
        return self._settings

    def _management_options(self) -> dict[str, Any]:
        return {
            "base_url": self._settings.arm_endpoint,
            "credential_scopes": ["https://management.azure.com/.default"],
            "transport": self._transport("arm", self._answer_within),
            **_NO_RETRIES,
        }

    def _graph_connections(self, purpose: Purpose) -> AsyncClient:
        """Give the connections of one client: the SDK puts its own layers around them, once for each client."""

        def make() -> AsyncClient:
            from httpx import AsyncClient, Timeout  # noqa: PLC0415 - of Graph's SDK alone

            return (self._make_graph_connections or AsyncClient)(
                http2=True, timeout=Timeout(self._answer_within, connect=_CONNECT_SECONDS)
            )

        return self._once("connections", self._client_id(purpose), make)

    def _credential(self, purpose: Purpose = Purpose.READING) -> AsyncTokenCredential:
        if self._given is not None:
            return self._given
        client_id = self._client_id(purpose)
        return self._once("credential", client_id, lambda: make_credential(client_id or None))

    def _client_id(self, purpose: Purpose) -> str:
        """Give the client id of a purpose's identity: without one of its own, the app's; "" is system-assigned."""
        chosen = self._settings
        own = {
            Purpose.EXTENSIONS: chosen.extensions_client_id,
            Purpose.NETWORK: chosen.network_client_id,
            Purpose.REDIRECTS: chosen.redirects_client_id,
            # The host reads the queues that the app writes to: one account, one identity.
            Purpose.STORAGE: chosen.storage_client_id if isinstance(chosen, Settings) else None,
        }
        return own.get(purpose) or chosen.client_id or ""

    def _transport(self, service: str, answer_within: float) -> AioHttpTransport:
        """Give a service's connections; they alone know the time-outs, whatever their clients are told."""

        def make() -> AioHttpTransport:
            from azure.core.pipeline.transport import AioHttpTransport  # noqa: PLC0415 - slow to import

            return (self._make_transport or AioHttpTransport)(
                connection_timeout=_CONNECT_SECONDS, read_timeout=answer_within
            )

        return self._once("transport", service, make)

    def _once[T](self, kind: str, key: str, make: Callable[[], T]) -> T:
        slot = (kind, key.casefold())
        if slot not in self._made:
            self._made[slot] = make()
        made: T = self._made[slot]
        return made


async def _sleep(pause: timedelta) -> None:
    await asyncio.sleep(pause.total_seconds())
