"""What one NSG by itself does with one needed flow, and whether a rule of ours may open it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from shared.decide.outrank import is_ours, may_outrank, stands
from shared.decide.rule_match import Traffic, match_service, tell_apart
from shared.decide.service_tags import TagReading
from shared.decide.traffic import Attachment, Flow, Part, judge, rules_in_order, traffic_of
from shared.model.desired import Outrank
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule


@dataclass(frozen=True, slots=True)
class Passage:
    """One flow through one NSG.

    `standing` are the denies that would decide, or might, if those that we may outrank were gone: while there are
    any, somebody has decided against this flow.
    """

    flow: Flow
    at: Attachment
    parts: tuple[Part, ...]
    standing: tuple[SecurityRule, ...]
    outrank: Outrank

    @property
    def denied(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.access is Access.DENY)

    @property
    def unknown(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.access is None)

    @property
    def is_open(self) -> bool:
        return not self.denied and not self.unknown

    @property
    def may_be_opened(self) -> bool:
        """Whether all that keeps the flow from passing are denies that a rule of ours may go ahead of."""
        return bool(self.denied) and not self.unknown and not self.standing

    @property
    def first_denying_priority(self) -> int | None:
        """The priority that a rule of ours must be ahead of to open the flow."""
        denies = (rule for part in self.denied for rule in part.rules if rule.access is Access.DENY)
        return min((rule.priority for rule in denies if may_outrank(rule, self.outrank)), default=None)


def judge_passage(
    estate: Estate, flow: Flow, group: NetworkSecurityGroup, outrank: Outrank, at: Attachment | None = None
) -> Passage:
    """Judge a flow by one NSG with all its rules, wherever it is met unless `at` says so."""
    (passage,) = judge_passages(estate, (flow,), group, outrank, at)
    return passage


def judge_passages(
    estate: Estate,
    flows: Iterable[Flow],
    group: NetworkSecurityGroup,
    outrank: Outrank,
    at: Attachment | None = None,
) -> tuple[Passage, ...]:
    """Judge flows by one NSG. Most VMs behind it are the same to all its rules: those are judged once."""
    place = at or Attachment(group.id, group.id)
    rules_for = _by_service(rules_in_order(group))
    judged: dict[tuple[object, ...], list[tuple[tuple[TagReading, ...], Passage]]] = {}
    passages: list[Passage] = []
    for flow in flows:
        traffic, readings = traffic_of(estate, flow)
        rules = rules_for(flow.direction, flow.port)
        alike = judged.setdefault((traffic.remote, traffic.port, tell_apart(rules, traffic, readings)), [])
        known = next((passage for others, passage in alike if others == readings), None)
        if known is None:
            known = _judge(rules, traffic, readings, Passage(flow, place, (), (), outrank))
            alike.append((readings, known))
        passages.append(replace(known, flow=flow))
    return tuple(passages)


def without_ours(group: NetworkSecurityGroup) -> NetworkSecurityGroup:
    """Take our own rules out of an NSG."""
    return replace(group, security_rules=tuple(rule for rule in group.security_rules if not is_ours(rule)))


def _by_service(rules: Sequence[SecurityRule]) -> Callable[[Direction, int], list[SecurityRule]]:
    return cache(lambda direction, port: [rule for rule in rules if match_service(rule, direction, port) is not None])


def _judge(
    rules: Sequence[SecurityRule], traffic: Traffic, readings: tuple[TagReading, ...], blank: Passage
) -> Passage:
    parts = tuple(replace(part, at=blank.at) for part in judge(rules, traffic, readings))
    if all(part.access is Access.ALLOW for part in parts):
        return replace(blank, parts=parts)
    outrank = blank.outrank
    left = [rule for rule in rules if stands(rule, outrank) or (rule.access is Access.ALLOW and not is_ours(rule))]
    deciding = (rule for part in judge(left, traffic, readings) for rule in part.rules if stands(rule, outrank))
    standing = sorted(dict.fromkeys(deciding), key=lambda rule: rule.priority)
    return replace(blank, parts=parts, standing=tuple(standing))
