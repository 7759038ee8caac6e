"""Requests to Microsoft Graph: a few at once, and the time and id of each answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from shared.azure.graph_failures import graph_explained


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of a request, which the SDK finds by their names on the wire."""

    select: list[str] | None = None
    top: int | None = None

    def get_query_parameter(self, name: str) -> str:
        """Give a parameter's name in the SDK's URL templates."""
        return f"%24{name}"


class GraphRequests:
    """Sends requests, no more than `limit` at once, and tells `note` the time of each answer."""

    def __init__(self, limit: asyncio.Semaphore, note: Callable[[datetime], None]) -> None:
        """Send nothing yet."""
        self._limit = limit
        self._note = note
        self.request_id: str | None = None

    async def send[T](self, operation: Callable[..., Awaitable[T]], *given: Any, query: Query | None = None) -> T:
        """Call an operation of one of the SDK's request builders.

        Raises Absent, Refusal, PassingFailure or Expired. `request_id` is then that of the last good answer.
        """
        from kiota_abstractions.base_request_configuration import RequestConfiguration  # noqa: PLC0415 - as the SDK
        from kiota_http.middleware.options import HeadersInspectionHandlerOption  # noqa: PLC0415 - as the SDK

        answered = HeadersInspectionHandlerOption(inspect_response_headers=True)
        asked = RequestConfiguration[Any](options=[answered], query_parameters=query)
        async with self._limit:
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
