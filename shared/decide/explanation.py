"""What becomes of traffic of one VM, with all that its place in the network says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.decide.addresses import parse_prefixes
from shared.decide.flows import HTTPS, OUTBOUND_TAGS, admin_center_port, needed_sources
from shared.decide.network_path import Place, attachments_of, unread_parts
from shared.decide.public_address import decide_public_address
from shared.decide.traffic import Flow, TrafficAccess
from shared.decide.verdict import FlowVerdict, PacketFlow, decide_flow
from shared.decide.verdict_sentences import describe_verdict
from shared.model.desired import DesiredState
from shared.model.estate import Direction, Estate, VirtualMachine
from shared.model.plan import Finding, Reason
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
    closed = _closed(estate, place, flow, subject) if verdict.parts else ()
    return _explain_closed(explained, place, closed[0]) if closed else explained


def _closed(estate: Estate, place: Place, flow: PacketFlow, subject: ResourceId) -> tuple[Finding, ...]:
    """Find whether the VM's public address lets nobody in, whatever the port, for want of an NSG."""
    if flow.direction is Direction.OUTBOUND:
        return ()
    of_any_port = Flow(flow.direction, place.address, flow.remote, 0, place.subnet_id)
    asked = DesiredState(inbound_sources=flow.remote)
    return decide_public_address(estate, place, of_any_port, asked, subject)


def _explain_closed(explained: Explanation, place: Place, finding: Finding) -> Explanation:
    if finding.reason is not Reason.INBOUND_DENIED:
        return replace(explained, access=TrafficAccess.UNKNOWN, sentence=f"{explained.sentence} {finding.message}")
    outside, public = finding.evidence["sources"], place.public_ip_address_id
    is_all = tuple(outside) == explained.flow.remote and not _EVERYTHING & set(outside)
    name = public.name if public else "the public address"
    sentence = (
        f"{explained.flow} meets no network security group. But public IP address {name} ({finding.evidence['sku']})"
        f" lets nothing in from {', '.join(outside)} until there is one, on network interface"
        f" {place.network_interface.id.name} or on subnet {place.subnet_id.name}."
    )
    return replace(explained, access=TrafficAccess.DENIED if is_all else TrafficAccess.PARTLY, sentence=sentence)
