"""The App Service managed-identity endpoint, and the tokens it gives out.

Tokens are real JWTs that last from well before to well after any simulated time: services whose clock is moved
(Azurite looks at `nbf` and `exp`) take them too.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jwt

NOT_BEFORE = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
EXPIRES = int(datetime(2038, 1, 1, tzinfo=UTC).timestamp())
ARM_AUDIENCES = (
    "https://management.core.windows.net/",
    "https://management.core.windows.net",
    "https://management.azure.com/",
    "https://management.azure.com",
)
SITE = "/subscriptions/{}/resourcegroups/wac-guard/providers/Microsoft.Web/sites/wac-guard"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: an application (client) id, its object id, and for a managed identity its resource.

    A person signs in through an application and has a `name` and a `upn` (user principal name) too.
    """

    client_id: str
    object_id: str
    resource_id: str = ""
    name: str | None = None
    upn: str | None = None


class TokenRefused(Exception):
    """A bearer token that ARM does not take: error code, message for people, and what the challenge says."""

    def __init__(self, code: str, message: str, description: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.description = description or message


class Identities:
    """Issues tokens and recognises them. The system-assigned identity is there from the start."""

    def __init__(self, tenant_id: str, subscription_id: str) -> None:
        self.tenant_id = tenant_id
        self.system_assigned = Identity(str(uuid4()), str(uuid4()), SITE.format(subscription_id))
        self._known = {self.system_assigned.client_id: self.system_assigned}
        self._key = secrets.token_hex(32)
        self._decoded: dict[str, dict[str, Any]] = {}
        self._hosts: dict[str, int] = {}

    def add(
        self, client_id: str, resource_id: str = "", *, name: str | None = None, upn: str | None = None
    ) -> Identity:
        """Make an identity known, so that a credential may ask for it by `client_id`."""
        identity = Identity(client_id, str(uuid4()), resource_id, name, upn)
        self._known[client_id] = identity
        return identity

    def find(self, client_id: str | None) -> Identity | None:
        """Give the identity of that client id, the system-assigned one for None."""
        return self._known.get(client_id) if client_id else self.system_assigned

    def with_object_id(self, object_id: str) -> Identity | None:
        """Give the identity of that object id; None if there is none."""
        return next((one for one in self._known.values() if one.object_id.lower() == object_id.lower()), None)

    def issue(self, audience: str, identity: Identity, *, expires: int = EXPIRES, host: int | None = None) -> str:
        """Sign a token of `identity` for `audience` that lasts until a Unix time; keep which of the hosts has it."""
        issuer = f"https://sts.windows.net/{self.tenant_id}/"
        claims: dict[str, Any] = {
            "aud": audience,
            "iss": issuer,
            "iat": NOT_BEFORE,
            "nbf": NOT_BEFORE,
            "exp": expires,
            "appid": identity.client_id,
            "appidacr": "2",
            "idp": issuer,
            "idtyp": "app",
            "oid": identity.object_id,
            "sub": identity.object_id,
            "tid": self.tenant_id,
            "uti": str(uuid4()),
            "ver": "1.0",
            "xms_mirid": identity.resource_id,
        }
        token = jwt.encode(claims, self._key, algorithm="HS256")
        if host is not None:
            self._hosts[token] = host
        return token

    def host_of(self, token: str) -> int | None:
        """Tell which of the app's hosts got a token: Graph's SDK, unlike Azure's own, does not say who sends."""
        return self._hosts.get(token)

    def recognise(self, token: str, audiences: tuple[str, ...]) -> Identity:
        """Tell whose token it is; raises TokenRefused for a foreign one, and for one of another audience."""
        try:
            claims = self._decode(token)
        except jwt.ExpiredSignatureError as error:
            claims = jwt.decode(token, options={"verify_signature": False})
            raise _expired(claims["exp"]) from error
        except jwt.PyJWTError as error:
            raise TokenRefused("InvalidAuthenticationToken", "The access token is invalid.") from error
        if claims["aud"] not in audiences:
            allowed = ",".join(f"'{audience}'" for audience in audiences)
            text = (
                f"The access token has been obtained for wrong audience or resource '{claims['aud']}'. "
                f"It should exactly match with one of the allowed audiences {allowed}."
            )
            raise TokenRefused("InvalidAuthenticationTokenAudience", text)
        return self._known.get(claims["appid"]) or Identity(claims["appid"], claims["oid"], claims["xms_mirid"])

    def _decode(self, token: str) -> dict[str, Any]:
        """Read a token's claims; a good one is only looked at closely once. Raises PyJWTError."""
        claims = self._decoded.get(token)
        if claims is None or claims["exp"] <= time.time():
            claims = jwt.decode(token, self._key, algorithms=["HS256"], options={"verify_aud": False})
            self._decoded[token] = claims
        return claims


def _expired(expiry: int) -> TokenRefused:
    then, now = _american(datetime.fromtimestamp(expiry, UTC)), _american(datetime.now(UTC))
    text = f"The access token expiry UTC time '{then}' is earlier than current UTC time '{now}'."
    return TokenRefused("ExpiredAuthenticationToken", text, "The access token has expired.")


def _american(moment: datetime) -> str:
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour % 12 or 12}:{moment:%M:%S %p}"
