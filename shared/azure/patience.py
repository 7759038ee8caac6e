"""Waiting for Azure where somebody waits for the answer: a command on a laptop may sleep, a handler never does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

import httpx
from azure.core.exceptions import AzureError
from azure.core.pipeline.transport import AioHttpTransport, AsyncHttpTransport

from shared.azure.failures import STATUSES_OF_THE_WAY, seconds_to_wait

type Sleep = Callable[[float], Awaitable[None]]

_PASSING = STATUSES_OF_THE_WAY | {429}
_TRIES = 6
_FIRST_WAIT = 1.0
_LONGEST_IN_ALL = 180.0


class Answered(Protocol):
    """What azure-core's and httpx's answers have in common."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by their names in any case."""


class Patience:
    """Sends a read again that Azure could not answer, when Azure says so or after a growing wait.

    Up to six times, and for three minutes in all: then the failure goes to whoever asked. `tell` is told of each
    wait, in seconds.
    """

    def __init__(self, tell: Callable[[float], None], sleep: Sleep = asyncio.sleep) -> None:
        """Wait by `sleep`."""
        self._tell = tell
        self._sleep = sleep

    def transport(self, **options: Any) -> AsyncHttpTransport[Any, Any]:
        """Make connections to Azure Resource Manager."""
        return _PatientTransport(self, **options)

    def connections(self, **options: Any) -> httpx.AsyncClient:
        """Make connections to Microsoft Graph."""
        return _PatientConnections(self, **options)

    async def pause(self, wait: timedelta) -> None:
        """Wait as long as Azure asked for."""
        self._tell(wait.total_seconds())
        await self._sleep(wait.total_seconds())

    async def outlast[Answer: Answered](self, send: Callable[[], Awaitable[Answer]]) -> Answer:
        """Give the first answer that is no passing failure, or the last one; raises what the last try raises."""
        waited = 0.0
        for attempt in range(1, _TRIES):
            wait = _FIRST_WAIT * 2.0 ** (attempt - 1)
            try:
                answer = await send()
            except (AzureError, httpx.TransportError):
                if waited + wait > _LONGEST_IN_ALL:
                    raise
            else:
                asked = seconds_to_wait(answer.headers.get("Retry-After") or "")
                wait = wait if asked is None else asked.total_seconds()
                if answer.status_code not in _PASSING or waited + wait > _LONGEST_IN_ALL:
                    return answer
            waited += wait
            await self.pause(timedelta(seconds=wait))
        return await send()


class _PatientTransport(AsyncHttpTransport[Any, Any]):
    def __init__(self, patience: Patience, **options: Any) -> None:
        self._patience = patience
        self._transport = AioHttpTransport(**options)

    async def send(self, request: Any, **options: Any) -> Any:
        return await self._patience.outlast(lambda: self._transport.send(request, **options))

    async def open(self) -> None:
        await self._transport.open()

    async def close(self) -> None:
        await self._transport.close()

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class _PatientConnections(httpx.AsyncClient):
    def __init__(self, patience: Patience, **options: Any) -> None:
        super().__init__(**options)
        self._patience = patience

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        return await self._patience.outlast(lambda: super(_PatientConnections, self).send(request, **options))
