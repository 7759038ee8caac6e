"""How a verdict came about, as Azure tells it: IP flow verify, and Network Watcher's configuration diagnostic.

https://learn.microsoft.com/rest/api/network-watcher/network-watchers/get-network-configuration-diagnostic
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.decide.addresses import family_of
from shared.decide.outrank import is_default
from shared.decide.packet_match import PacketMatch, match_packets
from shared.decide.packets import Packets
from shared.decide.prepared import in_order
from shared.decide.readings import readings_in
from shared.decide.service_tags import TagReading
from shared.decide.verdict import FlowPart, FlowVerdict, Step
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule


@dataclass(frozen=True, slots=True)
class IpFlow:
    """What IP flow verify answers: a rule's name has the collection in front that it is in."""

    access: Access
    rule_name: str


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """What of a rule matched some packets, or some of them; None where that can't be told."""

    name: str
    protocol_matched: bool | None
    source_matched: bool | None
    source_port_matched: bool | None
    destination_matched: bool | None
    destination_port_matched: bool | None


@dataclass(frozen=True, slots=True)
class MatchedRule:
    rule_name: str
    action: Access


@dataclass(frozen=True, slots=True)
class GroupTrace:
    """The rules of an NSG up to the one that decided; `matched_rule` is None where which one does can't be told."""

    network_security_group_id: str
    applied_to: str
    matched_rule: MatchedRule | None
    rules_evaluation_result: tuple[RuleTrace, ...]


@dataclass(frozen=True, slots=True)
class PartTrace:
    """How a part of a flow was decided by each NSG, in the order in which it meets them."""

    security_rule_access_result: Access | None
    evaluated_network_security_groups: tuple[GroupTrace, ...]


def verify_ip_flow(verdict: FlowVerdict) -> IpFlow | None:
    """Give the access and the rule that decides; None where it is not one rule, or can't be told."""
    deciders = {part.decider for part in verdict.parts}
    decider = deciders.pop() if len(deciders) == 1 else None
    if decider is None or decider.access is None or decider.rule is None:
        return None
    collection = "defaultSecurityRules" if is_default(decider.rule) else "securityRules"
    return IpFlow(decider.access, f"{collection}/{decider.rule.name}")


def trace_part(estate: Estate, verdict: FlowVerdict, part: FlowPart) -> PartTrace:
    """Tell how one part of a verdict was decided, with the estate that the verdict is of."""
    flow, packets = verdict.flow, part.packets
    family = family_of(packets.sources if packets.sources.ranges else packets.destinations)
    readings = readings_in(estate, flow.subnet_id, family)
    groups = (
        _trace_group(step, estate.network_security_groups.get(step.at.group_id), flow.direction, packets, readings)
        for step in part.steps
    )
    return PartTrace(part.access, tuple(groups))


def _trace_group(
    step: Step,
    group: NetworkSecurityGroup | None,
    direction: Direction,
    packets: Packets,
    readings: Sequence[TagReading],
) -> GroupTrace:
    considered = _considered(step, group, direction) if group else ()
    decided = step.rule if step.access is not None else None
    return GroupTrace(
        network_security_group_id=str(step.at.group_id),
        applied_to=str(step.at.attached_to),
        matched_rule=MatchedRule(_name(decided), decided.access) if decided else None,
        rules_evaluation_result=tuple(_trace_rule(rule, packets, readings) for rule in considered),
    )


def _considered(step: Step, group: NetworkSecurityGroup, direction: Direction) -> Iterator[SecurityRule]:
    """Give the rules up to the last one by which the packets may be decided."""
    deciding = {step.rule, *(doubt.rule for doubt in step.doubts)} if step.rule else set()
    for rule in in_order(group).rules:
        if rule.direction is not direction:
            continue
        yield rule
        deciding.discard(rule)
        if step.rule and not deciding:
            return


def _trace_rule(rule: SecurityRule, packets: Packets, readings: Sequence[TagReading]) -> RuleTrace:
    matches = [match_packets(rule, packets, reading) for reading in readings]
    protocol, source_port, destination_port, source, destination = (
        _matched(matches, dimension) for dimension in range(len(Packets._fields))
    )
    return RuleTrace(_name(rule), protocol, source, source_port, destination, destination_port)


def _matched(matches: Sequence[PacketMatch], dimension: int) -> bool | None:
    found = {
        bool(match.certain[dimension]) if match.certain[dimension] or not match.possible[dimension] else None
        for match in matches
    }
    return found.pop() if len(found) == 1 else None


def _name(rule: SecurityRule) -> str:
    return f"{'DefaultRule' if is_default(rule) else 'UserRule'}_{rule.name}"
