"""What a redirect URI says, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.redirect_uris import Platform, RedirectUri, is_host_name, read_redirect_uris
from shared.model.application import GatewayUrl
from tests.decide.applications import application


@dataclass(frozen=True)
class Case:
    text: str
    url: GatewayUrl | None
    loopback: bool = False
    plain_http: bool = False
    wildcard: bool = False


WAC = GatewayUrl("wac.contoso.com", 6600)
CASES = {
    "an address with a port": Case("https://wac.contoso.com:6600", WAC),
    "with a slash": Case("https://wac.contoso.com:6600/", WAC),
    "with the path of a sign-in": Case("https://wac.contoso.com:6600/signin-oidc", WAC),
    "in any letters": Case("HTTPS://WAC.Contoso.com:6600/SignIn-OIDC", WAC),
    "for all its paths": Case("https://wac.contoso.com:6600/*", WAC, wildcard=True),
    "without a port": Case("https://wac.contoso.com", GatewayUrl("wac.contoso.com", 443)),
    "with the port that goes without saying": Case("https://wac.contoso.com:443", GatewayUrl("wac.contoso.com", 443)),
    "a host name without a domain": Case("https://wac01", GatewayUrl("wac01", 443)),
    "another path is not a gateway's": Case("https://wac.contoso.com:6600/callback", None),
    "nor is a path below that of a sign-in": Case("https://wac.contoso.com:6600/signin-oidc/x", None),
    "nor is a query": Case("https://wac.contoso.com:6600/?a=b", None),
    "nor a fragment": Case("https://wac.contoso.com:6600/#a", None),
    "plain http gives no gateway": Case("http://wac.contoso.com:6516", None, plain_http=True),
    "localhost gives no gateway": Case("https://localhost:6516", None, loopback=True),
    "localhost by plain http is no plain http": Case("http://localhost:6516/*", None, loopback=True, wildcard=True),
    "an address of this machine is localhost too": Case("http://127.0.0.1:6516", None, loopback=True),
    "and so is that of IPv6": Case("https://[::1]:6516/", None, loopback=True),
    "an address gives no gateway": Case("https://10.0.0.4:6600", None),
    "nor does one of IPv6": Case("https://[2001:db8::4]:6600", None),
    "nor a wildcard for a host": Case("https://*.contoso.com:6600", None, wildcard=True),
    "nor what no host is called": Case("https://wac_gw.contoso.com", None),
    "nor a name in letters beyond ASCII": Case("https://größe.contoso.com", None),
    "nor a host in which a letter only looks like one": Case("https://wac.contoso.com\u212a:6600", None),
    "nor a port that there is not": Case("https://wac.contoso.com:65536", None),
    "nor somebody's name before the host": Case("https://wac.contoso.com@evil.example:6600", None),
    "nor what breaks in a line": Case("https://wac.contoso.com:6600\n", None),
    "nor another scheme": Case("ms-appx-web://wac.contoso.com", None),
    "nor a urn": Case("urn:ietf:wg:oauth:2.0:oob", None),
    "nor nothing": Case("", None),
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_a_redirect_uri_is_read_as_what_it_is(one: Case) -> None:
    (read,) = read_redirect_uris(application(one.text))
    assert read.text == one.text
    assert read.gateway_url == one.url
    told = (read.is_loopback, read.is_plain_http, read.has_wildcard)
    assert told == (one.loopback, one.plain_http, one.wildcard)


def test_each_is_known_with_its_platform_in_the_order_of_graph() -> None:
    read = read_redirect_uris(application(("b", "a"), "c", public_client_redirect_uris=("d",)))
    assert [(one.text, one.platform) for one in read] == [
        ("b", Platform.WEB),
        ("a", Platform.WEB),
        ("c", Platform.SPA),
        ("d", Platform.PUBLIC_CLIENT),
    ]


@given(st.text())
def test_any_text_is_read_and_kept(text: str) -> None:
    (read,) = read_redirect_uris(application(text))
    assert read.text == text
    if read.gateway_url is not None:
        assert str(read.gateway_url) in text.lower() or ":443" in text
        assert is_host_name(read.gateway_url.host)


def test_the_pair_of_a_gateway_is_its_address_and_its_sign_in() -> None:
    assert WAC.pair == ("https://wac.contoso.com:6600", "https://wac.contoso.com:6600/signin-oidc")
    assert GatewayUrl("wac").pair == ("https://wac", "https://wac/signin-oidc")
    for uri in WAC.pair:
        assert RedirectUri(uri, Platform.WEB).key == uri
