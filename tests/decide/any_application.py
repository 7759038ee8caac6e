"""App registrations that hypothesis makes up: gateways', likely ones, and anybody's."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import strategies as st

from shared.model.application import Application, Gateway, GatewayUrl
from shared.model.desired import DesiredState, RedirectsMode
from tests.decide.applications import (
    BOTH,
    LOCALHOST,
    OTHER_APP,
    READ_WRITE_ALL_AS_ROLE,
    USER_IMPERSONATION,
    application,
)

HOSTS = (
    "wac.contoso.com",
    "WAC.contoso.com",
    "wac2.contoso.com",
    "wac",
    "intranet.contoso.com",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "10.0.0.4",
    "[2001:db8::4]",
    "*.contoso.com",
    "wac.contoso.com.",
    "größe.contoso.com",
    "wac_gw.contoso.com",
    f"{'l' * 60}.{'o' * 60}.{'n' * 60}.{'g' * 45}.com",
)
PORTS = ("", "", ":443", ":6516", ":6600", ":6600", ":8443", ":80", ":99999")
PATHS = (
    *("", "", "", "/", "/*", "/*", "/signin-oidc", "/signin-oidc", "/Signin-OIDC"),
    *("/callback", "/signin-oidc/", "/*/x", "?a=b", "/signin-oidc?a=b", "/#x", "/\u017fignin-oidc"),
)
ODD = ("urn:ietf:wg:oauth:2.0:oob", "myapp://auth", "https://", "", "https://a b", "http://user@wac.contoso.com", "*")

http_uris = st.builds(
    lambda scheme, host, port, path: f"{scheme}://{host}{port}{path}",
    st.sampled_from(["https", "https", "https", "http", "HTTPS"]),
    st.sampled_from(HOSTS),
    st.sampled_from(PORTS),
    st.sampled_from(PATHS),
)
redirect_uris = st.one_of(http_uris, http_uris, http_uris, st.sampled_from(ODD), st.text(max_size=20))
gateway_uris = st.builds(
    lambda host, port, path: f"https://{host}{port}{path}",
    st.sampled_from(HOSTS[:4]),
    st.sampled_from(["", ":6516", ":6600"]),
    st.sampled_from(PATHS[:9]),
)
names = st.sampled_from(
    [
        *("WindowsAdminCenter-https://wac.contoso.com", "windowsadmincenter-HTTPS://WAC:6600", "SME-wac", "SME-CRM"),
        *("WindowsAdminCenter-http://localhost:6516", "Intranet", "Gateway https://wac2.contoso.com:6600", ""),
    ]
)
permissions = st.sampled_from(
    [BOTH, BOTH, (), (USER_IMPERSONATION,), (READ_WRITE_ALL_AS_ROLE, USER_IMPERSONATION), BOTH[:1]]
)
gateway_urls = st.lists(
    st.builds(
        GatewayUrl, st.sampled_from(["wac.contoso.com", "wac2.contoso.com", "wac"]), st.sampled_from([443, 6600])
    ),
    max_size=2,
    unique=True,
).map(tuple)
DESIRED = st.builds(
    DesiredState,
    redirects_mode=st.sampled_from(RedirectsMode),
    gateway_urls=gateway_urls,
    redirects_cleanup=st.booleans(),
)
GATEWAYS = st.lists(st.just(Gateway(OTHER_APP, "other", "WAC", ("wac.contoso.com",))), max_size=1).map(tuple)


@st.composite
def applications(draw: st.DrawFn) -> Application:
    """Make an application whose redirect URIs are mostly as Graph would take them; some are from before it cared."""
    uris = draw(st.lists(st.one_of(redirect_uris, gateway_uris, gateway_uris, st.just(LOCALHOST)), max_size=8))
    if draw(st.integers(0, 5)):
        uris = list({uri.lower(): uri for uri in uris}.values())
    places = [draw(st.sampled_from(["web", "web", "web", "spa", "spa", "public"])) for _ in uris]
    many = draw(st.sampled_from([0, 0, 0, 0, 95, 250, 254]))
    return application(
        (*(uri for uri, place in zip(uris, places, strict=True) if place == "web"), *_many(many)),
        (uri for uri, place in zip(uris, places, strict=True) if place == "spa"),
        draw(names),
        public_client_redirect_uris=tuple(uri for uri, place in zip(uris, places, strict=True) if place == "public"),
        sign_in_audience=draw(st.sampled_from(["AzureADMyOrg", "AzureADandPersonalMicrosoftAccount", None])),
        access_token_issuance=draw(st.booleans()),
        id_token_issuance=draw(st.booleans()),
        federated_credentials=draw(st.sampled_from([None, 0, 1])),
        password_credentials=draw(st.sampled_from([0, 0, 1])),
        required_resource_access=draw(permissions),
    )


def shuffled(one: Application, chance: random.Random) -> Application:
    """Give the same application with all that it lists in another order."""

    def mixed[T](some: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(chance.sample(some, len(some)))

    return replace(
        one,
        web_redirect_uris=mixed(one.web_redirect_uris),
        spa_redirect_uris=mixed(one.spa_redirect_uris),
        required_resource_access=mixed(one.required_resource_access),
    )


def _many(count: int) -> tuple[str, ...]:
    return tuple(f"https://intranet.contoso.com/{number}" for number in range(count))
