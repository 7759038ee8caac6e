"""App registrations: what an audit of redirect URIs has to know of one, and what is written to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.model.resource_id import ResourceId

HTTPS_PORT = 443


@dataclass(frozen=True, slots=True, order=True)
class GatewayUrl:
    """Where people open a gateway: an https address of a host name, in lower case, without a path."""

    host: str
    port: int = HTTPS_PORT

    def __str__(self) -> str:
        """Write it as a browser gives its origin: without the port that goes without saying."""
        return f"https://{self.host}{'' if self.port == HTTPS_PORT else f':{self.port}'}"

    @property
    def pair(self) -> tuple[str, str]:
        """The two redirect URIs that a gateway from version 2410 on signs in with."""
        return str(self), f"{self}/signin-oidc"


@dataclass(frozen=True, slots=True)
class ResourceAccess:
    """A permission that an application requests: not necessarily one that was consented to."""

    resource_app_id: str
    id: str


@dataclass(frozen=True, slots=True)
class RedirectSettings:
    """What a PATCH of an application writes. Both arrays are replaced whole; a flag that is None is left alone."""

    web_redirect_uris: tuple[str, ...]
    spa_redirect_uris: tuple[str, ...]
    access_token_issuance: bool | None = None
    id_token_issuance: bool | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The body of the PATCH: both arrays at once, for a URI on two platforms is refused.

        It is built fresh: a fetched application sent back would resend ids and stale redirectUriSettings.
        https://learn.microsoft.com/graph/api/application-update
        """
        flags = {
            "enableAccessTokenIssuance": self.access_token_issuance,
            "enableIdTokenIssuance": self.id_token_issuance,
        }
        written = {name: flag for name, flag in flags.items() if flag is not None}
        implicit = {"implicitGrantSettings": written} if written else {}
        return {
            "web": {"redirectUris": list(self.web_redirect_uris), **implicit},
            "spa": {"redirectUris": list(self.spa_redirect_uris)},
        }


@dataclass(frozen=True, slots=True)
class Application:
    """An app registration; `id` holds its object id.

    `access_token_issuance` and `id_token_issuance` are the implicit grant. The credentials are counted, expired ones
    too, for they tell a server's application just as well; `federated_credentials` and `owners` are None where they
    were not read. `unread` names the properties that Graph's answer left out: on such a one nothing is decided.
    """

    id: ResourceId
    app_id: str
    display_name: str
    sign_in_audience: str | None = None
    web_redirect_uris: tuple[str, ...] = ()
    spa_redirect_uris: tuple[str, ...] = ()
    public_client_redirect_uris: tuple[str, ...] = ()
    access_token_issuance: bool = False
    id_token_issuance: bool = False
    password_credentials: int = 0
    certificate_credentials: int = 0
    federated_credentials: int | None = None
    required_resource_access: tuple[ResourceAccess, ...] = ()
    owners: tuple[str, ...] | None = None
    created_at: datetime | None = None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gateway:
    """What is kept of the registration of a gateway, known for certain: the host names that it is for."""

    id: ResourceId
    app_id: str
    display_name: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of the app registrations that changed, or of all: `gone` are none any more.

    `link` leads to the next page, after the last to later changes. `is_anew` is whether this is the first page of
    all, and `later` leads then to all changes since. Certificates are not told of here, and count as none.
    """

    applications: tuple[Application, ...]
    gone: tuple[ResourceId, ...]
    link: str
    is_last: bool
    is_anew: bool = False
    later: str = ""
