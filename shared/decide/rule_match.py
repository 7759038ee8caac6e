"""Whether a security rule matches traffic: for certain, possibly, or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from shared.decide.addresses import EVERYWHERE, NOWHERE, Addresses, union
from shared.decide.service_tags import Match, TagReading, match_each, settled
from shared.model.estate import Direction, SecurityRule
from shared.model.resource_id import ResourceId

_TCP = frozenset({"*", "tcp"})
_NOT_TCP = frozenset({"udp", "icmp", "icmpv6", "esp", "ah"})
_ALL_PORTS = frozenset({"*", "0-65535", "1-65535"})


@dataclass(frozen=True, slots=True)
class Traffic:
    """TCP connections to one port, between private and remote addresses."""

    direction: Direction
    local: Addresses
    remote: Addresses
    port: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule that may match or not, and why that can't be told."""

    rule: SecurityRule
    why: str


class Side(NamedTuple):
    """The source or the destination of a rule."""

    prefixes: tuple[str, ...]
    application_security_group_ids: tuple[ResourceId, ...]


def remote_side(rule: SecurityRule) -> Side:
    """Give the side of a rule that faces away from the VM."""
    return _destination(rule) if rule.direction is Direction.OUTBOUND else _source(rule)


def local_side(rule: SecurityRule) -> Side:
    """Give the side of a rule that faces the VM."""
    return _source(rule) if rule.direction is Direction.OUTBOUND else _destination(rule)


def covers_all_ports(ranges: Iterable[str]) -> bool:
    """Tell whether a rule's list of ports has one entry for all of them."""
    return any(text.strip() in _ALL_PORTS for text in ranges)


def match_rule(rule: SecurityRule, traffic: Traffic, reading: TagReading) -> Match:
    """Tell which of the traffic's remote addresses a rule matches."""
    doubts = match_service(rule, traffic.direction, traffic.port)
    if doubts is None:
        return Match()
    local = match_local(rule, traffic, reading)
    remote = match_side(remote_side(rule), traffic.remote, reading) if local.possible else Match()
    if not remote.possible:
        return Match()
    doubts += ["" if local.certain.covers(traffic.local) else local.doubt or "it is for some of the addresses only"]
    doubts += ["" if covers_all_ports(rule.source_port_ranges) else "it is for some source ports only"]
    doubt = next((text for text in doubts if text), "")
    return Match(possible=remote.possible, doubt=doubt) if doubt else remote


def match_local(rule: SecurityRule, traffic: Traffic, reading: TagReading) -> Match:
    """Tell which of the traffic's private addresses a rule is for."""
    return match_side(local_side(rule), traffic.local, reading)


def match_side(side: Side, within: Addresses, reading: TagReading) -> Match:
    """Tell which addresses of `within` one side of a rule matches."""
    asked, key = reading.asked.within, (side, id(within))
    if key not in asked:
        matches = [match.within(within) for match in match_everywhere(side, reading, within.tags)]
        match = matches[0] if len(matches) == 1 else settled(reduce(Match.__or__, matches, Match()))
        # The addresses are held on to, so that nothing else gets their identity.
        asked[key] = within, match
    return asked[key][1]


def match_everywhere(side: Side, reading: TagReading, tags: frozenset[str] = NOWHERE.tags) -> tuple[Match, ...]:
    """Tell which of all addresses, and of some tags without any, one side of a rule matches.

    What is matched for certain comes first, then what may be, by itself for each doubt: it is told where it counts.
    """
    asked, key = reading.asked.everywhere, (side, tags)
    if key not in asked:
        asked[key] = tuple(_match_everywhere(side, reading, Addresses(EVERYWHERE.ranges, tags)))
    return asked[key]


def _match_everywhere(side: Side, reading: TagReading, everything: Addresses) -> Iterator[Match]:
    matches = match_each(side.prefixes, everything, reading)
    groups = side.application_security_group_ids
    matches += [settled(_match_groups(groups, everything, reading))] if groups else []
    certain = union(match.certain for match in matches)
    yield Match(certain, certain)
    for match in matches:
        if match.possible is not match.certain:
            yield Match(NOWHERE, match.possible - certain, match.doubt)


def _match_groups(groups: tuple[ResourceId, ...], within: Addresses, reading: TagReading) -> Match:
    members, addresses = reading.members, Addresses(within.ranges)
    certain = union(members.by_group.get(group, NOWHERE) for group in groups) & addresses
    possible = certain | ((addresses & reading.interfaces) - members.known)
    names = ", ".join(group.name for group in groups)
    return Match(certain, possible, f"not all members of application security group {names} are known")


def match_service(rule: SecurityRule, direction: Direction, port_number: int) -> list[str] | None:
    """Give None where direction, protocol or port don't match, else why they may not."""
    if rule.direction is not direction:
        return None
    protocol, port = _match_protocol(rule), _match_port(rule, port_number)
    return None if protocol is None or port is None else [protocol, port]


def _match_protocol(rule: SecurityRule) -> str | None:
    protocol = rule.protocol.strip().casefold()
    if protocol in _NOT_TCP:
        return None
    return "" if protocol in _TCP else f"{rule.protocol} is no protocol that is known"


def _match_port(rule: SecurityRule, port: int) -> str | None:
    """Give None for no match, a doubt, or no doubt."""
    doubt: str | None = None
    for text in rule.destination_port_ranges:
        ends = _ends(text)
        if ends is None:
            doubt = f"{text} is no port range that could be read"
        elif ends[0] <= port <= ends[1]:
            return ""
    return doubt


def _ends(text: str) -> tuple[int, int] | None:
    if text.strip() == "*":
        return 0, 65535
    low, _, high = text.partition("-")
    try:
        return int(low), int(high or low)
    except ValueError:
        return None


def _source(rule: SecurityRule) -> Side:
    return Side(rule.source_address_prefixes, rule.source_application_security_group_ids)


def _destination(rule: SecurityRule) -> Side:
    return Side(rule.destination_address_prefixes, rule.destination_application_security_group_ids)
