"""The addresses that user-defined routes add to a virtual network, in the eyes of an NSG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.decide.addresses import NOWHERE, Addresses, parse_prefixes, union
from shared.model.estate import NextHop, Route, RouteTable

_OUT_OF_THE_NETWORK = frozenset({NextHop.NONE, NextHop.INTERNET})


@dataclass(frozen=True, slots=True)
class RoutedSpace:
    """What routes add to VirtualNetwork in all likelihood, and what at most."""

    likely: Addresses = NOWHERE
    possible: Addresses = NOWHERE


NOTHING_ROUTED = RoutedSpace()


def decide_routed_space(
    table: RouteTable, service_tags: Mapping[str, tuple[str, ...]], everything: Addresses
) -> RoutedSpace:
    """Put the prefixes of a route table together, within one IP family.

    Azure counts the prefixes of user-defined routes, and says nothing of those that lead nowhere or to the internet:
    https://learn.microsoft.com/azure/virtual-network/service-tags-overview
    """
    leading_inside = [route for route in table.routes if route.next_hop not in _OUT_OF_THE_NETWORK]
    return RoutedSpace(
        union(_addresses(route, service_tags, NOWHERE) for route in leading_inside) & everything,
        union(_addresses(route, service_tags, everything) for route in table.routes) & everything,
    )


def _addresses(route: Route, service_tags: Mapping[str, tuple[str, ...]], unknown: Addresses) -> Addresses:
    """Give the addresses of a route, `unknown` for those of a service tag whose prefixes are not known."""
    known = service_tags.get(route.address_prefix.strip().casefold(), (route.address_prefix,))
    return parse_prefixes(known) or unknown
