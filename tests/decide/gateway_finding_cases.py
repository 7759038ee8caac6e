"""Registrations of gateways with one thing wrong, and what is found of it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.model.application import Application, Gateway
from shared.model.desired import DesiredState
from shared.model.reason import Reason
from tests.decide.applications import (
    BOTH,
    CALLBACK,
    CLEANING_UP,
    LOCALHOST,
    MIGRATING,
    OTHER_APP,
    PAIR,
    WAC,
    application,
)

MISMATCH, CROSS_ORIGIN = "AADSTS50011", "AADSTS9002326"
MANY = tuple(f"https://intranet.contoso.com/{number}" for number in range(300))
TWIN = Gateway(OTHER_APP, "other-app-id", "SME-wac", ("wac.contoso.com", "wac9.contoso.com"))


@dataclass(frozen=True)
class Case:
    one: Application
    reason: Reason
    said: tuple[str, ...]
    uri: str | None = None
    platform: str | None = None
    error: str | None = None
    is_mended: bool = False
    desired: DesiredState = MIGRATING
    gateways: tuple[Gateway, ...] = ()
    beside: tuple[Reason, ...] = ()


CASES = {
    "a URI on Web": Case(
        application(PAIR[1], PAIR[0]),
        Reason.GATEWAY_ON_WEB_PLATFORM,
        (f"{PAIR[1]} on platform Web", CROSS_ORIGIN, "Move it to platform Single-page application"),
        PAIR[1],
        "Web",
        CROSS_ORIGIN,
        is_mended=True,
    ),
    "one of the pair that is nowhere": Case(
        application((), PAIR[0]),
        Reason.GATEWAY_REDIRECT_MISSING,
        (f"no redirect URI {PAIR[1]}", MISMATCH, "Add it to platform Single-page application."),
        PAIR[1],
        None,
        MISMATCH,
        is_mended=True,
    ),
    "one of the pair on the public client platform": Case(
        application((), PAIR[0], public_client_redirect_uris=PAIR[1:]),
        Reason.GATEWAY_ON_PUBLIC_CLIENT,
        (f"{PAIR[1]} on platform Mobile and desktop applications", CROSS_ORIGIN, "Remove it there, and add it to"),
        PAIR[1],
        "Mobile and desktop applications",
        CROSS_ORIGIN,
    ),
    "plain http": Case(
        application("http://gw.contoso.com:6516", PAIR),
        Reason.GATEWAY_REDIRECT_PLAIN_HTTP,
        ("http://gw.contoso.com:6516 on platform Web", "is plain http", MISMATCH, "WAC Guard leaves it"),
        "http://gw.contoso.com:6516",
        "Web",
        MISMATCH,
    ),
    "localhost that is not a gateway's": Case(
        application("http://localhost:3000", PAIR),
        Reason.GATEWAY_REDIRECT_LOCALHOST,
        ("http://localhost:3000 on platform Web", "is of localhost", "WAC Guard leaves it"),
        "http://localhost:3000",
        "Web",
    ),
    "a wildcard": Case(
        application("https://*.contoso.com/cb", PAIR),
        Reason.GATEWAY_REDIRECT_WILDCARD,
        ("https://*.contoso.com/cb on platform Web", "has a wildcard", "WAC Guard leaves it"),
        "https://*.contoso.com/cb",
        "Web",
    ),
    "an address for a host": Case(
        application("https://10.0.0.4:6600", PAIR),
        Reason.GATEWAY_REDIRECT_NO_HOST_NAME,
        ("https://10.0.0.4:6600 on platform Web", "names an address", "host name or FQDN", MISMATCH),
        "https://10.0.0.4:6600",
        "Web",
        MISMATCH,
    ),
    "what no host is called, on either platform": Case(
        application((), (*PAIR, "https://wac_gw.contoso.com")),
        Reason.GATEWAY_REDIRECT_NO_HOST_NAME,
        ("https://wac_gw.contoso.com on platform Single-page application", "what no host is called"),
        "https://wac_gw.contoso.com",
        "Single-page application",
        MISMATCH,
    ),
    "localhost that is left over": Case(
        application(LOCALHOST, PAIR),
        Reason.GATEWAY_REDIRECT_LEFTOVER,
        (f"{LOCALHOST} on platform Web", "left over from before the move", "or set WAC_REDIRECTS_CLEANUP to on."),
        LOCALHOST,
        "Web",
        is_mended=True,
    ),
    "a wildcard that is left over, and is to be cleaned up": Case(
        application(f"{WAC}/*", PAIR),
        Reason.GATEWAY_REDIRECT_LEFTOVER,
        (f"{WAC}/* on platform Web", "left over", "has a wildcard", "Remove it."),
        f"{WAC}/*",
        "Web",
        is_mended=True,
        desired=CLEANING_UP,
    ),
    "the implicit grant, once moved": Case(
        application((), PAIR, access_token_issuance=True, id_token_issuance=True),
        Reason.GATEWAY_IMPLICIT_GRANT,
        ("is on, for access tokens and ID tokens", "if its gateway is 2410 or newer, or set WAC_REDIRECTS_CLEANUP"),
        platform="Web",
        is_mended=True,
    ),
    "the implicit grant that others may need": Case(
        application(CALLBACK, PAIR, id_token_issuance=True),
        Reason.GATEWAY_IMPLICIT_GRANT,
        ("is on, for ID tokens", "WAC Guard leaves it on for whoever signs in with its other redirect URIs"),
        platform="Web",
    ),
    "the same where a clean-up of something else comes": Case(
        application((CALLBACK, LOCALHOST), PAIR, id_token_issuance=True),
        Reason.GATEWAY_IMPLICIT_GRANT,
        ("WAC Guard leaves it on",),
        platform="Web",
        beside=(Reason.GATEWAY_REDIRECT_LEFTOVER,),
    ),
    "a permission that is not requested": Case(
        application((), PAIR, required_resource_access=BOTH[1:]),
        Reason.GATEWAY_PERMISSION_NOT_REQUESTED,
        ("does not request Microsoft Graph Application.ReadWrite.All", "whether it was consented to"),
    ),
    "another registration for its host": Case(
        application((), PAIR),
        Reason.GATEWAY_REGISTERED_TWICE,
        ("SME-wac (other-app-id) is for the same host", "delete the other"),
        gateways=(TWIN,),
    ),
    "nothing but localhost": Case(
        application(LOCALHOST, required_resource_access=BOTH),
        Reason.GATEWAY_HOST_UNKNOWN,
        (
            f"it has {LOCALHOST}",
            MISMATCH,
            "if that is https://wac.contoso.com, as its name says, putting that URL into WAC_GATEWAYS will do",
        ),
        LOCALHOST,
        None,
        MISMATCH,
        beside=(Reason.GATEWAY_REDIRECT_LOCALHOST,),
    ),
    "no redirect URI at all": Case(
        application(),
        Reason.GATEWAY_HOST_UNKNOWN,
        ("it has none", MISMATCH, "if that is https://wac.contoso.com, as its name says"),
        error=MISMATCH,
    ),
    "nothing but localhost, and a name that names no host": Case(
        application(LOCALHOST, name="Gateway"),
        Reason.GATEWAY_HOST_UNKNOWN,
        (f"it has {LOCALHOST}", "to platform Single-page application, as people open it."),
        LOCALHOST,
        None,
        MISMATCH,
        beside=(Reason.GATEWAY_REDIRECT_LOCALHOST,),
    ),
    "a host that may be another gateway's": Case(
        application("https://gw.contoso.com/signin-oidc", PAIR),
        Reason.GATEWAY_REDIRECT_UNRELATED,
        ("can't be told", "put https://gw.contoso.com into WAC_GATEWAYS", "AADSTS9002327"),
        "https://gw.contoso.com/signin-oidc",
        "Web",
    ),
    "almost as many URIs as there may be": Case(
        application(MANY[:229], PAIR),
        Reason.GATEWAY_REDIRECTS_NEAR_LIMIT,
        ("has 231 redirect URIs, of 256",),
    ),
    "or with personal accounts": Case(
        application(MANY[:88], PAIR, sign_in_audience="AzureADandPersonalMicrosoftAccount"),
        Reason.GATEWAY_REDIRECTS_NEAR_LIMIT,
        ("has 90 redirect URIs, of 100",),
    ),
    "ports of localhost, among which Entra ID chooses": Case(
        application("http://localhost:3000/cb", (*PAIR, "http://localhost:4000/cb")),
        Reason.GATEWAY_LOCALHOST_PORTS,
        (
            "http://localhost:3000/cb on platform Web, http://localhost:4000/cb on",
            "by their port alone",
            CROSS_ORIGIN,
        ),
        error=CROSS_ORIGIN,
        beside=(Reason.GATEWAY_REDIRECT_LOCALHOST, Reason.GATEWAY_REDIRECT_LOCALHOST),
    ),
}
