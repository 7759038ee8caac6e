"""What NSGs do with any set of packets: which part is allowed or denied, and by which rule of each NSG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shared.decide.addresses import ALL_OF_FAMILY, NOWHERE, Addresses, parse_prefix, union
from shared.decide.packet_match import PacketMatch, match_packets, may_match
from shared.decide.packets import (
    ALL_PORTS,
    WITH_PORTS,
    Packets,
    common,
    joined,
    parse_ports,
    parse_protocol,
    rest_of,
)
from shared.decide.readings import read_tags
from shared.decide.rule_match import Doubt
from shared.decide.service_tags import TagReading, addresses_of
from shared.decide.traffic import Attachment, Part, TrafficAccess, overall_access, rules_in_order
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule
from shared.model.resource_id import ResourceId

# An address of no network: asked with it, the reading of the tags says which IP family is meant, and nothing more.
_NOBODY = {4: parse_prefix("127.0.0.1"), 6: parse_prefix("::1")}


@dataclass(frozen=True, slots=True)
class PacketFlow:
    """All packets between `local` and `remote` (addresses, prefixes and tags), of protocols, to `ports`.

    Ports are numbers, ranges or `*`. Where some are named, `*` as the protocol is those that have ports. Packets
    between addresses of two IP families there are none.
    """

    direction: Direction
    local: tuple[str, ...]
    remote: tuple[str, ...]
    protocols: tuple[str, ...] = ("*",)
    ports: tuple[str, ...] = ("*",)
    source_ports: tuple[str, ...] = ("*",)
    subnet_id: ResourceId | None = None

    def __str__(self) -> str:
        protocols = "traffic" if "*" in self.protocols else ", ".join(self.protocols).upper()
        ports = "" if "*" in self.ports else f" {', '.join(self.ports)}"
        if ports and "*" in self.protocols:
            ports = f" to port{ports}"
        ends = (", ".join(self.local), ", ".join(self.remote))
        source, destination = ends if self.direction is Direction.OUTBOUND else ends[::-1]
        origin = "" if "*" in self.source_ports else f", port {', '.join(self.source_ports)},"
        return f"{self.direction} {protocols}{ports} from {source}{origin} to {destination}"


@dataclass(frozen=True, slots=True)
class Step:
    """What one NSG by itself does with some packets; `access` is None where that can't be told, for the `doubts`.

    `rule` is None where no rule decides: the NSG was not read, or has no rule for them.
    """

    at: Attachment
    access: Access | None
    rule: SecurityRule | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowPart:
    """Packets that the same rule decides in each of the NSGs that they meet."""

    packets: Packets
    steps: tuple[Step, ...]

    @property
    def decider(self) -> Step | None:
        """The first NSG that denies, else the first that can't be told, else the last; None without any."""
        for access in (Access.DENY, None):
            found = next((step for step in self.steps if step.access is access), None)
            if found is not None:
                return found
        return self.steps[-1] if self.steps else None

    @property
    def access(self) -> Access | None:
        decider = self.decider
        return Access.ALLOW if decider is None else decider.access


@dataclass(frozen=True, slots=True)
class FlowVerdict:
    """What becomes of a flow: its parts share no packet, and are all of it."""

    flow: PacketFlow
    parts: tuple[FlowPart, ...]

    @property
    def access(self) -> TrafficAccess:
        return overall_access(Part(part.access, NOWHERE) for part in self.parts)


type _Judged = list[tuple[Packets, Step]]


def decide_flow(estate: Estate, flow: PacketFlow, attachments: Sequence[Attachment]) -> FlowVerdict:
    """Judge a flow by the NSGs that it meets, in Azure's order. Raises ValueError for no protocol or port."""
    parts: list[FlowPart] = []
    for family in ALL_OF_FAMILY:
        readings = readings_of(estate, flow.subnet_id, family)
        for packets in _packets_of(flow, readings[0]):
            parts += _judge(estate, flow.direction, packets, readings, attachments)
    return FlowVerdict(flow, tuple(parts))


def readings_of(estate: Estate, subnet_id: ResourceId | None, family: int) -> tuple[TagReading, ...]:
    """Give the ways in which the tags can be read in a subnet for one IP family, the plain one first."""
    nobody = _NOBODY[family]
    return tuple(
        one if one.tunnelled else replace(one, virtual_network=one.virtual_network - nobody)
        for one in read_tags(estate, subnet_id, nobody)
    )


