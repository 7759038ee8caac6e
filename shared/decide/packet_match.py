"""Which packets a security rule matches: for certain, and at most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce

from shared.decide.addresses import NOWHERE, Addresses
from shared.decide.packets import ALL_PORTS, Packets, parse_ports, parse_protocol, protocol_names
from shared.decide.rule_match import local_side, match_side, remote_side
from shared.decide.service_tags import Match, TagReading
from shared.model.estate import Direction, SecurityRule

# What Azure calls the echo of IPv6, which may count as Icmp or not.
_ICMPV6 = "icmpv6"


@dataclass(frozen=True, slots=True)
class PacketMatch:
    """What a rule matches of a box: in each dimension for certain and at most, with why the two differ."""

    rule: SecurityRule
    certain: Packets
    possible: Packets
    doubts: tuple[str, ...]


def may_match(rule: SecurityRule, packets: Packets) -> bool:
    """Tell whether a rule's protocol and ports let it match any of the packets: it takes little to find out."""
    return bool(
        _match_protocol(rule.protocol, packets.protocols).possible
        and _match_ports(rule.destination_port_ranges, packets, packets.destination_ports).possible
        and _match_ports(rule.source_port_ranges, packets, packets.source_ports).possible
    )


def match_packets(rule: SecurityRule, packets: Packets, reading: TagReading) -> PacketMatch:
    """Tell which of the packets of its own direction a rule matches."""
    source, destination = remote_side(rule), local_side(rule)
    if rule.direction is Direction.OUTBOUND:
        source, destination = destination, source
    matches = (
        _match_protocol(rule.protocol, packets.protocols),
        _match_ports(rule.source_port_ranges, packets, packets.source_ports),
        _match_ports(rule.destination_port_ranges, packets, packets.destination_ports),
        match_side(source, packets.sources, reading),
        match_side(destination, packets.destinations, reading),
    )
    return PacketMatch(
        rule,
        Packets(*(match.certain for match in matches)),
        Packets(*(match.possible for match in matches)),
        tuple(match.doubt for match in matches),
    )


def _match_protocol(text: str, protocols: Addresses) -> Match:
    if text.strip().casefold() == _ICMPV6:
        return Match(possible=protocols & parse_protocol("Icmp"), doubt="Icmpv6 may count as Icmp")
    try:
        named = parse_protocol(text) & protocols
    except ValueError:
        return Match(possible=protocols, doubt=f"{text} is no protocol that is known")
    return Match(named, named)


def _match_ports(ranges: tuple[str, ...], packets: Packets, ports: Addresses) -> Match:
    match = _match_ranges(ranges)
    if packets.have_ports or match.certain.covers(ALL_PORTS):
        return Match(match.certain & ports, match.possible & ports, match.doubt)
    names = ", ".join(protocol_names(packets.protocols))
    return Match(NOWHERE, ports, f"it is for some ports only, and {names} has none")


@lru_cache(maxsize=8192)
def _match_ranges(ranges: tuple[str, ...]) -> Match:
    return reduce(Match.__or__, map(_match_range, ranges), Match())


def _match_range(text: str) -> Match:
    try:
        ports = parse_ports(text)
    except ValueError:
        return Match(possible=ALL_PORTS, doubt=f"{text} is no port range that could be read")
    return Match(ports, ports)
