"""What the network around a VM does with the flows that it needs."""

from __future__ import annotations

from dataclasses import dataclass

from shared.decide.denials import find_denials
from shared.decide.exclusion import decide_exclusion
from shared.decide.flows import OUTBOUND_TAGS, admin_center_port, inbound_flow, needed_sources, outbound_flow
from shared.decide.network_path import Place, attachments_of, find_place, unread_parts
from shared.decide.outlook import expect_check
from shared.decide.passage import Passage, judge_passage
from shared.decide.public_address import decide_public_address
from shared.decide.traffic import Flow, TrafficAccess, decide_traffic
from shared.decide.way_out import decide_way_out
from shared.model.desired import DesiredState
from shared.model.estate import Access, Direction, Estate, VirtualMachine
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Reachability:
    """What is in the way of a VM, and the NSGs whose own checks can do something about it."""

    outbound_allowed: bool
    is_known: bool
    findings: tuple[Finding, ...] = ()
    checks: tuple[ResourceId, ...] = ()


def decide_reachability(estate: Estate, vm: VirtualMachine, desired: DesiredState) -> Reachability:
    """Judge the flows that a VM needs by all the NSGs that they meet."""
    place = find_place(estate, vm, vm.id)
    if isinstance(place, Finding):
        return Reachability(outbound_allowed=False, is_known=False, findings=(place,))
    unread = unread_parts(estate, place, vm.id)
    if unread:
        return Reachability(outbound_allowed=False, is_known=False, findings=unread)
    outbound = [outbound_flow(place, tag) for tag in OUTBOUND_TAGS]
    inbound = inbound_flow(place, admin_center_port(vm, desired), needed_sources(desired))
    in_the_way = [one for flow in outbound for one in _in_the_way(estate, place, flow, desired)]
    way_out = decide_way_out(estate, place, outbound, vm.id)
    public = decide_public_address(estate, place, inbound, desired, vm.id)
    inbound_in_the_way = _inbound_in_the_way(estate, place, inbound, desired)
    # A VM without the extension has no use for an open port yet. Asking for it later, when the extension's own event
    # brings the VM back, also keeps the checks of a VM and of its NSG from asking for each other without end.
    asked = [*in_the_way, *(inbound_in_the_way if vm.admin_center and desired.inbound_sources else ())]
    return Reachability(
        outbound_allowed=way_out.is_open
        and all(_access(estate, place, flow) is TrafficAccess.ALLOWED for flow in outbound),
        is_known=way_out.is_known and all(finding.reason is Reason.INBOUND_DENIED for finding in public),
        findings=(
            *find_denials(
                vm.id, [*in_the_way, *inbound_in_the_way], lambda passage: expect_check(estate, passage, desired)
            ),
            *way_out.findings,
            *(one for one in public if one not in way_out.findings),
        ),
        checks=tuple(dict.fromkeys(one.at.group_id for one in asked if _can_be_opened(estate, one, desired))),
    )


def _access(estate: Estate, place: Place, flow: Flow) -> TrafficAccess:
    return decide_traffic(estate, flow, attachments_of(estate, place, flow.direction)).access


def _in_the_way(estate: Estate, place: Place, flow: Flow, desired: DesiredState) -> list[Passage]:
    passages = (
        judge_passage(estate, flow, estate.network_security_groups[at.group_id], desired.outrank, at)
        for at in attachments_of(estate, place, flow.direction)
    )
    return [passage for passage in passages if not passage.is_open]


def _inbound_in_the_way(estate: Estate, place: Place, flow: Flow, desired: DesiredState) -> list[Passage]:
    """Leave out what is in the way of a part of the virtual network alone, when nobody has named sources."""
    passages = _in_the_way(estate, place, flow, desired)
    if desired.inbound_sources or not passages:
        return passages
    parts = decide_traffic(estate, flow, attachments_of(estate, place, Direction.INBOUND)).parts
    if any(part.access is Access.ALLOW for part in parts):
        return []
    return passages


def _can_be_opened(estate: Estate, passage: Passage, desired: DesiredState) -> bool:
    group = estate.network_security_groups[passage.at.group_id]
    return passage.may_be_opened and not decide_exclusion(estate, group.id, group.tags, desired)
