"""Which route takes which part of the traffic."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.addresses import Addresses, parse_prefix, parse_prefixes
from shared.decide.readings import read_tags
from shared.decide.routes import follow_routes
from shared.model.estate import NextHop, Route, RouteTable
from tests.decide.estates import SERVICE_TAGS, SUBNET, estate
from tests.decide.flow_cases import ROUTES

PREFIXES = (
    *("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "20.0.0.0/8", "20.1.0.0/24", "20.1.0.128/25", "20.1.0.7/32"),
    *("10.0.0.0/8", "WindowsAdminCenter", "windowsadmincenter", "AzureCloud", "Storage", "Storage.WestEurope"),
)
ADDRESSES = ("20.1.0.7", "20.1.0.200", "20.2.8.1", "20.60.4.4", "20.60.9.9", "40.126.0.1", "8.8.8.8")


def routes_to(*prefixes: str) -> RouteTable:
    return RouteTable(ROUTES, tuple(Route(prefix, prefix, NextHop.NONE) for prefix in prefixes))


def taken(table: RouteTable, remote: Addresses, **around: Any) -> list[tuple[tuple[str, ...], list[str | None]]]:
    (reading, *_) = read_tags(estate(**around), SUBNET, parse_prefix("10.1.0.4"))
    legs = follow_routes(table, remote, reading)
    return [(leg.addresses.prefixes(), [route.name if route else None for route in leg.routes]) for leg in legs]


def by_hand(table: RouteTable, address: str) -> str | None:
    """Find the route of one address: the longest prefix, and of equal ones an explicit, a regional, a wide one."""
    best: tuple[int, int, str] | None = None
    for route in table.routes:
        tag = SERVICE_TAGS.get(route.address_prefix.lower())
        rank = 3 if tag is None else 0 if route.address_prefix == "AzureCloud" else 1 + ("." in route.address_prefix)
        for prefix in tag or (route.address_prefix,):
            network = ip_network(prefix)
            if ip_address(address) in network:
                found = (network.prefixlen, rank, route.name)
                best = max(best, found) if best and best[:2] != found[:2] else best or found
    return best[2] if best else None


@given(st.lists(st.sampled_from(PREFIXES), unique_by=str.lower, max_size=8), st.sampled_from(ADDRESSES))
def test_each_address_takes_the_route_that_it_takes_by_hand(prefixes: list[str], address: str) -> None:
    table = routes_to(*prefixes)
    assert taken(table, parse_prefix(address)) == [((f"{address}/32",), [by_hand(table, address)])]


@given(st.lists(st.sampled_from(PREFIXES), unique_by=str.lower, max_size=8))
def test_the_parts_are_the_whole_traffic_and_have_nothing_in_common(prefixes: list[str]) -> None:
    remote = parse_prefixes(SERVICE_TAGS["windowsadmincenter"][:2])
    parts = [parse_prefixes(prefixes) for prefixes, _ in taken(routes_to(*prefixes), remote)]
    for number, part in enumerate(parts):
        assert not any(part & other for other in parts[number + 1 :])
    assert parse_prefixes(tuple(text for part in parts for text in part.prefixes())) == remote


WAC = Addresses(tags=frozenset({"WindowsAdminCenter"}))
UNKNOWN_TAGS = {
    "a default route takes a service of unknown prefixes": (("0.0.0.0/0",), [["0.0.0.0/0"]]),
    "so does a route for the service": (("0.0.0.0/0", "WindowsAdminCenter"), [["WindowsAdminCenter"]]),
    "and one for all of Azure": (("AzureCloud",), [["AzureCloud"]]),
    "a route for a part of the internet may": (("20.0.0.0/8",), [["20.0.0.0/8", None]]),
    "before the default route": (("0.0.0.0/0", "20.0.0.0/8"), [["20.0.0.0/8", "0.0.0.0/0"]]),
    "one for private addresses may not": (("10.0.0.0/8",), [[None]]),
    "nor may one for the other service": (("AzureActiveDirectory",), [[None]]),
    "but one for a service that nobody knows": (("CorpNetPublic",), [["CorpNetPublic", None]]),
}


@pytest.mark.parametrize(("prefixes", "routes"), UNKNOWN_TAGS.values(), ids=UNKNOWN_TAGS.keys())
def test_where_prefixes_are_not_known_every_route_that_may_decide_is_named(
    prefixes: tuple[str, ...], routes: list[list[str | None]]
) -> None:
    assert [names for _, names in taken(routes_to(*prefixes), WAC, service_tags={})] == routes
