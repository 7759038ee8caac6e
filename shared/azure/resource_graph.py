"""Azure Resource Graph: a thousand rows to a request, minutes old, and without what the identity may not see."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from shared.azure.clients import AzureClients
from shared.azure.failures import PassingFailure
from shared.azure.reading import Reader

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineResponse
    from azure.mgmt.resourcegraph.models import QueryResponse

_QUERIES = Path(__file__).parent / "queries"
_PAGE = 1000
# https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
_QUOTA = timedelta(seconds=5)
_REMAINING, _RESETS_AFTER = "x-ms-user-quota-remaining", "x-ms-user-quota-resets-after"
_CLOCK = re.compile(r"(\d+):(\d{2}):(\d{2})(?:\.\d+)?")
# The quota is all callers' of one identity: another instance may have taken what was left.
_MOST_PAUSES = 6
_LONGEST_PAUSE = timedelta(seconds=30)

type Rows = list[dict[str, Any]]


class ResourceGraph:
    """Runs queries, which are files: on one subscription, on a management group's, or on all that are seen.

    Where the quota is used up, it waits: a reader of thousands of rows would never come to an end otherwise.
    """

    def __init__(self, clients: AzureClients, note: Callable[[datetime], None]) -> None:
        """Ask nothing yet; `note` is told the time of each answer."""
        self._clients = clients
        self._reader = Reader(clients.limit, note, self._look_at_quota)
        self._pause: timedelta | None = None

    async def query(self, name: str, subscription_id: str, **named: Any) -> Rows:
        """Give all rows of a query of a subscription, as `pages` does."""
        return [row async for page in self.pages(name, subscription_id, **named) for row in page]

    async def pages(
        self, name: str, subscription_id: str | None = None, *, management_group: str | None = None, **named: Any
    ) -> AsyncIterator[Rows]:
        """Give the rows of a query by the page, with what is `named` in it put in as text; of several, as a list.

        Raises Refusal when the scope can't be read at all, PassingFailure for all that may pass: also when Azure
        gives fewer rows than it counts, since nothing may be decided on a part.
        """
        text = _read(name).format(**{key: _literal(value) for key, value in named.items()})
        scope = {
            "subscriptions": None if subscription_id is None else [subscription_id],
            "management_groups": None if management_group is None else [management_group],
        }
        token: str | None = None
        given = 0
        while True:
            page = await self._page(text, scope, token)
            given += len(cast("Rows", page.data))
            yield cast("Rows", page.data)
            token = page.skip_token
            if not token:
                break
        if given < page.total_records:
            raise PassingFailure(
                f"Resource Graph gave {given} rows of {page.total_records} of the query {name}", _QUOTA
            )

    async def _page(self, text: str, scope: dict[str, Any], token: str | None) -> QueryResponse:
        from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions  # noqa: PLC0415 - when used

        options = QueryRequestOptions(top=_PAGE, skip_token=token, result_format="objectArray")
        request = QueryRequest(query=text, options=options, **scope)
        for _ in range(_MOST_PAUSES):
            await self._wait_for_quota()
            try:
                return await self._reader.one(self._clients.resource_graph().resources, request)
            except PassingFailure as failure:
                if failure.status != 429:
                    raise
                self._pause = failure.retry_after or _QUOTA
        raise PassingFailure("Resource Graph's quota is used up by others again and again", _QUOTA)

    async def _wait_for_quota(self) -> None:
        pause, self._pause = self._pause, None
        if pause is not None:
            await self._clients.pause(min(pause, _LONGEST_PAUSE))

    def _look_at_quota(self, response: PipelineResponse[Any, Any]) -> None:
        headers = response.http_response.headers
        if headers.get(_REMAINING) == "0":
            self._pause = _duration(headers.get(_RESETS_AFTER, "")) or _QUOTA


@cache
def _read(name: str) -> str:
    return (_QUERIES / f"{name}.kql").read_text(encoding="utf-8")


def _literal(value: str | Iterable[str]) -> str:
    """Write a text, or a list of them, as Kusto has it; an empty list is one of nothing that is."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return ", ".join(map(_literal, value)) or "''"


def _duration(text: str) -> timedelta | None:
    """Read hours, minutes and seconds; None for anything else."""
    found = _CLOCK.fullmatch(text)
    return timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3])) if found else None
