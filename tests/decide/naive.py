"""A second, simple opinion: what an NSG does with one connection between two addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from shared.model.estate import Access, Direction, SecurityRule

# What Azure's recorded effective rules leave out of Internet.
NOT_INTERNET = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"),
    *("::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
)
_HOST = "168.63.129.16/32"
_LOAD_BALANCER = (_HOST, "fe80::1234:5678:9abc/128")


@dataclass(frozen=True)
class Surroundings:
    """A network without routes of its own, and the prefixes of the service tags."""

    virtual_network: tuple[str, ...]
    service_tags: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Connection:
    """One TCP connection."""

    direction: Direction
    local: str
    remote: str
    port: int
    protocol: str = "tcp"


def deciding_rule(
    rules: Iterable[SecurityRule], connection: Connection, surroundings: Surroundings
) -> SecurityRule | None:
    """Go through the rules by priority and give the first that matches."""
    for rule in sorted(rules, key=lambda one: one.priority):
        if _matches(rule, connection, surroundings):
            return rule
    return None


def access_of(rules: Iterable[SecurityRule], connection: Connection, surroundings: Surroundings) -> Access | None:
    """Tell what the rules do with a connection."""
    rule = deciding_rule(rules, connection, surroundings)
    return rule.access if rule else None


def _matches(rule: SecurityRule, connection: Connection, surroundings: Surroundings) -> bool:
    if rule.direction is not connection.direction:
        return False
    ends = (connection.local, connection.remote)
    source, destination = ends if rule.direction is Direction.OUTBOUND else ends[::-1]
    return (
        rule.protocol.lower() in ("*", connection.protocol)
        and _has_port(rule.destination_port_ranges, connection.port)
        and _has_address(rule.source_address_prefixes, source, surroundings)
        and _has_address(rule.destination_address_prefixes, destination, surroundings)
    )


def _has_port(ranges: Sequence[str], port: int) -> bool:
    for text in ranges:
        if text == "*":
            return True
        low, _, high = text.partition("-")
        if int(low) <= port <= int(high or low):
            return True
    return False


def _has_address(prefixes: Sequence[str], address: str, surroundings: Surroundings) -> bool:
    return any(is_in(prefix.lower(), address, surroundings) for prefix in prefixes)


def is_in(prefix: str, address: str, surroundings: Surroundings) -> bool:
    """Tell whether an address is of a prefix or a tag, which is in lower case."""
    if prefix == "*":
        return True
    if prefix == "virtualnetwork":
        return among((*surroundings.virtual_network, _HOST), address)
    if prefix == "internet":
        return not among((*surroundings.virtual_network, *NOT_INTERNET), address)
    if prefix == "azureloadbalancer":
        return among(_LOAD_BALANCER, address)
    return among(surroundings.service_tags.get(prefix, (prefix,)), address)


def among(prefixes: Iterable[str], address: str) -> bool:
    """Tell whether an address is of one of some prefixes."""
    return any(ip_address(address) in ip_network(prefix, strict=False) for prefix in prefixes)
