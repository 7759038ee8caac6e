"""Which changes of an app registration's redirect URIs the app may write at all, whoever asked for them."""

from __future__ import annotations

from collections.abc import Iterator

from shared.decide.redirect_uris import WAC_PORTS, Platform, RedirectUri, read_on
from shared.model.application import RedirectSettings
from shared.model.desired import DesiredState
from shared.model.plan import PatchApplication


def explain_foreign_redirects(action: PatchApplication, desired: DesiredState) -> str | None:
    """Name the first redirect URI that a PATCH adds, drops or moves, and that can be no gateway's; None without one.

    A gateway's has one of the forms of a gateway's, and a host that a live one of the registration has, or that
    WAC_GATEWAYS names; or it is at localhost, on a port that WAC is installed on. A move, its undo, a clean-up and
    its undo write no others: a gateway's pair stays live before and after each. `existing` has to be what is live.
    """
    hosts = {url.host for url in desired.gateway_urls}
    hosts |= {one.gateway_url.host for one in _read(action.existing) if one.gateway_url is not None}
    before, after = (_places(one) for one in (action.existing, action.desired))
    for one in (*_read(action.desired), *_read(action.existing)):
        is_changed = (one.text, one.platform) in before ^ after
        if is_changed and not _may_be_a_gateways(one, hosts):
            return (
                f"the redirect URI {one.text} ({one.platform}) is of no gateway: no live one that may be a gateway's"
                " has its host, nor does WAC_GATEWAYS name it"
            )
    return None


def _may_be_a_gateways(one: RedirectUri, hosts: set[str]) -> bool:
    if not one.has_gateway_form:
        return False
    return one.port in WAC_PORTS if one.is_loopback else one.host in hosts


def _places(settings: RedirectSettings) -> set[tuple[str, Platform]]:
    return {(one.text, one.platform) for one in _read(settings)}


def _read(settings: RedirectSettings) -> Iterator[RedirectUri]:
    yield from read_on(Platform.WEB, settings.web_redirect_uris)
    yield from read_on(Platform.SPA, settings.spa_redirect_uris)
