"""An NSG's plan: its rules of ours, from all the VMs behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.decide.denials import find_denials
from shared.decide.exclusion import decide_exclusion, decide_group_readable, decide_ownership
from shared.decide.exposure import decide_exposure
from shared.decide.extension_state import MAY_BE_READY
from shared.decide.flows import OUTBOUND_TAGS, admin_center_port, inbound_flow, needed_sources, outbound_flow
from shared.decide.machines_behind import Machine, find_machines_behind
from shared.decide.outlook import NAME_THE_CALLERS, Outlook, expect_nothing
from shared.decide.passage import Passage, judge_passages
from shared.decide.permission import decide_enforcement
from shared.decide.presence import decide_presence
from shared.decide.rules import decide_rules
from shared.model.desired import DesiredState
from shared.model.estate import Access, Estate, NetworkSecurityGroup, PowerState
from shared.model.plan import Finding, Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId


def decide_network_security_group(estate: Estate, subject: ResourceId, desired: DesiredState) -> Plan:
    """Decide on the rules of an NSG, by the flows of the eligible VMs behind it, judged on this NSG alone."""
    group = estate.network_security_groups.get(subject)
    findings = decide_presence(estate, subject, was_read=group is not None)
    if group is None or findings:
        return Plan(subject, findings)
    findings = _reasons_to_leave_alone(estate, group, desired)
    if findings:
        return Plan(subject, findings)
    behind = find_machines_behind(estate, group, desired)
    nobody = () if behind.machines or behind.unknown else (_no_eligible_vm(subject),)
    findings, actions = decide_rules(estate, group, behind, desired)
    return Plan(
        subject,
        (
            *nobody,
            *behind.unknown,
            *findings,
            *_closed_to_the_network(estate, group, behind.machines, desired),
            *decide_exposure(estate, group, behind.machines, desired),
        ),
        actions,
        _those_who_wait(estate, group, behind.machines, desired),
    )


def _reasons_to_leave_alone(
    estate: Estate, group: NetworkSecurityGroup, desired: DesiredState
) -> tuple[Finding, ...]:
    return (
        *decide_ownership(estate, group.id, None),
        *decide_exclusion(estate, group.id, group.tags, desired),
        *decide_group_readable(estate, group.id),
    )


def _no_eligible_vm(subject: ResourceId) -> Finding:
    message = f"No VM that Windows Admin Center can manage sends its traffic through {subject.name}."
    return Finding(subject, Reason.NO_ELIGIBLE_VM, message)


def _closed_to_the_network(
    estate: Estate, group: NetworkSecurityGroup, machines: Iterable[Machine], desired: DesiredState
) -> tuple[Finding, ...]:
    """Tell of VMs that nobody in their own network can reach, where no sources are named to be let in."""
    if desired.inbound_sources:
        return ()
    flows = (inbound_flow(one.place, admin_center_port(one.vm, desired), needed_sources(desired)) for one in machines)
    passages = judge_passages(estate, flows, group, desired.outrank)
    closed = [one for one in passages if not any(part.access is Access.ALLOW for part in one.parts)]
    return find_denials(group.id, closed, _expect_sources)


def _expect_sources(passage: Passage) -> Outlook:
    outlook = expect_nothing(passage)
    return outlook if passage.standing else replace(outlook, sentence=NAME_THE_CALLERS)


def _those_who_wait(
    estate: Estate, group: NetworkSecurityGroup, machines: Iterable[Machine], desired: DesiredState
) -> tuple[ResourceId, ...]:
    """Name the VMs that can be installed on, as far as this NSG goes, and may be."""
    waiting = [
        one
        for one in machines
        if one.vm.admin_center is None
        and one.vm.power_state is PowerState.RUNNING
        and one.vm.agent in MAY_BE_READY
        and decide_enforcement(one.vm.id, desired) is None
    ]
    for tag in OUTBOUND_TAGS:
        flows = [outbound_flow(one.place, tag) for one in waiting]
        passages = judge_passages(estate, flows, group, desired.outrank)
        waiting = [one for one, passage in zip(waiting, passages, strict=True) if passage.is_open]
    return tuple(one.vm.id for one in waiting)
