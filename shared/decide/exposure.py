"""Rules by which the whole internet reaches a VM's WAC port."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.decide.flows import admin_center_port, inbound_flow
from shared.decide.machines_behind import Machine
from shared.decide.outrank import is_ours
from shared.decide.passage import judge_passage
from shared.decide.rule_match import remote_side
from shared.decide.sentences import describe_doubt, describe_rule, evidence_of
from shared.decide.service_tags import INTERNET, match_prefixes
from shared.decide.traffic import Flow, traffic_of
from shared.model.desired import DesiredState
from shared.model.estate import Access, Estate, NetworkSecurityGroup, SecurityRule
from shared.model.plan import Finding, Reason


def decide_exposure(
    estate: Estate, group: NetworkSecurityGroup, machines: Iterable[Machine], desired: DesiredState
) -> tuple[Finding, ...]:
    """Tell of rules of other people that let the internet in to WAC; they are left alone."""
    found: dict[tuple[Reason, str], Finding] = {}
    for machine in machines:
        flow = inbound_flow(machine.place, admin_center_port(machine.vm, desired), (INTERNET,))
        for finding, rule in _judge(estate, group, flow, desired):
            found.setdefault((finding.reason, rule.name.casefold()), finding)
    return tuple(found.values())


def _judge(
    estate: Estate, group: NetworkSecurityGroup, flow: Flow, desired: DesiredState
) -> Iterator[tuple[Finding, SecurityRule]]:
    passage = judge_passage(estate, flow, group, desired.outrank)
    for part in passage.parts:
        if part.access is Access.ALLOW and part.rule and _lets_everybody_in(part.rule, estate, flow):
            message = (
                f"{group.id.name} lets the whole internet reach Windows Admin Center on {flow.local}, port"
                f" {flow.port}, by {describe_rule(part.rule)}: name the callers' addresses as its source instead."
            )
            yield Finding(group.id, Reason.INBOUND_EXPOSED, message, evidence_of(passage, part)), part.rule
        for rule in part.rules if part.access is None else ():
            if rule.access is Access.ALLOW and _lets_everybody_in(rule, estate, flow):
                message = describe_doubt(passage, part)
                yield Finding(group.id, Reason.TRAFFIC_UNKNOWN, message, evidence_of(passage, part)), rule


def _lets_everybody_in(rule: SecurityRule, estate: Estate, flow: Flow) -> bool:
    if is_ours(rule):
        return False
    traffic, readings = traffic_of(estate, flow)
    return match_prefixes(remote_side(rule).prefixes, traffic.remote, readings[0]).certain.covers(traffic.remote)
