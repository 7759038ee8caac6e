"""What network security groups do with traffic, as sets: which part is allowed or denied, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.decide.addresses import Addresses, parse_prefix
from shared.decide.prepared import RulesInOrder, in_order, prepared_for
from shared.decide.readings import read_tags
from shared.decide.rule_match import Doubt, Traffic
from shared.decide.service_tags import TagReading, addresses_of_all
from shared.decide.sieve import Portion, Sifted
from shared.model.estate import Access, Direction, Estate, SecurityRule
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

    portion: Portion
    at: Attachment | None = None

    @property
    def access(self) -> Access | None:
        return self.portion.ruling.access

    @property
    def rule(self) -> SecurityRule | None:
        return self.portion.ruling.rule

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        return self.portion.ruling.doubts

    @property
    def addresses(self) -> Addresses:
        return self.portion.addresses

    @property
    def rules(self) -> tuple[SecurityRule, ...]:
        """Every rule that decides this part, or may."""
        return self.portion.ruling.rules


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a flow: `by_group` what each NSG by itself does with all of it, `parts` what all of them do."""

    flow: Flow
    by_group: tuple[tuple[Part, ...], ...]
    parts: tuple[Part, ...]

    @property
    def access(self) -> TrafficAccess:
        return overall_access(part.access for part in self.parts)


def overall_access(accesses: Iterable[Access | None]) -> TrafficAccess:
    """Sum up what becomes of parts; a flow without any addresses is allowed, since nothing of it is denied."""
    found = set(accesses)
    if None in found:
        return TrafficAccess.UNKNOWN
    if found == {Access.ALLOW, Access.DENY}:
        return TrafficAccess.PARTLY
    return TrafficAccess.DENIED if found == {Access.DENY} else TrafficAccess.ALLOWED


def decide_traffic(estate: Estate, flow: Flow, attachments: Sequence[Attachment]) -> Verdict:
    """Judge a flow by the NSGs that it meets, in Azure's order; all of them must allow it."""
    groups = [estate.network_security_groups.get(attachment.group_id) for attachment in attachments]
    sifted = sift(estate, flow, [None if group is None else in_order(group) for group in groups])
    by_group = tuple(parts_of(portions, attachments) for portions in sifted.by_group)
    return Verdict(flow, by_group, parts_of(sifted.together, attachments))


def sift(estate: Estate, flow: Flow, groups: Sequence[RulesInOrder | None]) -> Sifted:
    """Split a flow by the rules of NSGs, None for one that was not read: the very same for flows that are alike."""
    traffic, readings = traffic_of(estate, flow)
    services = [None if rules is None else rules.for_service(flow.direction, flow.port) for rules in groups]
    return prepared_for(estate).sieve(services, traffic.remote, readings).judge(traffic.local)


def parts_of(portions: Iterable[Portion], attachments: Sequence[Attachment]) -> tuple[Part, ...]:
    """Say of portions where the NSGs are that decide."""
    return tuple(Part(one, None if one.place is None else attachments[one.place]) for one in portions)


def traffic_of(estate: Estate, flow: Flow) -> tuple[Traffic, tuple[TagReading, ...]]:
    """Turn a flow into sets of addresses, with the ways in which the tags can be read where it runs."""
    local = parse_prefix(flow.local)
    readings = read_tags(estate, flow.subnet_id, local)
    return Traffic(flow.direction, local, addresses_of_all(flow.remote, readings[0]), flow.port), readings
