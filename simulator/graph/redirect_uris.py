"""Which redirect URIs an application may have.

https://learn.microsoft.com/entra/identity-platform/reply-url
"""

from __future__ import annotations

from urllib.parse import urlsplit

from simulator.graph.errors import bad_request, invalid_value
from simulator.store import Json

PLATFORMS = ("web", "spa", "publicClient")
PERSONAL = frozenset({"AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"})
MOST, MOST_WITH_PERSONAL_ACCOUNTS = 256, 100
LONGEST = 256
LOOPBACK = frozenset({"localhost", "127.0.0.1"})
NOT_IN_A_URI = frozenset("!$'(),; \t\r\n#\\\"<>^`{|}")


def check_redirect_uris(application: Json) -> None:
    """Let pass redirect URIs that are sound, alone and together; raises GraphError 400."""
    personal = application["signInAudience"] in PERSONAL
    for platform in PLATFORMS:
        if not all(_is_sound(uri, platform, personal=personal) for uri in application[platform]["redirectUris"]):
            raise invalid_value(platform)
    uris = [uri.lower() for platform in PLATFORMS for uri in application[platform]["redirectUris"]]
    if len(set(uris)) < len(uris):
        raise bad_request("Redirect URIs must have distinct values.")
    if len(uris) > (MOST_WITH_PERSONAL_ACCOUNTS if personal else MOST):
        raise invalid_value(max(PLATFORMS, key=lambda platform: len(application[platform]["redirectUris"])))


def _is_sound(uri: str, platform: str, *, personal: bool) -> bool:
    if len(uri) > LONGEST or not NOT_IN_A_URI.isdisjoint(uri):
        return False
    if personal and ("*" in uri or "?" in uri):
        return False
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme == "http":
        return platform == "publicClient" or host in LOOPBACK
    return bool(parts.scheme) and _takes_other_schemes(platform, parts.scheme)


def _takes_other_schemes(platform: str, scheme: str) -> bool:
    """Tell whether a platform takes URIs that browsers know nothing of: `urn:`, or an app's own.

    https://github.com/hashicorp/terraform-provider-azuread/issues/575, https://github.com/pulumi/pulumi-azuread/issues/1686
    """
    return {"web": scheme in {"urn", "ms-appx-web"}, "spa": scheme.startswith("brk-")}.get(platform, True)


def follow_with_settings(web: Json, given: Json) -> Json:
    """Give `web` with settings for its URIs and no others; raises GraphError 400 where given ones speak of others.

    A client that sends back what it has read, with other URIs, sends the settings of the old ones.
    """
    settings = {one["uri"]: one for one in web["redirectUriSettings"]}
    if "redirectUriSettings" in (given.get("web") or {}) and settings.keys() != set(web["redirectUris"]):
        raise invalid_value("web")
    followed = [settings.get(uri, {"uri": uri, "index": None}) for uri in web["redirectUris"]]
    return web | {"redirectUriSettings": followed}