def _packets_of(flow: PacketFlow, reading: TagReading) -> Iterator[Packets]:
    local, remote = _addresses(flow.local, reading), _addresses(flow.remote, reading)
    sources, destinations = (local, remote) if flow.direction is Direction.OUTBOUND else (remote, local)
    protocols = union(parse_protocol(text) for text in flow.protocols)
    from_ports, to_ports = (union(parse_ports(text) for text in some) for some in (flow.source_ports, flow.ports))
    has_all_ports = from_ports.covers(ALL_PORTS) and to_ports.covers(ALL_PORTS)
    portless = protocols - WITH_PORTS if has_all_ports or not protocols & WITH_PORTS else NOWHERE
    boxes = (
        Packets(protocols & WITH_PORTS, from_ports, to_ports, sources, destinations),
        Packets(portless, ALL_PORTS, ALL_PORTS, sources, destinations),
    )
    return (box for box in boxes if not box.is_empty)


def _addresses(texts: Iterable[str], reading: TagReading) -> Addresses:
    found = union(addresses_of(text, reading) for text in texts)
    # A tag that is known, without addresses of this family, is none of its traffic.
    unknown = frozenset(tag for tag in found.tags if tag.casefold() not in reading.service_tags)
    return Addresses(found.ranges, unknown)


def _judge(
    estate: Estate,
    direction: Direction,
    packets: Packets,
    readings: Sequence[TagReading],
    attachments: Sequence[Attachment],
) -> list[FlowPart]:
    parts = [FlowPart(packets, ())]
    for at in attachments:
        group = estate.network_security_groups.get(at.group_id)
        judged = _judge_by_group(at, group, direction, packets, readings) if group else [(packets, Step(at, None))]
        parts = [
            FlowPart(both, (*part.steps, step))
            for part in parts
            for some, step in judged
            if (both := common(part.packets, some)) is not None
        ]
    return parts


def _judge_by_group(
    at: Attachment,
    group: NetworkSecurityGroup,
    direction: Direction,
    packets: Packets,
    readings: Sequence[TagReading],
) -> _Judged:
    """Split packets by what one NSG does with them; where the readings disagree it can't be told."""
    rules = [rule for rule in rules_in_order(group) if rule.direction is direction and may_match(rule, packets)]
    judged = _sweep(at, [match_packets(rule, packets, readings[0]) for rule in rules], packets)
    for reading in readings[1:]:
        others = _sweep(at, [match_packets(rule, packets, reading) for rule in rules], packets)
        judged = _gathered(
            (both, _agreed(step, other, reading.doubt))
            for some, step in judged
            for these, other in others
            if (both := common(some, these)) is not None
        )
    return judged


def _sweep(at: Attachment, matches: Iterable[PacketMatch], packets: Packets) -> _Judged:
    """Go through the rules in order: each decides what it matches for certain of what is still undecided."""
    judged: _Judged = []
    undecided: list[tuple[Packets, tuple[Doubt, ...]]] = [(packets, ())]
    for match in matches:
        left: list[tuple[Packets, tuple[Doubt, ...]]] = []
        for box, doubts in undecided:
            possible = common(box, match.possible)
            if possible is None:
                left.append((box, doubts))
                continue
            left += [(outside, doubts) for _, outside in rest_of(box, possible)]
            certain = Packets(*(some & sure for some, sure in zip(possible, match.certain, strict=True)))
            for dimension, doubtful in rest_of(possible, certain):
                left.append((doubtful, (*doubts, Doubt(match.rule, match.doubts[dimension]))))
            if not certain.is_empty:
                judged.append((certain, _decided(at, match.rule, doubts)))
        undecided = left
    judged += [(box, Step(at, None, None, doubts)) for box, doubts in undecided]
    return _gathered(judged)


def _decided(at: Attachment, rule: SecurityRule, doubts: tuple[Doubt, ...]) -> Step:
    contradicted = any(doubt.rule.access is not rule.access for doubt in doubts)
    return Step(at, None if contradicted else rule.access, rule, doubts)


def _agreed(one: Step, other: Step, why: str) -> Step:
    """Keep what both readings say, and in doubt the rules by which either decides."""
    is_agreed = one.access is other.access
    deciding = (other.rule,) if is_agreed else (one.rule, other.rule)
    doubts = {rule: Doubt(rule, why) for rule in deciding if rule is not None}
    doubts |= {doubt.rule: doubt for doubt in (*other.doubts, *one.doubts)}
    kept = tuple(doubt for doubt in doubts.values() if not is_agreed or doubt.rule != one.rule)
    return Step(one.at, one.access if is_agreed else None, one.rule, kept)


def _gathered(judged: Iterable[tuple[Packets, Step]]) -> _Judged:
    """Put together what the same rules decide, into as few boxes as can be without looking long."""
    by_step: dict[Step, list[Packets]] = {}
    for packets, step in judged:
        by_step.setdefault(step, []).append(packets)
    return [(packets, step) for step, some in by_step.items() for packets in joined(some)]
