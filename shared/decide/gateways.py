"""The gateways that the audit of app registrations knows: which registration is for which host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shared.decide.application_state import find_application, is_whole
from shared.decide.gateway_names import read_gateway_name
from shared.decide.gateway_redirects import GatewayRedirects, find_gateway_redirects
from shared.decide.gateway_score import Certainty, recognise_gateway
from shared.model.application import Application, Gateway
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.past import Past
from shared.model.resource_id import ResourceId


def summarise_gateway(application: Application, desired: DesiredState) -> Gateway | None:
    """Give what is to be kept of a registration that is certainly a gateway's; None for any other.

    Raises ValueError for one that was read in part: what is kept of it stays as it was.
    """
    if not is_whole(application):
        raise ValueError(f"{application.id} was read without its {', '.join(application.unread)}")
    if recognise_gateway(application, desired).certainty is not Certainty.CERTAIN:
        return None
    hosts = _hosts(application, find_gateway_redirects(application, desired))
    return Gateway(application.id, application.app_id, application.display_name, hosts)


def remember_gateway(past: Past, estate: Estate, subject: ResourceId, desired: DesiredState) -> Past:
    """Add what a look at a registration tells of a gateway; one that was not read, or in part, tells nothing."""
    application = find_application(estate, subject)
    return past if application is None else replace(past, gateway=summarise_gateway(application, desired))


def decide_gateways(gateways: Iterable[Gateway]) -> Mapping[str, tuple[Gateway, ...]]:
    """Give the hosts on which there are gateways, in order, each with the registrations that are for it."""
    by_host: dict[str, list[Gateway]] = {}
    for gateway in sorted(gateways, key=lambda one: one.id):
        for host in gateway.hosts:
            by_host.setdefault(host, []).append(gateway)
    return {host: tuple(by_host[host]) for host in sorted(by_host)}


def find_same_hosts(
    application: Application, redirects: GatewayRedirects, gateways: Iterable[Gateway]
) -> tuple[Gateway, ...]:
    """Give other registrations that are for one of this one's hosts."""
    by_host = decide_gateways(one for one in gateways if one.id != application.id)
    found = {one.id: one for host in _hosts(application, redirects) for one in by_host.get(host, ())}
    return tuple(found.values())


def _hosts(application: Application, redirects: GatewayRedirects) -> tuple[str, ...]:
    """Give the hosts of a registration's gateways: those that it signs in from, and the one that it is named for."""
    named = read_gateway_name(application.display_name).host
    urls = redirects.urls or redirects.settled
    return tuple(sorted({*(url.host for url in urls), *([named] if named else [])}))
