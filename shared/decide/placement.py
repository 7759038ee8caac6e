"""Where in an NSG a rule of ours may stand: ahead of what it is to open, and of nothing that somebody decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from shared.decide.addresses import ALL_OF_FAMILY, union
from shared.decide.outrank import is_default, is_ours, may_outrank, stands
from shared.decide.prepared import in_order
from shared.decide.priorities import LARGEST, greatest_free_below, smallest_free_from
from shared.decide.rule_match import Traffic, match_local, match_rule
from shared.decide.service_tags import TagReading
from shared.decide.sieve import Sieve, serve
from shared.decide.traffic import Flow, traffic_of
from shared.model.desired import Outrank
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule


@dataclass(frozen=True, slots=True)
class Space:
    """All the traffic that a rule of ours would match in an NSG, with the ways to read tags where it runs."""

    group: NetworkSecurityGroup
    traffic: Traffic
    readings: tuple[TagReading, ...]
    outrank: Outrank


@dataclass(frozen=True, slots=True)
class Placement:
    """A priority to take, or why there is none: the deny that `blocks`, or no free number ahead of `limit`."""

    priority: int | None
    limit: int | None = None
    blocks: SecurityRule | None = None


def space_of(estate: Estate, group: NetworkSecurityGroup, flows: Sequence[Flow], outrank: Outrank) -> Space:
    """Give what a rule for these flows matches: outbound from any address, inbound to those of the VMs."""
    found = [traffic_of(estate, flow) for flow in flows]
    first, readings = found[0]
    local = (
        ALL_OF_FAMILY[readings[0].family]
        if first.direction is Direction.OUTBOUND
        else union(traffic.local for traffic, _ in found)
    )
    remote = union(traffic.remote for traffic, _ in found)
    every_reading = _distinct(one for _, some in found for one in some)
    return Space(group, replace(first, local=local, remote=remote), every_reading, outrank)


def choose_priority(
    space: Space, limit: int | None, usual: int, taken: AbstractSet[int], existing: SecurityRule | None
) -> Placement:
    """Choose where to put a rule: the greatest free number ahead of `limit`, else the smallest from `usual`.

    Without a `limit` it is put ahead of every deny that it may outrank. One that fits where it stands stays there.
    """
    standing = [rule for rule in space.group.security_rules if stands(rule, space.outrank) and _touches(rule, space)]
    if limit is None:
        limit = _first_to_outrank(space)
    floor = max((rule.priority for rule in standing if limit is None or rule.priority < limit), default=0)
    behind = [rule for rule in standing if limit is not None and rule.priority > limit]
    blocking = min(_would_decide(behind, space), key=lambda rule: rule.priority, default=None)
    if blocking is not None:
        return Placement(None, limit, blocking)
    if existing is not None and floor < existing.priority < (limit or LARGEST + 1):
        return Placement(existing.priority, limit)
    if limit is None:
        return Placement(smallest_free_from(usual, floor, taken))
    return Placement(greatest_free_below(limit, floor, taken), limit)


def _first_to_outrank(space: Space) -> int | None:
    denies = (
        rule
        for rule in space.group.security_rules
        if rule.access is Access.DENY and may_outrank(rule, space.outrank) and _touches(rule, space)
    )
    return min((rule.priority for rule in denies), default=None)


def _touches(rule: SecurityRule, space: Space) -> bool:
    return any(match_rule(rule, space.traffic, reading).possible for reading in space.readings)


def _would_decide(denies: Sequence[SecurityRule], space: Space) -> Iterator[SecurityRule]:
    """Give the denies that would decide, or might, for somebody if those that may be outranked were gone."""
    rules = (
        rule
        for rule in in_order(space.group).rules
        if stands(rule, space.outrank) or (rule.access is Access.ALLOW and not is_ours(rule) and not is_default(rule))
    )
    traffic = space.traffic
    service = serve(rules, traffic.direction, traffic.port)
    sieves = [(reading, Sieve([service], traffic.remote, [reading])) for reading in space.readings if denies]
    for deny in denies:
        sifted = (sieve.judge(match_local(deny, traffic, reading).possible) for reading, sieve in sieves)
        if any(deny in portion.ruling.rules for one in sifted for portion in one.by_group[0]):
            yield deny


def _distinct(readings: Iterable[TagReading]) -> tuple[TagReading, ...]:
    kept: list[TagReading] = []
    for reading in readings:
        if reading not in kept:
            kept.append(reading)
    return tuple(kept)
