"""Whether an app registration is a Windows Admin Center gateway's: by score, with the evidence for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.decide.gateway_names import BY_SCRIPT, BY_WAC, GatewayName, read_gateway_name
from shared.decide.redirect_uris import WAC_PORTS, Platform, RedirectUri, read_redirect_uris
from shared.model.application import Application, ResourceAccess
from shared.model.desired import DesiredState

_GRAPH = "00000003-0000-0000-c000-000000000000"
_SERVICE_MANAGEMENT = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
# What a gateway needs, as people know it, by the ids that stand for it: as a delegated permission, or as an app role.
# https://learn.microsoft.com/windows-server/manage/windows-admin-center/azure/azure-integration
PERMISSIONS = {
    "Microsoft Graph Application.ReadWrite.All": (
        ResourceAccess(_GRAPH, "bdfbf15f-ee85-4955-8675-146e8e5296b5"),
        ResourceAccess(_GRAPH, "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"),
    ),
    "Azure Service Management user_impersonation": (
        ResourceAccess(_SERVICE_MANAGEMENT, "41094075-9dad-400e-a0bd-54e686782033"),
    ),
}
_CERTAIN, _LIKELY = 7, 4


class Certainty(StrEnum):
    """Only what is CERTAIN is ever written to."""

    CERTAIN = "certain"
    LIKELY = "likely"
    NOT = "not a gateway"


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whether it is a gateway's, and why, as sentences."""

    certainty: Certainty
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Signal:
    """What speaks for a gateway, and how much. No single one makes it certain, nor do two that others have too."""

    weight: int
    sentence: str


def recognise_gateway(application: Application, desired: DesiredState) -> Recognised:
    """Tell whether a registration is a gateway's, from its name, its redirect URIs and the permissions it requests.

    One whose name or redirect URI is a URL of WAC_GATEWAYS is certainly one. Else it takes two signals at least:
    the permissions and `/*`, or `/signin-oidc` of any ASP.NET application, are not enough together.
    """
    name = read_gateway_name(application.display_name)
    uris = read_redirect_uris(application)
    configured = tuple(_configured(name, uris, desired))
    signals = tuple(_signals(application, name, [one for one in uris if one.platform is not Platform.PUBLIC_CLIENT]))
    evidence = (*configured, *(signal.sentence for signal in signals))
    score = sum(signal.weight for signal in signals)
    if configured or score >= _CERTAIN:
        return Recognised(Certainty.CERTAIN, evidence)
    return Recognised(Certainty.LIKELY if score >= _LIKELY else Certainty.NOT, evidence)


def missing_permissions(application: Application) -> tuple[str, ...]:
    """Name the permissions that a gateway needs and the registration does not request."""
    requested = {_key(one) for one in application.required_resource_access}
    return tuple(name for name, ids in PERMISSIONS.items() if not requested & {_key(one) for one in ids})


def _configured(name: GatewayName, uris: Sequence[RedirectUri], desired: DesiredState) -> Iterator[str]:
    registered = {one.gateway_url: one for one in reversed(uris)}
    for url in sorted(desired.gateway_urls):
        if url in registered:
            yield f"its redirect URI {registered[url].text} is {url} of WAC_GATEWAYS"
        elif name.names(url):
            yield f"its name names {url} of WAC_GATEWAYS"


def _signals(application: Application, name: GatewayName, uris: Sequence[RedirectUri]) -> Iterator[_Signal]:
    if name.prefix == BY_WAC:
        yield _Signal(6, f"its name begins with {BY_WAC}, as Windows Admin Center names its own")
    if name.prefix == BY_SCRIPT:
        yield _Signal(2, f"its name begins with {BY_SCRIPT}, as a script for older gateways named them")
    own = _first(one for one in uris if one.gateway_url is not None and name.is_for(one.host))
    if own is not None:
        yield _Signal(2, f"its redirect URI {own.text} is of the host that its name names")
    port = _first(one for one in uris if one.has_gateway_form and one.port in WAC_PORTS)
    if port is not None:
        yield _Signal(5, f"its redirect URI {port.text} has a port of Windows Admin Center, {port.port}")
    if not missing_permissions(application):
        yield _Signal(3, f"it requests {' and '.join(PERMISSIONS)}")
    everything = _first(one for one in uris if one.is_for_all_paths)
    if everything is not None:
        yield _Signal(2, f"its redirect URI {everything.text} ends in /*")
    yield from _sign_in(uris)


def _sign_in(uris: Sequence[RedirectUri]) -> Iterator[_Signal]:
    """Weigh `/signin-oidc`: many a server's, but no server could sign in with it as a single-page application."""
    on_spa = {one.gateway_url for one in uris if one.platform is Platform.SPA and not one.rest}
    signs_in = [one for one in uris if one.is_sign_in]
    paired = _first(one for one in signs_in if one.platform is Platform.SPA and one.gateway_url in on_spa - {None})
    if paired is not None:
        yield _Signal(4, f"{paired.text} and its address are both single-page application redirect URIs")
        return
    any_one = _first(signs_in)
    if any_one is not None:
        yield _Signal(1, f"its redirect URI {any_one.text} ends in /signin-oidc, as any ASP.NET application's may")


def _first(uris: Iterable[RedirectUri]) -> RedirectUri | None:
    return min(uris, key=lambda one: one.key, default=None)


def _key(access: ResourceAccess) -> tuple[str, str]:
    return access.resource_app_id.casefold(), access.id.casefold()
