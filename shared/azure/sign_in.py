"""Signing in: the app's identity, or a person at a laptop, once and told of in one sentence where it fails."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

_ARM_SCOPE = "https://management.azure.com/.default"
_RENEWED_BEFORE = 300.0
# `az` is a Python program: on a busy laptop it takes seconds to begin.
_PROCESS_SECONDS = 30
_AZURE_CLI = "AzureCliCredential: "
# What a token calls a person, from the readable to the exact; an application has only the last.
_NAMES = ("upn", "unique_name", "preferred_username", "appid")


class NotSignedIn(Exception):
    """Nobody is signed in to Azure, or their sign-in has ended; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and to which tenant, as far as the token tells."""

    name: str | None
    tenant_id: str | None


def make_credential(client_id: str | None) -> AsyncTokenCredential:
    """Make the credential of whoever runs this: in Azure the managed identity, of that client id if it has one."""
    from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415 - slow to import

    return DefaultAzureCredential(**identity_options(client_id))


def identity_options(client_id: str | None) -> dict[str, Any]:
    """Say to azure-identity which identity is the app's: a user-assigned one, or without an id the system's."""
    return {"managed_identity_client_id": client_id, "process_timeout": _PROCESS_SECONDS}


class SignIn:
    """A credential whose tokens are kept: the Azure CLI's own starts `az` anew for each client that asks."""

    def __init__(self, credential: AsyncTokenCredential) -> None:
        """Ask for no token yet."""
        self._credential = credential
        self._kept: dict[tuple[str, ...], AccessToken] = {}
        self._asking = asyncio.Lock()

    async def get_token(self, *scopes: str, claims: str | None = None, **more: Any) -> AccessToken:
        """Give a token, the kept one while it is good. Raises ClientAuthenticationError."""
        async with self._asking:
            kept = self._kept.get(scopes)
            if kept is None or claims or kept.expires_on - time.time() < _RENEWED_BEFORE:
                kept = self._kept[scopes] = await self._credential.get_token(*scopes, claims=claims, **more)
            return kept

    async def identify(self) -> SignedIn:
        """Sign in to Azure Resource Manager and tell who that was. Raises NotSignedIn."""
        try:
            token = await self.get_token(_ARM_SCOPE)
        except ClientAuthenticationError as error:
            raise NotSignedIn(_explain(str(error))) from error
        claims = _claims(token.token)
        name = next((str(claims[one]) for one in _NAMES if claims.get(one)), None)
        return SignedIn(name, claims.get("tid"))

    async def close(self) -> None:
        """Close the connections of the credential."""
        await self._credential.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self.close()


def _explain(told: str) -> str:
    """Say in a sentence what to do: of all that was tried, the Azure CLI is what people have."""
    advice = (
        "Nobody is signed in to Azure here: run `az login`, or `az login --tenant <tenant id>` for a certain tenant,"
        " and try again."
    )
    lines = [line.strip() for line in told.splitlines()]
    why = next((line.partition(_AZURE_CLI)[2] for line in lines if _AZURE_CLI in line), "")
    return f"{advice} The Azure CLI says: {why}" if why else advice


def _claims(token: str) -> dict[str, Any]:
    """Read what a token says of its owner; nothing, if it is not of the kind that can be read."""
    try:
        payload = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
