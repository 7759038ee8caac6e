"""Reads of Azure: a few at once, and the time of each answer."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError

from shared.azure.failures import explained

if TYPE_CHECKING:
    import asyncio

    from azure.core.pipeline import PipelineResponse


class Reader:
    """Makes reads, no more than `limit` at once, and tells `note` the time of each answer, good or bad.

    `look` is shown each answer, for what its headers say besides.
    """

    def __init__(
        self,
        limit: asyncio.Semaphore,
        note: Callable[[datetime], None],
        look: Callable[[PipelineResponse[Any, Any]], None] | None = None,
    ) -> None:
        """Read nothing yet."""
        self._limit = limit
        self._note = note
        self._look = look

    async def one[T](self, operation: Callable[..., Awaitable[T]], *named: Any, **more: Any) -> T:
        """Call a reading operation of an SDK client.

        Raises Absent on 404, Refusal where a permission is missing, PassingFailure for all that may pass.
        """
        async with self._limit:
            with explained():
                return await operation(*named, raw_response_hook=self._look_at, **more)

    async def all[T](self, pages: Callable[..., AsyncIterable[T]], **more: Any) -> list[T]:
        """Call a listing operation of an SDK client and follow its pages; raises as `one` does."""
        async with self._limit:
            with explained():
                return [value async for value in pages(raw_response_hook=self._look_at, **more)]

    def _look_at(self, response: PipelineResponse[Any, Any]) -> None:
        """Note an answer's time, and end the request here where azure-mgmt-core would have ideas of its own.

        It takes a 409 that says so for a reason to register a resource provider, which is a write, and waits for it.
        """
        date = response.http_response.headers.get("Date")
        if date:
            self._note(parsedate_to_datetime(date).astimezone(UTC))
        if self._look is not None:
            self._look(response)
        if response.http_response.status_code == 409:
            raise HttpResponseError(response=response.http_response)
