"""HTTP to event handlers: the handshake that proves that they want events, and the events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import aiohttp

from simulator.arm.answers import zulu
from simulator.tls import Certificates

ANSWER_SECONDS = 30
ORIGIN = "eventgrid.azure.net"


class ValidationFailed(Exception):
    """The endpoint did not answer the handshake: Event Grid makes no such subscription."""


@dataclass(slots=True)
class Webhooks:
    """One HTTP session for all endpoints, made when first needed.

    `balance` is the load balancer before them: it gives the URL at which an endpoint's next request is answered.
    """

    balance: Callable[[str], str] = str
    _certificates: Certificates | None = None
    _session: aiohttp.ClientSession | None = None

    def trust(self, certificates: Certificates) -> None:
        """Trust webhooks that show a certificate of this authority."""
        self._certificates = certificates

    async def validate(self, endpoint: str, now: datetime) -> None:
        """Do the handshake of the Event Grid schema; raises ValidationFailed."""
        code = str(uuid4())
        event = {
            "id": str(uuid4()),
            "topic": "/subscriptions",
            "subject": "",
            "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
            "eventTime": zulu(now),
            "data": {"validationCode": code, "validationUrl": "https://rp-local.eventgrid.azure.net/validate"},
            "dataVersion": "2",
            "metadataVersion": "1",
        }
        headers = {"aeg-event-type": "SubscriptionValidation"}
        async with self._http().post(self.balance(endpoint), json=[event], headers=headers) as response:
            answer = await response.json(content_type=None) if response.status == 200 else {}
            if not isinstance(answer, dict) or answer.get("validationResponse") != code:
                raise ValidationFailed(f"{endpoint} answered {response.status}, and not with the code")

    async def ask_leave(self, endpoint: str) -> None:
        """Do the handshake of CloudEvents; raises ValidationFailed."""
        headers = {"WebHook-Request-Origin": ORIGIN}
        async with self._http().options(self.balance(endpoint), headers=headers) as response:
            if response.headers.get("WebHook-Allowed-Origin") not in {"*", ORIGIN}:
                raise ValidationFailed(f"{endpoint} answered {response.status}, and allows no origin")

    async def post(self, endpoint: str, body: object, headers: dict[str, str]) -> int | None:
        """Send events and give the status, None when there was no answer in time."""
        try:
            async with self._http().post(self.balance(endpoint), json=body, headers=headers) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = self._certificates.client_context() if self._certificates else True
            connector = aiohttp.TCPConnector(ssl=context)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)
            )
        return self._session
