"""What NSGs do with any set of packets: which part is allowed or denied, and by which rule of each NSG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shared.decide.addresses import ALL_OF_FAMILY, NOWHERE, Addresses, union
from shared.decide.crossing import Region
from shared.decide.packets import ALL_PORTS, WITH_PORTS, Numbers, Packets, parse_ports, parse_protocol
from shared.decide.prepared import in_order, prepared_for
from shared.decide.readings import readings_in
from shared.decide.rule_match import Doubt
from shared.decide.rulings import Ruling
from shared.decide.service_tags import TagReading, addresses_of_all
from shared.decide.traffic import Attachment, TrafficAccess, overall_access
from shared.model.estate import Access, Direction, Estate, SecurityRule
from shared.model.resource_id import ResourceId


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

    region: Region
    steps: tuple[Step, ...]

    @property
    def packets(self) -> Packets:
        return self.region.packets

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
        return overall_access(part.access for part in self.parts)


def decide_flow(estate: Estate, flow: PacketFlow, attachments: Sequence[Attachment]) -> FlowVerdict:
    """Judge a flow by the NSGs that it meets, in Azure's order. Raises ValueError for no protocol or port."""
    groups = [estate.network_security_groups.get(at.group_id) for at in attachments]
    rules = [None if group is None else in_order(group) for group in groups]
    each_numbers = _numbers(flow.protocols, flow.source_ports, flow.ports)
    parts: list[FlowPart] = []
    for family in ALL_OF_FAMILY:
        readings = readings_in(estate, flow.subnet_id, family)
        local, remote = _addresses(flow.local, readings[0]), _addresses(flow.remote, readings[0])
        for numbers in each_numbers if local and remote else ():
            crossing = prepared_for(estate).crossing(flow.direction, numbers, remote, readings, rules)
            parts += _parts(crossing.judge(local), attachments)
    return FlowVerdict(flow, tuple(parts))


def _parts(
    crossed: Iterable[tuple[Region, tuple[Ruling, ...]]], attachments: Sequence[Attachment]
) -> Iterator[FlowPart]:
    # Many parts are decided alike by one of the NSGs.
    steps: list[dict[int, Step]] = [{} for _ in attachments]
    for region, rulings in crossed:
        taken = [
            known.get(id(ruling)) or known.setdefault(id(ruling), Step(at, *ruling))
            for at, known, ruling in zip(attachments, steps, rulings, strict=True)
        ]
        yield FlowPart(region, tuple(taken))


@lru_cache(maxsize=1024)
def _numbers(
    protocol_names: tuple[str, ...], source_ports: tuple[str, ...], ports: tuple[str, ...]
) -> tuple[Numbers, ...]:
    """Give the numbers of packets with ports, and of those without: the very same for the same texts."""
    protocols = union(parse_protocol(text) for text in protocol_names)
    from_ports, to_ports = (union(parse_ports(text) for text in some) for some in (source_ports, ports))
    has_all_ports = from_ports.covers(ALL_PORTS) and to_ports.covers(ALL_PORTS)
    portless = protocols - WITH_PORTS if has_all_ports or not protocols & WITH_PORTS else NOWHERE
    both = (Numbers(protocols & WITH_PORTS, from_ports, to_ports), Numbers(portless, ALL_PORTS, ALL_PORTS))
    return tuple(numbers for numbers in both if all(numbers))


def _addresses(texts: tuple[str, ...], reading: TagReading) -> Addresses:
    found = addresses_of_all(texts, reading)
    # A tag that is known, without addresses of this family, is none of its traffic.
    unknown = frozenset(tag for tag in found.tags if tag.casefold() not in reading.service_tags)
    return found if unknown == found.tags else Addresses(found.ranges, unknown)
