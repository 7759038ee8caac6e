"""Reading app registrations through Microsoft Graph into an Estate: one by one, or changes by the page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from shared.azure.clients import AzureClients
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.gateways import list_gateways
from shared.azure.graph_failures import Expired
from shared.azure.graph_reading import GraphRequests, Query
from shared.azure.parse_application import application_id, parse_application, parse_owners
from shared.model.application import Application, Changes, Gateway
from shared.model.estate import Estate
from shared.model.resource_id import ResourceId

# Not keyCredentials: Graph answers 150 such requests a minute, which the pages of a large tenant are more than.
# https://learn.microsoft.com/graph/api/application-list#optional-query-parameters
_PAGED = (
    *("id", "appId", "displayName", "signInAudience", "web", "spa", "publicClient", "passwordCredentials"),
    *("requiredResourceAccess", "createdDateTime"),
)
_NOT_PAGED = "keyCredentials"
_REMOVED = "@removed"


class Directory:
    """One observation of app registrations under way. Ask it for things, then for the `estate` that they make."""

    def __init__(self, clients: AzureClients) -> None:
        """Begin with nothing read."""
        self._clients = clients
        self._requests = GraphRequests(clients.limit, self._note)
        self._observed_at: datetime | None = None
        self._applications: dict[ResourceId, Application] = {}
        self._gateways: tuple[Gateway, ...] = ()
        self._absent: set[ResourceId] = set()
        self._unreadable: dict[ResourceId, str] = {}

    async def read_application(self, subject: ResourceId) -> None:
        """Read one registration, with all but its owners and federated credentials. Raises PassingFailure."""
        found = await self._noted(subject, self._read(subject))
        if found is not None:
            self._applications[subject] = found

    async def read_details(self, subject: ResourceId) -> None:
        """Add the owners and federated credentials of a registration that was read. Raises PassingFailure.

        What the identity may not see of them stays unknown.
        """
        item = self._clients.graph().applications.by_application_id(subject.name)
        owners, federated = await asyncio.gather(
            self._unless_refused(self._requests.send(item.owners.get)),
            self._unless_refused(self._requests.send(item.federated_identity_credentials.get)),
        )
        self._applications[subject] = replace(
            self._applications[subject],
            owners=None if owners is None else parse_owners(owners.value),
            federated_credentials=None if federated is None else len(federated.value or ()),
        )

    async def read_gateways(self) -> None:
        """Read what is kept of the gateways that are known. Raises PassingFailure, Refusal."""
        self._gateways = tuple(await list_gateways(self._clients))

    async def read_changes(self, subject: ResourceId, link: str | None) -> Changes | None:
        """Read the page that a link leads to, without one, or with one that has expired, the first page of all.

        Partial items are read again. None where the tenant, as `subject`, can't be read. Raises PassingFailure.
        """
        try:
            return await self._noted(subject, self._read_page(link))
        except Expired:
            return await self._noted(subject, self._read_page(None))

    def estate(self) -> Estate:
        """Give what was read so far."""
        if self._observed_at is None:
            raise ValueError("nothing was read yet, so there is no estate")
        return Estate(
            observed_at=self._observed_at,
            applications=MappingProxyType(self._applications),
            gateways=self._gateways,
            absent=frozenset(self._absent),
            unreadable=MappingProxyType(self._unreadable),
        )

    async def _read_page(self, link: str | None) -> Changes:
        delta = self._clients.graph().applications.delta
        if link is None:
            page = await self._requests.send(delta.get, query=Query(select=list(_PAGED)))
        else:
            page = await self._requests.send(delta.with_url(link).get)
        kept = (page.odata_next_link or page.odata_delta_link) if page else None
        if page is None or page.value is None or kept is None:
            raise PassingFailure("Graph's answer has no items, or leads neither to a next page nor to later changes")
        items = page.value
        told = [parse_application(one) for one in items if _REMOVED not in one.additional_data]
        whole = await asyncio.gather(*(self._completed(one) for one in told))
        gone = [application_id(str(one.id)) for one in items if _REMOVED in one.additional_data]
        gone += [one.id for one, found in zip(told, whole, strict=True) if found is None]
        return Changes(
            tuple(one for one in whole if one is not None),
            tuple(gone),
            kept,
            is_anew=link is None,
            is_last=page.odata_next_link is None,
        )

    async def _completed(self, application: Application) -> Application | None:
        """Read again what a delta query told in part; None where it is gone by now."""
        unread = tuple(name for name in application.unread if name != _NOT_PAGED)
        if not unread:
            return replace(application, unread=())
        try:
            return await self._read(application.id)
        except Absent:
            return None

    async def _read(self, subject: ResourceId) -> Application:
        item = self._clients.graph().applications.by_application_id(subject.name)
        found = await self._requests.send(item.get)
        if found is None or not found.id:
            raise PassingFailure(f"Graph's answer for application {subject.name} tells of none")
        return parse_application(found)

    async def _noted[T](self, subject: ResourceId, reading: Awaitable[T]) -> T | None:
        try:
            return await reading
        except Absent:
            self._absent.add(subject)
        except Refusal as refusal:
            self._unreadable[subject] = str(refusal)
        return None

    async def _unless_refused[T](self, reading: Awaitable[T]) -> T | None:
        try:
            return await reading
        except (Absent, Refusal):
            return None

    def _note(self, at: datetime) -> None:
        self._observed_at = at if self._observed_at is None else min(at, self._observed_at)
