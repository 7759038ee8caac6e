"""What is written to a gateway's registration: one PATCH that moves, and later one that cleans up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.model.application import Application, GatewayUrl, RedirectSettings
from shared.model.desired import DesiredState, RedirectsMode
from shared.model.reason import Reason
from tests.decide.applications import (
    AUDITED,
    CALLBACK,
    CLEANING_UP,
    LOCALHOST,
    MIGRATING,
    PAIR,
    WAC,
    application,
    patch_of,
    plan_for,
    reasons_of,
    settings,
    tenant,
)
from tests.decide.applying import applied

OLD = "https://wac.contoso.com:6516"
OLD_PAIR = (OLD, f"{OLD}/signin-oidc")
WAC2_PAIR = ("https://wac2.contoso.com:6600", "https://wac2.contoso.com:6600/signin-oidc")
MANY = tuple(f"https://intranet.contoso.com/{number}" for number in range(300))
LONG_HOST = f"{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 56}.com"


@dataclass(frozen=True)
class Case:
    web: str | tuple[str, ...]
    spa: str | tuple[str, ...] = ()
    after: RedirectSettings | None = None
    desired: DesiredState = MIGRATING
    name: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


def naming(*urls: GatewayUrl) -> DesiredState:
    return replace(MIGRATING, gateway_urls=urls)


MOVES = {
    "both URIs on Web are moved": Case(PAIR, (), settings((), PAIR)),
    "one on Web is moved and the other added": Case(WAC, (), settings((), PAIR)),
    "one that is there already is completed": Case((), PAIR[1], settings((), (PAIR[1], PAIR[0]))),
    "where both are there nothing is written": Case((), PAIR),
    "in whatever letters": Case((), (PAIR[0].upper(), PAIR[1].title())),
    "what has a host and /* gets its pair, and stays for now": Case(f"{WAC}/*", (), settings(f"{WAC}/*", PAIR)),
    "localhost stays for now": Case((LOCALHOST, WAC), (), settings(LOCALHOST, PAIR)),
    "and so does plain http": Case(("http://wac.contoso.com/", WAC), (), settings("http://wac.contoso.com/", PAIR)),
    "with a slash it is another URI, which is moved beside the pair": Case(
        f"{WAC}/", (), settings((), (*PAIR, f"{WAC}/"))
    ),
    "with the port that goes without saying, too": Case(
        "https://wac.contoso.com:443",
        (),
        settings(
            (),
            ("https://wac.contoso.com", "https://wac.contoso.com/signin-oidc", "https://wac.contoso.com:443"),
        ),
    ),
    "in other letters on Web it is written as a browser does": Case(
        ("https://WAC.contoso.com:6600", f"{WAC}/SIGNIN-OIDC"), (), settings((), PAIR)
    ),
    "what is there already keeps its letters": Case(
        WAC, "https://WAC.contoso.com:6600", settings((), ("https://WAC.contoso.com:6600", PAIR[1]))
    ),
    "all else stays where it is, in its order": Case(
        ("https://b.contoso.com/cb", WAC, CALLBACK, "urn:x"),
        "https://spa.contoso.com",
        settings(("https://b.contoso.com/cb", CALLBACK, "urn:x"), ("https://spa.contoso.com", *PAIR)),
    ),
    "another path of the gateway's host stays too": Case(
        (f"{WAC}/callback", WAC), (), settings(f"{WAC}/callback", PAIR)
    ),
    "each of several gateways gets its pair, in the order of their hosts": Case(
        (WAC2_PAIR[0], WAC), (), settings((), (*PAIR, *WAC2_PAIR))
    ),
    "so do two ports of one host": Case((WAC, OLD), (), settings((), (*OLD_PAIR, *PAIR))),
    "another host on another port may be a server's, and stays": Case(
        (WAC, "https://intranet.contoso.com/signin-oidc"),
        (),
        settings("https://intranet.contoso.com/signin-oidc", PAIR),
    ),
    "unless the operator names it": Case(
        (WAC, "https://gw.contoso.com/signin-oidc"),
        (),
        settings((), ("https://gw.contoso.com", "https://gw.contoso.com/signin-oidc", *PAIR)),
        naming(GatewayUrl("gw.contoso.com")),
    ),
    "/* alone tells of a gateway where nothing else does": Case(
        "https://gw.contoso.com/*",
        (),
        settings("https://gw.contoso.com/*", ("https://gw.contoso.com", "https://gw.contoso.com/signin-oidc")),
    ),
    "but not beside one that is known": Case(
        ("https://gw.contoso.com/*", WAC), (), settings("https://gw.contoso.com/*", PAIR)
    ),
    "the port that the operator names by now gets its pair as well": Case(
        (), OLD_PAIR, settings((), (*OLD_PAIR, *PAIR)), naming(GatewayUrl("wac.contoso.com", 6600))
    ),
    "the operator's URL of a gateway of which only the name is known gets its pair": Case(
        LOCALHOST, (), settings(LOCALHOST, PAIR), naming(GatewayUrl("wac.contoso.com", 6600))
    ),
    "without it nothing is made up from the name": Case(LOCALHOST),
    "nor from plain http": Case("http://wac9.contoso.com:6516/*", name="WindowsAdminCenter-https://wac"),
    "nor from an address": Case("https://10.0.0.4:6600"),
    "nor from a host with a wildcard": Case("https://*.contoso.com:6600"),
    "what is on the public client platform is left there, and the rest is moved": Case(
        WAC, (), settings((), PAIR[:1]), more={"public_client_redirect_uris": (PAIR[1].upper(),)}
    ),
    "the implicit grant stays on": Case(
        WAC, (), settings((), PAIR), more={"access_token_issuance": True, "id_token_issuance": True}
    ),
    "even if it is to be cleaned up": Case(
        (WAC, LOCALHOST), (), settings(LOCALHOST, PAIR), CLEANING_UP, more={"access_token_issuance": True}
    ),
    "up to the limit": Case((*MANY[:254], WAC), (), settings(MANY[:254], PAIR)),
    "which is lower with personal accounts": Case(
        (*MANY[:98], WAC),
        (),
        settings(MANY[:98], PAIR),
        more={"sign_in_audience": "AzureADandPersonalMicrosoftAccount"},
    ),
    "what is not certainly a gateway's stays": Case(WAC, name="Contoso", more={"required_resource_access": ()}),
}
CLEAN_UPS = {
    "old URIs go once the pair is there": Case(
        (LOCALHOST, f"{WAC}/*", "http://wac.contoso.com:6600", CALLBACK), PAIR, settings(CALLBACK, PAIR)
    ),
    "wherever they are": Case((), (LOCALHOST, *PAIR), settings((), PAIR)),
    "with the implicit grant": Case(
        LOCALHOST,
        PAIR,
        settings((), PAIR, access_token_issuance=False, id_token_issuance=False),
        more={"access_token_issuance": True, "id_token_issuance": True},
    ),
    "of which only what is on is written": Case(
        (), PAIR, settings((), PAIR, id_token_issuance=False), more={"id_token_issuance": True}
    ),
    "but not where somebody else may sign in with it": Case(
        (LOCALHOST, CALLBACK), PAIR, settings(CALLBACK, PAIR), more={"access_token_issuance": True}
    ),
    "on either platform": Case((), (*PAIR, "https://spa.contoso.com"), more={"access_token_issuance": True}),
    "localhost on other ports may be a developer's": Case("http://localhost:3000/*", PAIR),
    "so may other paths": Case("http://localhost:6516/callback", PAIR),
    "/* of another host may be another application's": Case("https://gw.contoso.com/*", PAIR),
    "plain http of another host too": Case("http://gw.contoso.com:6516", PAIR),
    "a host with a wildcard may serve gateways that nobody knows": Case("https://*.contoso.com:6600", PAIR),
    "an address may be how people still open it": Case("https://10.0.0.4:6600", PAIR),
    "what only the pair tells is cleaned up too": Case(
        LOCALHOST,
        ("https://gw.contoso.com", "https://gw.contoso.com/signin-oidc"),
        settings((), ("https://gw.contoso.com", "https://gw.contoso.com/signin-oidc"), access_token_issuance=False),
        more={"access_token_issuance": True},
    ),
    "nothing goes while the pair waits for another platform": Case(
        LOCALHOST, PAIR[0], more={"public_client_redirect_uris": PAIR[1:]}
    ),
    "nor while no gateway is known": Case(LOCALHOST, more={"access_token_issuance": True}),
}


def patch_for(one: Case, desired: DesiredState) -> RedirectSettings | None:
    patch = patch_of(plan_for(application(one.web, one.spa, one.name, **one.more), desired))
    return None if patch is None else patch.desired


@pytest.mark.parametrize("one", MOVES.values(), ids=MOVES.keys())
def test_a_move(one: Case) -> None:
    assert patch_for(one, one.desired) == one.after


@pytest.mark.parametrize("one", MOVES.values(), ids=MOVES.keys())
def test_an_audit_shows_the_same(one: Case) -> None:
    assert patch_for(one, replace(one.desired, redirects_mode=RedirectsMode.AUDIT)) == one.after


@pytest.mark.parametrize("one", CLEAN_UPS.values(), ids=CLEAN_UPS.keys())
def test_a_clean_up(one: Case) -> None:
    assert patch_for(one, CLEANING_UP) == one.after


@pytest.mark.parametrize("one", CLEAN_UPS.values(), ids=CLEAN_UPS.keys())
def test_nothing_is_cleaned_up_unless_the_operator_wants_it(one: Case) -> None:
    assert patch_for(one, MIGRATING) is None
    assert patch_for(one, AUDITED) is None


IMPOSSIBLE = {
    "more than 256 URIs": (application((*MANY[:255], WAC)), "257 redirect URIs, more than 256"),
    "more than 100 with personal accounts": (
        application((*MANY[:99], WAC), sign_in_audience="PersonalMicrosoftAccount"),
        "101 redirect URIs, more than 100",
    ),
    "the public client platform counts, too": (
        application((*MANY[:200], WAC), public_client_redirect_uris=MANY[200:255]),
        "257 redirect URIs, more than 256",
    ),
    "a URI that would be too long": (
        application(f"https://{LONG_HOST}:6600"),
        f"https://{LONG_HOST}:6600/signin-oidc has {len(LONG_HOST) + 25} characters, more than 256",
    ),
    "two URIs of somebody else's that differ in their letters": (
        application((WAC, CALLBACK, CALLBACK.upper())),
        f"{CALLBACK} would be there 2 times",
    ),
    "one of somebody else's that is on two platforms": (
        application((WAC, CALLBACK), public_client_redirect_uris=(CALLBACK,)),
        f"{CALLBACK} would be there 2 times",
    ),
}


@pytest.mark.parametrize(("one", "said"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_graph_would_refuse_is_a_finding_with_microsofts_way_out_and_no_plan(
    one: Application, said: str
) -> None:
    plan = plan_for(one)
    assert plan.actions == ()
    (finding,) = [found for found in plan.findings if found.reason is Reason.GATEWAY_MIGRATION_NOT_POSSIBLE]
    assert said in finding.message
    assert f"register it again with the same application id, {one.app_id}" in finding.message
    assert not any("patch" in found.evidence for found in plan.findings)


def test_a_gateway_is_in_order_once_it_is_moved_and_cleaned_up() -> None:
    one = application((LOCALHOST, f"{WAC}/*", WAC), access_token_issuance=True)
    for left in ([Reason.GATEWAY_REDIRECT_LEFTOVER] * 2 + [Reason.GATEWAY_IMPLICIT_GRANT], []):
        (one,) = applied(tenant(one), plan_for(one, CLEANING_UP)).applications.values()
        assert reasons_of(plan_for(one, CLEANING_UP)) == left
