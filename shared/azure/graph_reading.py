"""Requests to Microsoft Graph: a few at once, and the time and id of each answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from shared.azure.clients import AzureClients
from shared.azure.failures import PassingFailure
from shared.azure.graph_failures import graph_explained


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of a request, which the SDK finds by their names on the wire."""

    select: list[str] | None = None
    top: int | None = None

    def get_query_parameter(self, name: str) -> str:
        """Give a parameter's name in the SDK's URL templates."""
        return f"%24{name}"


class Readable(Protocol):
    """What can be read of the SDK: its request builders have this in common, and no class."""

    def to_get_request_information(self, request_configuration: Any = None) -> Any:
        """Make the request, with everything but the token."""


class GraphRequests:
    """Sends requests, no more than the clients' limit at once, and tells `note` the time of each answer."""

    def __init__(self, clients: AzureClients, note: Callable[[datetime], None]) -> None:
        """Send nothing yet."""
        self._clients = clients
        self._note = note
        self.request_id: str | None = None

    async def read(self, item: Readable, query: Query | None = None) -> dict[str, Any]:
        """Read what a request builder leads to, as JSON.

        Not as the SDK's objects: these take milliseconds each to be made, in which nothing else gets its turn, and
        pages have a hundred. Raises Absent, Refusal, PassingFailure or Expired.
        """
        from kiota_abstractions.base_request_configuration import RequestConfiguration  # noqa: PLC0415 - as the SDK
        from msgraph.generated.models.o_data_errors.o_data_error import ODataError  # noqa: PLC0415 - as the SDK

        adapter = (await self._clients.graph()).request_adapter
        asked = RequestConfiguration[Any](query_parameters=query)

        async def send(request_configuration: Any) -> bytes | None:
            asked.options = request_configuration.options
            request = item.to_get_request_information(asked)
            return await adapter.send_primitive_async(request, "bytes", {"XXX": ODataError})

        content = await self.send(send)
        try:
            found = json.loads(content or b"")
        except ValueError as damage:
            raise PassingFailure(f"Graph's answer is no JSON: {damage}") from damage
        if not isinstance(found, dict):
            raise PassingFailure("Graph's answer is no JSON object")
        return found

    async def send[T](self, operation: Callable[..., Awaitable[T]], *given: Any) -> T:
        """Call an operation of one of the SDK's request builders.

        Raises Absent, Refusal, PassingFailure or Expired. `request_id` is then that of the last good answer.
        """
        from kiota_abstractions.base_request_configuration import RequestConfiguration  # noqa: PLC0415 - as the SDK
        from kiota_http.middleware.options import HeadersInspectionHandlerOption  # noqa: PLC0415 - as the SDK

        answered = HeadersInspectionHandlerOption(inspect_response_headers=True)
        asked = RequestConfiguration[Any](options=[answered])
        async with self._clients.limit:
            with graph_explained(self._note_date):
                answer = await operation(*given, request_configuration=asked)
        self.request_id = _header(answered, "request-id")
        self._note_date(_header(answered, "date"))
        return answer

    def _note_date(self, date: str | None) -> None:
        if date:
            self._note(parsedate_to_datetime(date).astimezone(UTC))


def _header(answered: Any, name: str) -> str | None:
    values = answered.response_headers.try_get(name)
    return next(iter(values)) if values else None
