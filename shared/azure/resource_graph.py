"""Azure Resource Graph: a thousand rows to a request, minutes old, and without what the identity may not see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

from shared.azure.clients import AzureClients
from shared.azure.failures import PassingFailure
from shared.azure.reading import Reader

_QUERIES = Path(__file__).parent / "queries"
_PAGE = 1000
# https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
_QUOTA = timedelta(seconds=5)


class ResourceGraph:
    """Runs queries, which are files, on one subscription at a time."""

    def __init__(self, clients: AzureClients, note: Callable[[datetime], None]) -> None:
        """Ask nothing yet; `note` is told the time of each answer."""
        self._clients = clients
        self._reader = Reader(clients.limit, note)

    async def query(self, name: str, subscription_id: str, **named: str | Iterable[str]) -> list[dict[str, Any]]:
        """Give all rows of a query, with what is `named` in it put in as text; of several, as a list.

        Raises Refusal when the subscription can't be read at all, PassingFailure for all that may pass: also when
        Azure gives fewer rows than it counts, since nothing may be decided on a part.
        """
        from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions  # noqa: PLC0415 - when used

        text = _read(name).format(**{key: _literal(value) for key, value in named.items()})
        rows: list[dict[str, Any]] = []
        token: str | None = None
        while True:
            options = QueryRequestOptions(top=_PAGE, skip_token=token, result_format="objectArray")
            request = QueryRequest(query=text, subscriptions=[subscription_id], options=options)
            page = await self._reader.one(self._clients.resource_graph().resources, request)
            rows += cast("list[dict[str, Any]]", page.data)
            token = page.skip_token
            if not token:
                break
        if len(rows) < page.total_records:
            raise PassingFailure(
                f"Resource Graph gave {len(rows)} rows of {page.total_records} of the query {name}", _QUOTA
            )
        return rows


@cache
def _read(name: str) -> str:
    return (_QUERIES / f"{name}.kql").read_text(encoding="utf-8")


def _literal(value: str | Iterable[str]) -> str:
    """Write a text, or a list of them, as Kusto has it; an empty list is one of nothing that is."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return ", ".join(map(_literal, value)) or "''"
