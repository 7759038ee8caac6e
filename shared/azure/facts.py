"""What seldom changes in Azure, read for all checks together and kept by Azure's own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.azure.cache import Cache
from shared.azure.clients import AzureClients
from shared.azure.gateways import list_gateways
from shared.azure.reading import Reader
from shared.model.application import Gateway
from shared.model.estate import ResourceGroup
from shared.model.resource_id import ResourceId

_SIZES_LIFETIME = timedelta(days=1)
_SERVICE_TAGS_LIFETIME = timedelta(days=1)
# A group's tag is an opt-out that people set when they are in a hurry.
_RESOURCE_GROUPS_LIFETIME = timedelta(minutes=5)
_GATEWAYS_LIFETIME = timedelta(minutes=5)
_MEMORY = "MemoryGB"


class AzureFacts:
    """Sizes, service tags, resource groups, known gateways. Each method raises Absent, Refusal or PassingFailure."""

    def __init__(self, clients: AzureClients) -> None:
        """Know nothing yet."""
        self._clients = clients
        self._now = datetime.min.replace(tzinfo=UTC)
        self._reader = Reader(clients.limit, self.note_time)
        self._sizes = Cache[tuple[str, str], dict[str, float]](_SIZES_LIFETIME, self._clock)
        self._service_tags = Cache[str, dict[str, tuple[str, ...]]](_SERVICE_TAGS_LIFETIME, self._clock)
        self._gateways = Cache[str, tuple[Gateway, ...]](_GATEWAYS_LIFETIME, self._clock)
        self._resource_groups = Cache[ResourceId, ResourceGroup](_RESOURCE_GROUPS_LIFETIME, self._clock)

    def note_time(self, at: datetime) -> None:
        """Learn how late it is in Azure."""
        self._now = max(at, self._now)

    async def sizes(self, subscription_id: str, location: str) -> dict[str, float]:
        """Give the memory in GiB of each VM size, by its name in lower case."""

        async def read() -> dict[str, float]:
            skus = await self._reader.all(
                self._clients.compute(subscription_id).resource_skus.list, filter=f"location eq '{location}'"
            )
            return {
                sku.name.casefold(): float(capability.value)
                for sku in skus
                if sku.name and (sku.resource_type or "").casefold() == "virtualmachines"
                for capability in sku.capabilities or ()
                if capability.name == _MEMORY and capability.value
            }

        return await self._sizes.get((subscription_id.casefold(), location.casefold()), read)

    async def service_tags(self, subscription_id: str, location: str) -> dict[str, tuple[str, ...]]:
        """Give the prefixes of each service tag, by its name in lower case.

        They are those of the whole cloud whatever the location, which only chooses where to ask:
        https://learn.microsoft.com/rest/api/virtualnetwork/service-tags/list
        """

        async def read() -> dict[str, tuple[str, ...]]:
            tags = await self._reader.one(self._clients.network(subscription_id).service_tags.list, location)
            return {
                tag.name.casefold(): tuple(tag.properties.address_prefixes or ())
                for tag in tags.values_property or ()
                if tag.name and tag.properties
            }

        return await self._service_tags.get("public", read)

    async def gateways(self) -> tuple[Gateway, ...]:
        """Give the gateways that the audit of app registrations knows."""

        async def read() -> tuple[Gateway, ...]:
            return tuple(await list_gateways(self._clients))

        return await self._gateways.get("all", read)

    async def resource_group(self, subject: ResourceId) -> ResourceGroup:
        """Give a resource group's owner and tags."""

        async def read() -> ResourceGroup:
            groups = self._clients.resources(subject.subscription_id).resource_groups
            found = await self._reader.one(groups.get, subject.resource_group)
            return ResourceGroup(subject, found.managed_by, dict(found.tags or {}))

        return await self._resource_groups.get(subject, read)

    def _clock(self) -> datetime:
        return self._now
