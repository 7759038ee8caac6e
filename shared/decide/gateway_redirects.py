"""Which redirect URIs of a gateway's registration are the gateway's, and which are somebody else's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.decide.gateway_names import GatewayName, read_gateway_name
from shared.decide.redirect_uris import WAC_PORTS, Platform, RedirectUri, read_redirect_uris
from shared.model.application import HTTPS_PORT, Application, GatewayUrl
from shared.model.desired import DesiredState


@dataclass(frozen=True, slots=True)
class GatewayRedirects:
    """What is a gateway's in a registration, in Graph's order.

    `urls` are the gateways that are to have their pair of URIs on the single-page application platform, in order of
    their hosts; `settled` others that have it there, about which nothing more is known or needed. `own` are the URIs
    of these gateways that have to be on that platform, wherever they are now; `old` those that no gateway from
    version 2410 on signs in with; `others` all the rest.
    """

    urls: tuple[GatewayUrl, ...]
    settled: tuple[GatewayUrl, ...]
    own: tuple[RedirectUri, ...]
    old: tuple[RedirectUri, ...]
    others: tuple[RedirectUri, ...]

    @property
    def all(self) -> tuple[RedirectUri, ...]:
        return self.own + self.old + self.others

    @property
    def own_on_web(self) -> tuple[RedirectUri, ...]:
        return tuple(one for one in self.own if one.platform is Platform.WEB)

    @property
    def missing(self) -> tuple[str, ...]:
        """The URIs of the pairs that are on no platform."""
        there = {one.key for one in self.all}
        return tuple(uri for url in self.urls for uri in url.pair if uri not in there)

    @property
    def is_moved(self) -> bool:
        """Tell whether a gateway is known, and every known one has its pair where it has to be and nowhere else."""
        on_spa = {one.key for one in self.all if one.platform is Platform.SPA}
        pairs_are_there = all(uri in on_spa for url in self.urls for uri in url.pair)
        return bool(self.urls or self.settled) and pairs_are_there and not self.own_on_web


def find_gateway_redirects(application: Application, desired: DesiredState) -> GatewayRedirects:
    """Sort the redirect URIs of a registration that is certainly a gateway's.

    Which does not make each URI in it one: a gateway's is known by its port, by the host that the registration's name
    names, or by WAC_GATEWAYS. Only where none is known so, by its `/*`, as a gateway was registered before.
    """
    uris = read_redirect_uris(application)
    name = read_gateway_name(application.display_name)
    urls = _gateway_urls(uris, name, desired)
    hosts = {url.host for url in urls}
    own, old, others = [], [], []
    for one in uris:
        if one.gateway_url in urls and not one.is_for_all_paths:
            own.append(one)
        elif one.platform is not Platform.PUBLIC_CLIENT and _is_old(one, urls, hosts):
            old.append(one)
        else:
            others.append(one)
    settled = tuple(sorted(_paired(others)))
    return GatewayRedirects(tuple(sorted(urls)), settled, tuple(own), tuple(old), tuple(others))


def _gateway_urls(uris: Sequence[RedirectUri], name: GatewayName, desired: DesiredState) -> set[GatewayUrl]:
    for_browsers = [one for one in uris if one.platform is not Platform.PUBLIC_CLIENT]
    registered = {one.gateway_url for one in for_browsers if one.gateway_url is not None}
    known = {url for url in registered if url.port in WAC_PORTS or name.is_for(url.host)}
    known |= {one.gateway_url for one in uris if one.gateway_url is not None}.intersection(desired.gateway_urls)
    urls = known or registered & {one.gateway_url for one in for_browsers if one.is_for_all_paths}
    # Where the operator names another port of the same host, people open the gateway there by now.
    moved = {url for url in desired.gateway_urls if url.port != HTTPS_PORT and url.host in {one.host for one in urls}}
    return urls | moved or {url for url in desired.gateway_urls if name.names(url)}


def _is_old(one: RedirectUri, urls: set[GatewayUrl], hosts: set[str]) -> bool:
    """Tell whether it is of a gateway as it was before: at localhost, for all its paths, or by plain http."""
    if not one.has_gateway_form:
        return False
    if one.is_loopback:
        return one.port in WAC_PORTS
    return one.gateway_url in urls or (one.is_plain_http and one.host in hosts)


def _paired(uris: Iterable[RedirectUri]) -> set[GatewayUrl]:
    on_spa = [one for one in uris if one.platform is Platform.SPA]
    keys = {one.key for one in on_spa}
    urls = {one.gateway_url for one in on_spa}
    return {url for url in urls if url is not None and keys.issuperset(url.pair)}
