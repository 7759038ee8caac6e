"""Which packets a security rule matches: for certain, and at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

from shared.decide.addresses import NOWHERE, Addresses
from shared.decide.index import Index
from shared.decide.packets import (
    ALL_PORTS,
    ALL_PROTOCOLS,
    WITH_PORTS,
    Numbers,
    Packets,
    parse_ports,
    parse_protocol,
    protocol_names,
)
from shared.decide.rule_match import local_side, match_side, remote_side
from shared.decide.service_tags import Match, TagReading, settled
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


class PortIndex:
    """Rules of one direction, found by the protocols and ports of packets without going through them."""

    def __init__(self, rules: Sequence[SecurityRule]) -> None:
        """Put what the rules may match into indexes."""
        self._rules = rules
        self._protocols = Index(_match_protocol(rule.protocol, ALL_PROTOCOLS).possible for rule in rules)
        self._source_ports = Index(_match_ranges(rule.source_port_ranges).possible for rule in rules)
        self._destination_ports = Index(_match_ranges(rule.destination_port_ranges).possible for rule in rules)
        self._chosen: dict[int, tuple[SecurityRule, ...]] = {}

    def choose(self, numbers: Numbers) -> tuple[SecurityRule, ...]:
        """Give the rules that may match packets of these: the very same tuple where it is the same rules."""
        chosen = self._protocols.having_any(numbers.protocols)
        if WITH_PORTS.covers(numbers.protocols):
            chosen &= self._source_ports.having_any(numbers.source_ports)
            chosen &= self._destination_ports.having_any(numbers.destination_ports)
        if chosen not in self._chosen:
            self._chosen[chosen] = tuple(rule for place, rule in enumerate(self._rules) if chosen >> place & 1)
        return self._chosen[chosen]


def match_numbers(rule: SecurityRule, numbers: Numbers) -> tuple[Match, Match, Match]:
    """Tell which protocols, source ports and destination ports a rule matches."""
    protocols = numbers.protocols
    return (
        _match_protocol(rule.protocol, protocols),
        _match_ports(rule.source_port_ranges, numbers.source_ports, protocols),
        _match_ports(rule.destination_port_ranges, numbers.destination_ports, protocols),
    )


def match_packets(rule: SecurityRule, packets: Packets, reading: TagReading) -> PacketMatch:
    """Tell which of the packets of its own direction a rule matches."""
    source, destination = remote_side(rule), local_side(rule)
    if rule.direction is Direction.OUTBOUND:
        source, destination = destination, source
    matches = (
        *match_numbers(rule, packets.numbers),
        match_side(source, packets.sources, reading),
        match_side(destination, packets.destinations, reading),
    )
    return PacketMatch(
        rule,
        Packets(*(match.certain for match in matches)),
        Packets(*(match.possible for match in matches)),
        tuple(match.doubt for match in matches),
    )


@lru_cache(maxsize=1024)
def _match_protocol(text: str, protocols: Addresses) -> Match:
    if text.strip().casefold() == _ICMPV6:
        return Match(possible=protocols & parse_protocol("Icmp"), doubt="Icmpv6 may count as Icmp")
    try:
        named = parse_protocol(text) & protocols
    except ValueError:
        return Match(possible=protocols, doubt=f"{text} is no protocol that is known")
    return Match(named, named)


@lru_cache(maxsize=4096)
def _match_ports(ranges: tuple[str, ...], ports: Addresses, protocols: Addresses) -> Match:
    match = _match_ranges(ranges)
    if WITH_PORTS.covers(protocols) or match.certain.covers(ALL_PORTS):
        return match.within(ports)
    names = ", ".join(protocol_names(protocols))
    return Match(NOWHERE, ports, f"it is for some ports only, and {names} has none")


@lru_cache(maxsize=8192)
def _match_ranges(ranges: tuple[str, ...]) -> Match:
    return settled(reduce(Match.__or__, map(_match_range, ranges), Match()))


def _match_range(text: str) -> Match:
    try:
        ports = parse_ports(text)
    except ValueError:
        return Match(possible=ALL_PORTS, doubt=f"{text} is no port range that could be read")
    return Match(ports, ports)
