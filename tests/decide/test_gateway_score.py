"""Which app registrations are a gateway's, and by what that is seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.decide.gateway_score import Certainty, missing_permissions, recognise_gateway
from shared.model.application import GatewayUrl
from shared.model.desired import DesiredState
from tests.decide.applications import (
    APP_ID,
    AUDITED,
    BOTH,
    CALLBACK,
    LOCALHOST,
    READ_WRITE_ALL,
    READ_WRITE_ALL_AS_ROLE,
    USER_IMPERSONATION,
    application,
)

CERTAIN, LIKELY, NOT = Certainty.CERTAIN, Certainty.LIKELY, Certainty.NOT
BY_WAC, BY_SCRIPT = "WindowsAdminCenter-https://wac.contoso.com", "SME-wac"
KNOWN = (GatewayUrl("wac.contoso.com", 6600),)


@dataclass(frozen=True)
class Case:
    certainty: Certainty
    name: str = "Contoso"
    web: tuple[str, ...] = ()
    spa: tuple[str, ...] = ()
    permissions: bool = False
    gateway_urls: tuple[GatewayUrl, ...] = ()
    said: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


CASES = {
    "the name and the permissions": Case(
        CERTAIN, BY_WAC, permissions=True, said=("its name begins with WindowsAdminCenter-", "it requests Microsoft")
    ),
    "the name and a URI of its host": Case(
        CERTAIN, BY_WAC, ("https://wac.contoso.com/signin-oidc",), said=("is of the host that its name names",)
    ),
    "the name, in any letters, and a port": Case(
        CERTAIN, "windowsadmincenter-HTTPS://wac", (LOCALHOST,), said=("has a port of Windows Admin Center, 6516",)
    ),
    "the name alone may be anybody's": Case(LIKELY, BY_WAC),
    "a name that only has it within is none": Case(NOT, f"Not {BY_WAC}"),
    "nor is one that names no address": Case(NOT, "WindowsAdminCenter-prod"),
    "a port and the permissions": Case(CERTAIN, web=("https://wac.contoso.com:6600",), permissions=True),
    "a port and /*": Case(CERTAIN, web=(LOCALHOST,), said=("ends in /*",)),
    "a port alone": Case(LIKELY, web=("https://wac.contoso.com:6516",)),
    "a port of another path is none": Case(NOT, web=("https://wac.contoso.com:6600/callback",)),
    "a port and /signin-oidc may be any ASP.NET application's": Case(
        LIKELY,
        web=("https://app.contoso.com:6600/signin-oidc",),
        said=("as any ASP.NET application's may",),
    ),
    "/signin-oidc and the permissions may be any administration's": Case(
        LIKELY, web=("https://admin.contoso.com/signin-oidc",), permissions=True
    ),
    "so may /* and the permissions": Case(LIKELY, web=("https://admin.contoso.com/*",), permissions=True),
    "the permissions alone never suffice": Case(NOT, web=(CALLBACK,), permissions=True),
    "one of the permissions is none": Case(
        NOT, web=("https://a.contoso.com/signin-oidc",), more={"required_resource_access": (READ_WRITE_ALL,)}
    ),
    "/signin-oidc alone is any ASP.NET application's": Case(NOT, web=("https://a.contoso.com/signin-oidc",)),
    "/* alone is a wildcard": Case(NOT, web=("https://a.contoso.com/*",)),
    "/signin-oidc and its address as a single-page application, with the permissions": Case(
        CERTAIN,
        spa=("https://wac.contoso.com", "https://wac.contoso.com/signin-oidc"),
        permissions=True,
        said=("are both single-page application redirect URIs",),
    ),
    "the same on Web is any ASP.NET application's": Case(
        LIKELY, web=("https://wac.contoso.com", "https://wac.contoso.com/signin-oidc"), permissions=True
    ),
    "the old script's name, the permissions and its host": Case(
        CERTAIN, BY_SCRIPT, ("https://wac.contoso.com",), permissions=True, said=("as a script for older gateways",)
    ),
    "the old script's name and a port": Case(CERTAIN, BY_SCRIPT, (LOCALHOST,)),
    "a name of small and medium enterprises that fits its host is none": Case(
        LIKELY, "SME-portal", ("https://portal.contoso.com", "https://portal.contoso.com/signin-oidc")
    ),
    "nor is that name alone": Case(NOT, "SME-CRM"),
    "a URI that the operator names": Case(
        CERTAIN,
        web=("https://wac.contoso.com:6600/signin-oidc",),
        gateway_urls=KNOWN,
        said=("is https://wac.contoso.com:6600 of WAC_GATEWAYS",),
    ),
    "a name that names what the operator names": Case(
        CERTAIN, "Gateway https://WAC.contoso.com:6600", gateway_urls=KNOWN, said=("its name names https://wac",)
    ),
    "a name without the port": Case(CERTAIN, "Gateway https://wac.contoso.com", gateway_urls=KNOWN),
    "another port of what the operator names": Case(
        NOT, web=("https://wac.contoso.com/signin-oidc",), gateway_urls=KNOWN
    ),
    "another host than what the operator names": Case(
        NOT, web=("https://wac2.contoso.com/signin-oidc",), gateway_urls=KNOWN
    ),
    "another path at what the operator names": Case(
        NOT, web=("https://wac.contoso.com:6600/callback",), gateway_urls=KNOWN
    ),
    "a URI that the operator names, on whichever platform": Case(
        CERTAIN, more={"public_client_redirect_uris": ("https://wac.contoso.com:6600",)}, gateway_urls=KNOWN
    ),
    "else what is on the public client platform says nothing": Case(
        NOT, more={"public_client_redirect_uris": (LOCALHOST, "https://wac.contoso.com:6600")}
    ),
    "nothing at all": Case(NOT, ""),
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_a_gateway_is_known_by_two_things_at_least_or_by_the_operator(one: Case) -> None:
    given: dict[str, Any] = {"required_resource_access": BOTH if one.permissions else (), **one.more}
    desired = replace(AUDITED, gateway_urls=one.gateway_urls)
    recognised = recognise_gateway(application(one.web, one.spa, one.name, **given), desired)
    assert recognised.certainty is one.certainty
    for said in one.said:
        assert any(said in sentence for sentence in recognised.evidence)


@pytest.mark.parametrize(
    ("requested", "missing"),
    [
        (BOTH, []),
        ((READ_WRITE_ALL_AS_ROLE, USER_IMPERSONATION), []),
        ((USER_IMPERSONATION,), ["Microsoft Graph Application.ReadWrite.All"]),
        ((READ_WRITE_ALL,), ["Azure Service Management user_impersonation"]),
        ((replace(USER_IMPERSONATION, resource_app_id=APP_ID), READ_WRITE_ALL), ["Azure Service Management"]),
        ((), ["Microsoft Graph Application.ReadWrite.All", "Azure Service Management user_impersonation"]),
    ],
)
def test_a_permission_is_known_by_its_id_as_delegated_or_as_a_role(requested: Any, missing: list[str]) -> None:
    found = missing_permissions(application(required_resource_access=requested))
    assert len(found) == len(missing)
    assert all(one.startswith(wanted) for one, wanted in zip(found, missing, strict=True))


def test_ids_are_the_same_in_any_letters() -> None:
    shouted = tuple(replace(one, id=one.id.upper(), resource_app_id=one.resource_app_id.upper()) for one in BOTH)
    assert missing_permissions(application(required_resource_access=shouted)) == ()


def test_what_speaks_for_a_gateway_is_listed_though_it_is_none() -> None:
    recognised = recognise_gateway(application(CALLBACK, name="Contoso"), DesiredState())
    assert recognised.certainty is NOT
    assert recognised.evidence == (
        "it requests Microsoft Graph Application.ReadWrite.All and Azure Service Management user_impersonation",
    )
