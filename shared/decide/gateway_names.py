"""What the display name of an app registration says of a gateway."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.decide.redirect_uris import is_host_name
from shared.model.application import HTTPS_PORT, GatewayUrl

BY_WAC = "WindowsAdminCenter-"
"""Windows Admin Center registers itself under this and its address."""

BY_SCRIPT = "SME-"
"""The script New-AadApp.ps1, which registered a gateway before version 1807, put this before the gateway's name."""

_URL = re.compile(r"https?://([a-z0-9.-]+)(?::([0-9]{1,5}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GatewayName:
    """A name's `prefix`, if it has one of Microsoft's, and the gateway that it names, if it does."""

    prefix: str = ""
    url: GatewayUrl | None = None

    @property
    def host(self) -> str:
        """The host that one of Microsoft's own names is for; of any other it is not known what it is about."""
        return self.url.host if self.url is not None and self.prefix else ""

    def is_for(self, host: str) -> bool:
        """Tell whether it names that host; a name without a domain may leave it out."""
        return bool(self.host) and self.host in (host, host.partition(".")[0])

    def names(self, url: GatewayUrl) -> bool:
        """Tell whether the address is in the name; the name may leave out the port."""
        return self.url is not None and self.url.host == url.host and self.url.port in (HTTPS_PORT, url.port)


def read_gateway_name(display_name: str) -> GatewayName:
    """Read a display name, whatever it is."""
    folded = display_name.lower()
    if folded.startswith(BY_SCRIPT.lower()):
        host = folded.removeprefix(BY_SCRIPT.lower())
        return GatewayName(BY_SCRIPT, GatewayUrl(host) if is_host_name(host) else None)
    found = _URL.search(folded)
    url = None if found is None else _url(found[1], found[2])
    is_by_wac = found is not None and folded[: found.start()] == BY_WAC.lower()
    return GatewayName(BY_WAC if is_by_wac else "", url)


def _url(host: str, port: str | None) -> GatewayUrl | None:
    number = int(port or HTTPS_PORT)
    is_one = is_host_name(host) and host != "localhost" and 1 <= number <= 65535
    return GatewayUrl(host, number) if is_one else None
