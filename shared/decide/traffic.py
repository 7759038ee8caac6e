"""What network security groups do with traffic, as sets: which part is allowed or denied, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.decide.addresses import NOWHERE, Addresses, parse_prefix, union
from shared.decide.readings import read_tags
from shared.decide.rule_match import Doubt, Traffic, match_rule
from shared.decide.service_tags import TagReading, addresses_of
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule
from shared.model.resource_id import ResourceId


class TrafficAccess(StrEnum):
    """What becomes of a flow as a whole. PARTLY: some of it is allowed and the rest denied."""

    ALLOWED = "allowed"
    DENIED = "denied"
    PARTLY = "partly"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Flow:
    """TCP connections between one private address in a subnet and `remote` (prefixes and tags), to one port."""

    direction: Direction
    local: str
    remote: tuple[str, ...]
    port: int
    subnet_id: ResourceId | None = None

    def __str__(self) -> str:
        remote = ", ".join(self.remote)
        ends = (self.local, remote) if self.direction is Direction.OUTBOUND else (remote, self.local)
        return f"{self.direction} TCP {self.port} from {ends[0]} to {ends[1]}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """An NSG where traffic meets it: on a network interface or on a subnet."""

    group_id: ResourceId
    attached_to: ResourceId


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a flow that one rule decides; `access` is None where that can't be told, for what `doubts` say.

    `rule` is None where no rule decides: there is no NSG, it was not read, or it has no rule for the traffic.
    """

    access: Access | None
    addresses: Addresses
    rule: SecurityRule | None = None
    doubts: tuple[Doubt, ...] = ()
    at: Attachment | None = None

    @property
    def rules(self) -> tuple[SecurityRule, ...]:
        """Every rule that decides this part, or may."""
        return (*((self.rule,) if self.rule else ()), *(doubt.rule for doubt in self.doubts))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a flow: `by_group` what each NSG by itself does with all of it, `parts` what all of them do."""

    flow: Flow
    by_group: tuple[tuple[Part, ...], ...]
    parts: tuple[Part, ...]

    @property
    def access(self) -> TrafficAccess:
        return overall_access(self.parts)


def overall_access(parts: Iterable[Part]) -> TrafficAccess:
    """Sum up parts; a flow without any addresses is allowed, since nothing of it is denied."""
    found = {part.access for part in parts}
    if None in found:
        return TrafficAccess.UNKNOWN
    if found == {Access.ALLOW, Access.DENY}:
        return TrafficAccess.PARTLY
    return TrafficAccess.DENIED if found == {Access.DENY} else TrafficAccess.ALLOWED


def decide_traffic(estate: Estate, flow: Flow, attachments: Sequence[Attachment]) -> Verdict:
    """Judge a flow by the NSGs that it meets, in Azure's order; all of them must allow it."""
    traffic, readings = traffic_of(estate, flow)
    by_group: list[tuple[Part, ...]] = []
    parts: tuple[Part, ...] = (Part(Access.ALLOW, traffic.remote),) if traffic.remote else ()
    for attachment in attachments:
        group = estate.network_security_groups.get(attachment.group_id)
        judged = judge(rules_in_order(group), traffic, readings) if group else (Part(None, traffic.remote),)
        judged = tuple(replace(part, at=attachment) for part in judged)
        by_group.append(judged)
        parts = _both(parts, judged)
    return Verdict(flow, tuple(by_group), parts)


def traffic_of(estate: Estate, flow: Flow) -> tuple[Traffic, tuple[TagReading, ...]]:
    """Turn a flow into sets of addresses, with the ways in which the tags can be read where it runs."""
    local = parse_prefix(flow.local)
    readings = read_tags(estate, flow.subnet_id, local)
    remote = union(addresses_of(prefix, readings[0]) for prefix in flow.remote)
    return Traffic(flow.direction, local, remote, flow.port), readings


def rules_in_order(group: NetworkSecurityGroup) -> tuple[SecurityRule, ...]:
    """Give custom and default rules in the order in which Azure asks them."""
    rules = (*group.security_rules, *group.default_security_rules)
    return tuple(sorted(rules, key=lambda rule: (rule.priority, rule.name.casefold())))


def judge(rules: Sequence[SecurityRule], traffic: Traffic, readings: Sequence[TagReading]) -> tuple[Part, ...]:
    """Split traffic by the rules, given in order, that decide it; where the readings disagree it can't be told."""
    parts = _judge_by(rules, traffic, readings[0])
    for reading in readings[1:]:
        parts = _agreed(parts, _judge_by(rules, traffic, reading), reading.doubt)
    return _gathered(parts)


def _judge_by(rules: Sequence[SecurityRule], traffic: Traffic, reading: TagReading) -> list[Part]:
    parts: list[Part] = []
    undecided: list[tuple[Addresses, tuple[Doubt, ...]]] = [(traffic.remote, ())] if traffic.remote else []
    for rule in rules:
        match = match_rule(rule, traffic, reading)
        if not match.possible:
            continue
        rest: list[tuple[Addresses, tuple[Doubt, ...]]] = []
        for addresses, doubts in undecided:
            parts.append(_decided(rule, addresses & match.certain, doubts))
            open_still = addresses - match.certain
            rest.append((open_still & match.possible, (*doubts, Doubt(rule, match.doubt))))
            rest.append((open_still - match.possible, doubts))
        undecided = [piece for piece in rest if piece[0]]
    parts += [Part(None, addresses, None, doubts) for addresses, doubts in undecided]
    return [part for part in parts if part.addresses]


def _decided(rule: SecurityRule, addresses: Addresses, doubts: tuple[Doubt, ...]) -> Part:
    contradicted = any(doubt.rule.access is not rule.access for doubt in doubts)
    return Part(None if contradicted else rule.access, addresses, rule, doubts)


def _agreed(ours: Iterable[Part], theirs: Sequence[Part], why: str) -> list[Part]:
    return [
        _agreement(one, other, common, why)
        for one in ours
        for other in theirs
        if (common := one.addresses & other.addresses)
    ]


def _agreement(one: Part, other: Part, common: Addresses, why: str) -> Part:
    """Keep what both readings say, and in doubt the rules by which either decides."""
    is_agreed = one.access is other.access
    doubted = [other.rule] if is_agreed else [one.rule, other.rule]
    doubts = {rule: Doubt(rule, why) for rule in doubted if rule is not None}
    doubts |= {doubt.rule: doubt for doubt in (*other.doubts, *one.doubts)}
    kept = tuple(doubt for doubt in doubts.values() if not is_agreed or doubt.rule != one.rule)
    return Part(one.access if is_agreed else None, common, one.rule, kept)


def _both(first: Iterable[Part], second: Sequence[Part]) -> tuple[Part, ...]:
    """Combine what two NSGs do: a deny of either is final, and the part is the first one's that does not allow."""
    combined: list[Part] = []
    for one in first:
        for other in second:
            common = one.addresses & other.addresses
            if not common:
                continue
            second_decides = one.access is Access.ALLOW or (one.access is None and other.access is Access.DENY)
            combined.append(replace(other if second_decides else one, addresses=common))
    return _gathered(combined)


def _gathered(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Put together what the same rules decide."""
    gathered: dict[Part, Addresses] = {}
    for part in parts:
        key = replace(part, addresses=NOWHERE)
        gathered[key] = gathered.get(key, NOWHERE) | part.addresses
    return tuple(replace(key, addresses=addresses) for key, addresses in gathered.items())
