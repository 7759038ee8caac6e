"""A second, simple opinion of general verdicts: what NSGs do with one packet, in every possible world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.decide.verdict import PacketFlow
from shared.model.estate import Access, Direction, SecurityRule
from shared.model.resource_id import ResourceId
from tests.decide.naive import NOT_INTERNET, Surroundings, among, is_in

HOST = "168.63.129.16"
WITH_PORTS = ("tcp", "udp")
KNOWN = ("tcp", "udp", "icmp", "esp", "ah")
ALL_PORTS = {"*", "0-65535", "1-65535"}
TAGS = ("*", "virtualnetwork", "internet", "azureloadbalancer")


@dataclass(frozen=True)
class Neighbours:
    """The network's own space, and the application security groups of those addresses in it that were read."""

    space: tuple[str, ...]
    groups: Mapping[str, tuple[ResourceId, ...]]


@dataclass(frozen=True)
class Around:
    """One way to read the tags, and who is there."""

    tags: Surroundings
    neighbours: Neighbours


@dataclass(frozen=True)
class Packet:
    """One packet; the ports are of no account where the protocol has none."""

    protocol: str
    source: str
    source_port: int
    destination: str
    destination_port: int


def possible_deciders(
    rules: Iterable[SecurityRule], direction: Direction, packet: Packet, around: Sequence[Around]
) -> set[SecurityRule | None]:
    """Give every rule by which a packet may be decided, for all ways to read the tags; None for none."""
    found: set[SecurityRule | None] = set()
    of_direction = sorted((rule for rule in rules if rule.direction is direction), key=lambda rule: rule.priority)
    for one in around:
        for rule in of_direction:
            matched = _matches(rule, packet, one)
            if matched is not False:
                found.add(rule)
            if matched:
                break
        else:
            found.add(None)
    return found


def agreed_access(deciders: Iterable[SecurityRule | None]) -> Access | None:
    """Give the access that all of them agree on."""
    accesses = {rule.access if rule else None for rule in deciders}
    return accesses.pop() if len(accesses) == 1 else None


def is_of(packet: Packet, flow: PacketFlow, around: Around) -> bool:
    """Tell whether a packet is one of a flow's."""
    ends = (packet.source, packet.destination)
    local, remote = ends if flow.direction is Direction.OUTBOUND else ends[::-1]
    if (":" in local) != (":" in remote):
        return False
    protocols = [text.lower() for text in flow.protocols]
    if packet.protocol not in protocols and "*" not in protocols:
        return False
    return (
        _ports_of_flow(packet, flow, protocols)
        and _is_end(local, flow.local, around.tags)
        and _is_end(remote, flow.remote, around.tags)
    )


def _ports_of_flow(packet: Packet, flow: PacketFlow, protocols: list[str]) -> bool:
    if packet.protocol in WITH_PORTS:
        return bool(_port(packet.destination_port, flow.ports) and _port(packet.source_port, flow.source_ports))
    names_ports = any(
        _port(port, some) is not True for port in (1, 65535) for some in (flow.ports, flow.source_ports)
    )
    return not names_ports or not {"*", *WITH_PORTS} & set(protocols)


def _is_end(address: str, tokens: Iterable[str], around: Surroundings) -> bool:
    """The host's address is of both tags in a rule, but nobody connects from it."""
    return any(
        is_in(token.lower(), address, around)
        and not (address == HOST and token.lower() in ("virtualnetwork", "internet"))
        for token in tokens
    )


def _matches(rule: SecurityRule, packet: Packet, around: Around) -> bool | None:
    found = (
        _protocol(rule.protocol.lower(), packet.protocol),
        _rule_ports(rule.source_port_ranges, packet.protocol, packet.source_port),
        _rule_ports(rule.destination_port_ranges, packet.protocol, packet.destination_port),
        _side(rule.source_address_prefixes, rule.source_application_security_group_ids, packet.source, around),
        _side(
            rule.destination_address_prefixes,
            rule.destination_application_security_group_ids,
            packet.destination,
            around,
        ),
    )
    if False in found:
        return False
    return None if None in found else True


def _protocol(of_rule: str, protocol: str) -> bool | None:
    if of_rule == "*":
        return True
    if of_rule == "icmpv6":
        return None if protocol == "icmp" else False
    return of_rule == protocol if of_rule in KNOWN else None


def _rule_ports(ranges: Sequence[str], protocol: str, port: int) -> bool | None:
    if protocol in WITH_PORTS:
        return _port(port, ranges)
    return True if ALL_PORTS & set(ranges) else None


def _port(port: int, ranges: Sequence[str]) -> bool | None:
    found: bool | None = False
    for text in ranges:
        low, _, high = text.partition("-")
        if text == "*" or (low.isdigit() and int(low) <= port <= int(high or low)):
            return True
        if not low.isdigit():
            found = None
    return found


def _side(prefixes: Sequence[str], groups: Sequence[ResourceId], address: str, around: Around) -> bool | None:
    found = [_has(prefix.lower(), address, around.tags) for prefix in prefixes]
    found += [_is_member(address, group, around.neighbours) for group in groups]
    if True in found:
        return True
    return None if None in found else False


def _has(prefix: str, address: str, around: Surroundings) -> bool | None:
    if prefix in TAGS or prefix in around.service_tags or prefix[0].isdigit() or ":" in prefix:
        return is_in(prefix, address, around)
    return False if among(NOT_INTERNET, address) else None


def _is_member(address: str, group: ResourceId, neighbours: Neighbours) -> bool | None:
    if address in neighbours.groups:
        return group in neighbours.groups[address]
    return None if among(neighbours.space, address) else False
