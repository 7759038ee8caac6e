"""Redirect URIs as Microsoft Entra ID holds them: on which platform, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.model.application import HTTPS_PORT, Application, GatewayUrl

WAC_PORTS = frozenset({6516, 6600})
"""Those of a gateway as Microsoft installs it: before version 2410, and from it on."""

_SIGN_IN = "/signin-oidc"
_EVERYTHING = "/*"
_FORMS = frozenset({"", "/", _SIGN_IN, _EVERYTHING})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
# Of what is spelled otherwise nothing is known, so that it is left as it is.
_HTTP_URI = re.compile(
    r"(https?)://(\[[0-9a-f:.]+\]|[^/?#:@\[\]\s]+)(?::([0-9]{1,5}))?([/?#]\S*)?", re.IGNORECASE | re.ASCII
)
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")


class Platform(StrEnum):
    """A platform of an app registration, as the portal calls it."""

    WEB = "Web"
    SPA = "Single-page application"
    PUBLIC_CLIENT = "Mobile and desktop applications"


@dataclass(frozen=True, slots=True)
class RedirectUri:
    """A redirect URI; but for `text` and `platform` all is empty where it is no plain http or https URI.

    `host` is in lower case, `rest` is all that follows it and the port.
    """

    text: str
    platform: Platform
    scheme: str = ""
    host: str = ""
    port: int = 0
    rest: str = ""

    @property
    def key(self) -> str:
        """What Graph compares: values have to be distinct over all platforms, whatever their case."""
        return self.text.lower()

    @property
    def is_loopback(self) -> bool:
        return self.host in _LOOPBACK

    @property
    def is_plain_http(self) -> bool:
        """Tell whether tokens would pass the network in the clear; to this very machine they pass none."""
        return self.scheme == "http" and not self.is_loopback

    @property
    def has_wildcard(self) -> bool:
        return "*" in self.text

    @property
    def is_for_all_paths(self) -> bool:
        """Tell whether it ends in `/*` right after its host, as a gateway before version 2410 was registered."""
        return self.rest == _EVERYTHING

    @property
    def is_sign_in(self) -> bool:
        return self.rest.lower() == _SIGN_IN

    @property
    def has_gateway_form(self) -> bool:
        """Tell whether it has one of the forms of a gateway's: its address alone, `/signin-oidc` or `/*`."""
        return bool(self.host) and self.rest.lower() in _FORMS

    @property
    def names_a_host(self) -> bool:
        """Tell whether its host is one that a gateway may have by Microsoft's rules: a host name or an FQDN.

        An address is none, though Entra ID admits it: the gateway's certificate names none, and nothing tells
        whose address it will be tomorrow. Nor is a name with a wildcard.
        """
        return self.text.isascii() and is_host_name(self.host) and not self.is_loopback

    @property
    def gateway_url(self) -> GatewayUrl | None:
        """The address that it is for, where that may be a gateway's: by https, and of a named host."""
        is_one = self.has_gateway_form and self.scheme == "https" and self.names_a_host
        return GatewayUrl(self.host, self.port) if is_one else None


def read_redirect_uris(application: Application) -> tuple[RedirectUri, ...]:
    """Read all redirect URIs of an application, in Graph's order, platform by platform."""
    return (
        *read_on(Platform.WEB, application.web_redirect_uris),
        *read_on(Platform.SPA, application.spa_redirect_uris),
        *read_on(Platform.PUBLIC_CLIENT, application.public_client_redirect_uris),
    )


def is_host_name(text: str) -> bool:
    """Tell whether a text in lower case names a host: labels, of which the last is no number as in an address."""
    return len(text) <= 253 and bool(_HOST_NAME.fullmatch(text)) and not text.rpartition(".")[2].isdigit()


def read_on(platform: Platform, texts: Iterable[str]) -> Iterable[RedirectUri]:
    """Read redirect URIs of one platform, in their order."""
    for text in texts:
        found = _HTTP_URI.fullmatch(text)
        port = int(found[3] or 0) if found else 0
        if found is None or port > 65535:
            yield RedirectUri(text, platform)
            continue
        scheme = found[1].lower()
        default = HTTPS_PORT if scheme == "https" else 80
        yield RedirectUri(text, platform, scheme, found[2].lower(), port or default, found[4] or "")
