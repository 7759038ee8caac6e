"""What is told of app registrations that are not certainly a gateway's, and how little that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.model.reason import Reason, Status
from tests.decide.applications import APP_ID, CALLBACK, CLEANING_UP, application, plan_for, reasons_of

SPA, HTTP, WILDCARD = Reason.LIKELY_SINGLE_PAGE_ON_WEB, Reason.PLAIN_HTTP_REDIRECT, Reason.WILDCARD_REDIRECT
LIKELY = Reason.GATEWAY_NOT_CERTAIN
PAGE = "https://shop.contoso.com"


@dataclass(frozen=True)
class Case:
    reasons: tuple[Reason, ...]
    web: str | tuple[str, ...] = PAGE
    spa: str | tuple[str, ...] = ()
    name: str = "Shop"
    said: str = ""
    error: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


IMPLICIT = {"access_token_issuance": True}
CASES = {
    "a server's application is in order": Case((), CALLBACK, more={"password_credentials": 1}),
    "so is one without the implicit grant": Case((), CALLBACK),
    "the implicit grant without anything to redeem a code with looks like a page's": Case(
        (SPA,), said="AADSTS9002327 there.", error="AADSTS9002326", more=IMPLICIT
    ),
    "it is never moved": Case((SPA,), said="WAC Guard never moves it.", error="AADSTS9002326", more=IMPLICIT),
    "where federated credentials were not read, that is said": Case(
        (SPA,),
        said="whether a federated one can is not known",
        error="AADSTS9002326",
        more={**IMPLICIT, "federated_credentials": None},
    ),
    "for ID tokens alone, that servers ask for them too": Case(
        (SPA,),
        said="on for ID tokens, which some servers ask for too",
        error="AADSTS9002326",
        more={"id_token_issuance": True},
    ),
    "a secret can redeem a code": Case((), more={**IMPLICIT, "password_credentials": 1}),
    "so can a certificate": Case((), more={**IMPLICIT, "certificate_credentials": 1}),
    "so can a federated credential": Case((), more={**IMPLICIT, "federated_credentials": 2}),
    "where ASP.NET's sign-in comes back is a server": Case((), f"{PAGE}/signin-oidc", more=IMPLICIT),
    "so is where App Service's does": Case((), f"{PAGE}/.auth/login/aad/callback?x=1", more=IMPLICIT),
    "only what may be a page's is named": Case(
        (SPA,),
        (f"{PAGE}/signin-oidc", PAGE),
        said=f"has {PAGE} on platform Web, like",
        error="AADSTS9002326",
        more=IMPLICIT,
    ),
    "on its own platform a page is in order": Case((), (), PAGE, more=IMPLICIT),
    "what is no address of a page is none": Case((), "urn:x", more=IMPLICIT),
    "plain http is told": Case((HTTP,), "http://shop.contoso.com/cb", said="in the clear. Have its owner replace it"),
    "plain http of localhost is not": Case((), ("http://localhost:3000", "http://127.0.0.1/cb", "http://[::1]")),
    "a wildcard is told": Case((WILDCARD,), "https://*.contoso.com", said="whatever matches it"),
    "but not of localhost, which is a developer's": Case((), "http://localhost:4200/*"),
    "wherever it is in a URI": Case((WILDCARD,), (), f"{PAGE}/a/*", said="on platform Single-page application: a"),
    "many of a kind are one finding": Case(
        (HTTP, WILDCARD),
        tuple(f"http://{number}.contoso.com/*" for number in range(9)),
        said="http://2.contoso.com/* on platform Web and 6 more: plain http",
    ),
    "what is on the public client platform is nobody's to judge": Case(
        (), (), more={"public_client_redirect_uris": ("http://shop.contoso.com/*", "myapp://*"), **IMPLICIT}
    ),
    "what is likely a gateway's is told with why, and how to say so": Case(
        (LIKELY,),
        "https://wac.contoso.com:6600/signin-oidc",
        said="has a port of Windows Admin Center, 6600; its redirect URI",
        error="AADSTS9002326",
    ),
    "it is not told to be like a page as well": Case(
        (LIKELY,), "https://wac.contoso.com:6600", said="into WAC_GATEWAYS", error="AADSTS9002326", more=IMPLICIT
    ),
    "one that would be in order if it were one is not told": Case((), (), "https://wac.contoso.com:6600"),
    "one that only has a name": Case(
        (LIKELY,), (), (), "WindowsAdminCenter-https://wac", said="but not for certain", error="AADSTS9002326"
    ),
    "one that has nothing": Case((), (), (), ""),
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_little_is_told_of_other_applications(one: Case) -> None:
    given: dict[str, Any] = {"required_resource_access": (), **one.more}
    plan = plan_for(application(one.web, one.spa, one.name, **given), CLEANING_UP)
    assert tuple(reasons_of(plan)) == one.reasons
    assert one.said in " ".join(finding.message for finding in plan.findings)
    for finding in plan.findings:
        assert f"({APP_ID})" in finding.message
        assert finding.evidence["error"] == one.error


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_none_of_it_counts_against_them_or_is_ever_written(one: Case) -> None:
    given: dict[str, Any] = {"required_resource_access": (), **one.more}
    plan = plan_for(application(one.web, one.spa, one.name, **given), CLEANING_UP)
    assert plan.status is (Status.NOT_APPLICABLE if one.reasons else Status.COMPLIANT)
    assert plan.actions == ()
    assert not any("patch" in finding.evidence for finding in plan.findings)


def test_all_uris_of_a_kind_are_in_the_evidence() -> None:
    uris = tuple(f"http://{number}.contoso.com" for number in range(9))
    (finding,) = plan_for(application(uris, name="Shop", required_resource_access=())).findings
    assert finding.evidence["uris"] == list(uris)
    assert (finding.evidence["uri"], finding.evidence["platform"]) == (None, "Web")
