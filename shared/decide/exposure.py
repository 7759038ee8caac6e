"""Rules by which the whole internet reaches a VM's WAC port."""

from __future__ import annotations

from collections.abc import Iterable

from shared.decide.flows import admin_center_port, inbound_flow
from shared.decide.machines_behind import Machine
from shared.decide.outrank import is_ours
from shared.decide.passage import Passage, judge_passages
from shared.decide.rule_match import remote_side
from shared.decide.sentences import describe_doubt, describe_rule, evidence_of
from shared.decide.service_tags import INTERNET, match_prefixes
from shared.decide.traffic import Part, traffic_of
from shared.model.desired import DesiredState
from shared.model.estate import Access, Estate, NetworkSecurityGroup, SecurityRule
from shared.model.plan import Finding, Reason


def decide_exposure(
    estate: Estate, group: NetworkSecurityGroup, machines: Iterable[Machine], desired: DesiredState
) -> tuple[Finding, ...]:
    """Tell of rules of other people that let the internet in to WAC; they are left alone."""
    flows = [inbound_flow(one.place, admin_center_port(one.vm, desired), (INTERNET,)) for one in machines]
    found: dict[tuple[Reason, str], Finding] = {}
    for passage in judge_passages(estate, flows, group, desired.outrank):
        for part in passage.parts:
            for rule in _open_to_everybody(estate, passage, part):
                finding = _finding(group, passage, part, rule)
                found.setdefault((finding.reason, rule.name.casefold()), finding)
    return tuple(found.values())


def _open_to_everybody(estate: Estate, passage: Passage, part: Part) -> list[SecurityRule]:
    """Give the rules of others that let a part in, or may, and are for everybody."""
    candidates = [rule for rule in part.rules if rule.access is Access.ALLOW and not is_ours(rule)]
    if part.access is Access.DENY or not candidates:
        return []
    traffic, readings = traffic_of(estate, passage.flow)
    matches = ((rule, match_prefixes(remote_side(rule).prefixes, traffic.remote, readings[0])) for rule in candidates)
    return [
        rule
        for rule, match in matches
        if match.certain.covers(traffic.remote) and (part.access is None or rule == part.rule)
    ]


def _finding(group: NetworkSecurityGroup, passage: Passage, part: Part, rule: SecurityRule) -> Finding:
    evidence = evidence_of(passage, part)
    if part.access is None:
        return Finding(group.id, Reason.TRAFFIC_UNKNOWN, describe_doubt(passage, part), evidence)
    flow = passage.flow
    message = (
        f"{group.id.name} lets the whole internet reach Windows Admin Center on {flow.local}, port {flow.port},"
        f" by {describe_rule(rule)}: name the callers' addresses as its source instead."
    )
    return Finding(group.id, Reason.INBOUND_EXPOSED, message, evidence)
