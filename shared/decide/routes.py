"""Where the routes of a subnet send traffic: the longest prefix decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from shared.decide.addresses import Addresses
from shared.decide.service_tags import TagReading, match_prefixes
from shared.model.estate import NextHop, Route, RouteTable

_LONGER_THAN_ANY = 129
_WIDEST_TAG = "azurecloud"


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of the traffic, and the routes that may take it; None is Azure's own routing.

    There are several where it can't be told which of a service tag's addresses they are for.
    """

    addresses: Addresses
    routes: tuple[Route | None, ...]

    @property
    def next_hops(self) -> frozenset[NextHop]:
        """Tell where the routes lead; Azure's own is to the internet."""
        return frozenset(route.next_hop if route else NextHop.INTERNET for route in self.routes)


@dataclass(frozen=True, slots=True)
class _Entry:
    """Those prefixes of a route that are of one length."""

    length: int
    preference: int
    route: Route
    prefixes: tuple[str, ...]


def follow_routes(table: RouteTable | None, remote: Addresses, reading: TagReading) -> tuple[Leg, ...]:
    """Split traffic to public addresses by the user-defined routes that take it.

    Of equal prefixes the explicit one wins, then that of a regional service tag, and AzureCloud comes last:
    https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
    """
    legs: list[Leg] = []
    undecided: list[tuple[Addresses, tuple[Route, ...]]] = [(remote, ())]
    for entry in sorted(_entries(table.routes if table else (), reading), key=_order):
        match = match_prefixes(entry.prefixes, remote, reading)
        if not match.possible:
            continue
        rest: list[tuple[Addresses, tuple[Route, ...]]] = []
        for addresses, perhaps in undecided:
            legs.append(Leg(addresses & match.certain, (*perhaps, entry.route)))
            left = addresses - match.certain
            rest += [(left & match.possible, (*perhaps, entry.route)), (left - match.possible, perhaps)]
        undecided = [piece for piece in rest if piece[0]]
    legs += [Leg(addresses, (*perhaps, None)) for addresses, perhaps in undecided]
    return tuple(leg for leg in legs if leg.addresses)


def _entries(routes: Iterable[Route], reading: TagReading) -> Iterator[_Entry]:
    for route in routes:
        name = route.address_prefix.strip().casefold()
        by_length: dict[int, list[str]] = {}
        for prefix in reading.service_tags.get(name, (route.address_prefix,)):
            by_length.setdefault(_length(prefix), []).append(prefix)
        for length, prefixes in by_length.items():
            yield _Entry(length, _preference(name), route, tuple(prefixes))


def _length(prefix: str) -> int:
    """Give a prefix's length; a service tag of unknown prefixes may go ahead of any."""
    try:
        return ip_network(prefix.strip(), strict=False).prefixlen
    except ValueError:
        return _LONGER_THAN_ANY


def _preference(name: str) -> int:
    if _length(name) != _LONGER_THAN_ANY:
        return 0
    tag, _, region = name.partition(".")
    return (3 if tag == _WIDEST_TAG else 1) + (0 if region else 1)


def _order(entry: _Entry) -> tuple[int, int, str]:
    return -entry.length, entry.preference, entry.route.name.casefold()
