"""Reading app registrations through Microsoft Graph into an Estate: one by one, or changes by the page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from shared.azure.clients import AzureClients
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.gateways import list_gateways
from shared.azure.graph_failures import Expired
from shared.azure.graph_reading import GraphRequests, Query
from shared.azure.parse_application import LISTED, application_id, parse_application, parse_listed, parse_owners
from shared.model.application import Application, Changes, Gateway
from shared.model.estate import Estate
from shared.model.past import Audit
from shared.model.resource_id import ResourceId

# A page is read and decided upon in one go, in which nothing else gets its turn.
_PAGE = 100
_REMOVED, _NEXT_LINK, _DELTA_LINK = "@removed", "@odata.nextLink", "@odata.deltaLink"


class Directory:
    """One observation of app registrations under way. Ask it for things, then for the `estate` that they make."""

    def __init__(self, clients: AzureClients) -> None:
        """Begin with nothing read."""
        self._clients = clients
        self._requests = GraphRequests(clients, self._note)
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
        item = (await self._clients.graph()).applications.by_application_id(subject.name)
        owners, federated = await asyncio.gather(
            self._unless_refused(self._requests.read(item.owners)),
            self._unless_refused(self._requests.read(item.federated_identity_credentials)),
        )
        self._applications[subject] = replace(
            self._applications[subject],
            owners=None if owners is None else parse_owners(_items(owners)),
            federated_credentials=None if federated is None else len(_items(federated)),
        )

    async def read_gateways(self) -> None:
        """Read what is kept of the gateways that are known. Raises PassingFailure, Refusal."""
        self._gateways = tuple(await list_gateways(self._clients))

    async def read_changes(self, subject: ResourceId, audit: Audit | None) -> Changes | None:
        """Read the page with which an audit goes on; without one, or if its link has expired, the first page of all.

        None where the tenant, as `subject`, can't be read. Raises PassingFailure.
        """
        try:
            return await self._noted(subject, self._read_page(audit))
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

    async def _read_page(self, audit: Audit | None) -> Changes:
        if audit is None:
            # Before the list: what changes while that is read will be among the changes since.
            later = await self._latest()
            return replace(await self._list(None), is_anew=True, later=later)
        return await (self._list(audit.link) if audit.is_listing else self._changed(audit.link))

    async def _latest(self) -> str:
        """Give the link to all changes from now on."""
        graph = await self._clients.graph()
        url = f"{graph.request_adapter.base_url}/applications/delta?$deltatoken=latest&$select={','.join(LISTED)}"
        answer = await self._requests.read(graph.applications.delta.with_url(url))
        return _link(answer, _DELTA_LINK)

    async def _list(self, link: str | None) -> Changes:
        """Read a page of all registrations: unlike a delta query, it leaves nothing out that is empty."""
        everyone = (await self._clients.graph()).applications
        if link is None:
            page = await self._requests.read(everyone, Query(select=list(LISTED), top=_PAGE))
        else:
            page = await self._requests.read(everyone.with_url(link))
        with _understood():
            found = tuple(parse_listed(one) for one in _items(page))
        return Changes(found, (), str(page.get(_NEXT_LINK, "")), is_last=_NEXT_LINK not in page)

    async def _changed(self, link: str) -> Changes:
        """Read a page of changes. Those that are told in part, as most are, are read again."""
        page = await self._requests.read((await self._clients.graph()).applications.delta.with_url(link))
        kept = _link(page, _NEXT_LINK if _NEXT_LINK in page else _DELTA_LINK)
        with _understood():
            told = [parse_listed(one) for one in _items(page) if _REMOVED not in one]
            gone = [application_id(str(one.get("id", ""))) for one in _items(page) if _REMOVED in one]
        whole = await asyncio.gather(*(self._completed(one) for one in told))
        gone += [one.id for one, found in zip(told, whole, strict=True) if found is None]
        found = tuple(one for one in whole if one is not None)
        return Changes(found, tuple(gone), kept, is_last=_NEXT_LINK not in page)

    async def _completed(self, application: Application) -> Application | None:
        """Read again what a delta query told in part; None where it is gone by now."""
        if not application.unread:
            return application
        try:
            found = await self._read_json(application.id)
        except Absent:
            return None
        with _understood():
            return parse_listed(found)

    async def _read(self, subject: ResourceId) -> Application:
        found = await self._read_json(subject)
        with _understood():
            return parse_application(found)

    async def _read_json(self, subject: ResourceId) -> dict[str, Any]:
        item = (await self._clients.graph()).applications.by_application_id(subject.name)
        return await self._requests.read(item)

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


def _link(page: Mapping[str, Any], name: str) -> str:
    if not isinstance(page.get(name), str):
        raise PassingFailure(f"Graph's answer has no {name}, so that what follows can't be read")
    return str(page[name])


def _items(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    items = page.get("value")
    if not isinstance(items, list) or not all(isinstance(one, Mapping) for one in items):
        raise PassingFailure("Graph's answer has no list of items")
    return items


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except ValueError as damage:
        raise PassingFailure(f"Graph's answer makes no sense: {damage}") from damage
