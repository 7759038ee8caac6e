"""What becomes of traffic of one VM, with all that its place in the network says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.decide.addresses import parse_prefixes
from shared.decide.exposure import named_callers
from shared.decide.flows import HTTPS, OUTBOUND_TAGS, admin_center_port, needed_sources
from shared.decide.network_path import Place, attachments_of, unread_parts
from shared.decide.public_address import decide_public_address
from shared.decide.service_tags import INTERNET
from shared.decide.traffic import Flow, TrafficAccess
from shared.decide.verdict import FlowVerdict, PacketFlow, decide_flow
from shared.decide.verdict_sentences import describe_verdict
from shared.decide.way_out import WayOut, decide_way_out
from shared.decide.ways_in import WaysIn, find_ways_in
from shared.model.desired import DesiredState
from shared.model.estate import Direction, Estate, VirtualMachine
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId

# Tags that are of a network, not of a service, and so in no list of those.
_ALWAYS_KNOWN = frozenset({"*", "virtualnetwork", "internet", "azureloadbalancer"})
_EVERYTHING = frozenset({"*", "0.0.0.0/0", "::/0"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """What becomes of a flow, in a sentence; the `verdict` is None where its path could not be read."""

    flow: PacketFlow
    access: TrafficAccess
    sentence: str
    verdict: FlowVerdict | None = None


def needed_packets(place: Place, vm: VirtualMachine, desired: DesiredState) -> tuple[PacketFlow, ...]:
    """Give the flows that Windows Admin Center needs of a VM."""
    to_services = (
        PacketFlow(Direction.OUTBOUND, (place.address,), (tag,), ("Tcp",), (str(HTTPS),), subnet_id=place.subnet_id)
        for tag in OUTBOUND_TAGS
    )
    port, sources = str(admin_center_port(vm, desired)), needed_sources(desired)
    from_people = PacketFlow(
        Direction.INBOUND, (place.address,), sources, ("Tcp",), (port,), subnet_id=place.subnet_id
    )
    return (*to_services, from_people)


def is_no_tag(estate: Estate, text: str) -> bool:
    """Tell whether a text is neither an address, nor a prefix, nor a tag that is known, where tags were read."""
    token = text.strip().casefold()
    if not estate.service_tags or token in estate.service_tags or token in _ALWAYS_KNOWN:
        return False
    return not parse_prefixes((token,))


def explain_flow(estate: Estate, place: Place, flow: PacketFlow, subject: ResourceId) -> Explanation:
    """Judge a flow of a VM at its place, and say what becomes of it. Nothing is judged on what was not read."""
    unread = unread_parts(estate, place, subject)
    if unread:
        return Explanation(flow, TrafficAccess.UNKNOWN, " ".join(finding.message for finding in unread))
    verdict = decide_flow(estate, flow, attachments_of(estate, place, flow.direction))
    explained = Explanation(flow, verdict.access, describe_verdict(verdict), verdict)
    if not verdict.parts:
        return explained
    if flow.direction is Direction.OUTBOUND:
        return _with_way_out(explained, decide_way_out(estate, place, (flow,), subject))
    return _with_ways_in(explained, estate, place, subject)


def _with_way_out(explained: Explanation, way: WayOut) -> Explanation:
    """Add what becomes of traffic after its NSGs have let it out."""
    told = [explained.sentence, *(finding.message for finding in way.findings)]
    return replace(explained, access=_together(explained.access, way.access), sentence=" ".join(told))


def _together(groups: TrafficAccess, way: TrafficAccess) -> TrafficAccess:
    """Combine two gates that traffic has to pass one after the other: what either denies is denied."""
    both = {groups, way}
    for access in (TrafficAccess.DENIED, TrafficAccess.UNKNOWN, TrafficAccess.PARTLY):
        if access in both:
            return access
    return TrafficAccess.ALLOWED


def _with_ways_in(explained: Explanation, estate: Estate, place: Place, subject: ResourceId) -> Explanation:
    """Add how those on the internet get to the VM, where some are asked about; by the port, if one is named."""
    flow, port = explained.flow, _single(explained.flow.ports)
    asked = Flow(flow.direction, place.address, flow.remote, port, place.subnet_id)
    if not named_callers(estate, asked, flow.remote) & named_callers(estate, asked, (INTERNET,)):
        return explained
    if not attachments_of(estate, place, flow.direction):
        desired = DesiredState(inbound_sources=flow.remote)
        for finding in decide_public_address(estate, place, asked, desired, subject):
            return _explain_bare(explained, place, finding)
    ways = find_ways_in(estate, place, port, subject)
    return replace(explained, sentence=" ".join((explained.sentence, *_describe_ways(ways, place, port))))


def _single(ports: tuple[str, ...]) -> int:
    """Give the port that a flow is to, 0 where there are several."""
    return int(ports[0]) if len(ports) == 1 and ports[0].isdecimal() else 0


def _describe_ways(ways: WaysIn, place: Place, port: int) -> Iterable[str]:
    if ways.known:
        yield f"From the internet it comes over {ways}."
    elif not ways.unread:
        which = f"for port {port}" if port else "for it"
        yield (
            f"But nothing is seen to lead in from the internet: {place.network_interface.id.name} has no public IP"
            f" address, and no rule of a load balancer {which}."
        )
    yield from (finding.message for finding in ways.unread)


def _explain_bare(explained: Explanation, place: Place, finding: Finding) -> Explanation:
    if finding.reason is Reason.INBOUND_EXPOSED:
        return replace(explained, sentence=f"{explained.sentence} {finding.message}")
    if finding.reason is not Reason.INBOUND_DENIED:
        return replace(explained, access=TrafficAccess.UNKNOWN, sentence=f"{explained.sentence} {finding.message}")
    outside, ways = finding.evidence["sources"], " and ".join(finding.evidence["ways_in"])
    is_all = tuple(outside) == explained.flow.remote and not _EVERYTHING & set(outside)
    sentence = (
        f"{explained.flow} meets no network security group. But {ways} lets nothing in from"
        f" {', '.join(outside)} until there is one, on network interface {place.network_interface.id.name} or on"
        f" subnet {place.subnet_id.name}."
    )
    return replace(explained, access=TrafficAccess.DENIED if is_all else TrafficAccess.PARTLY, sentence=sentence)
