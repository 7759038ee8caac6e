"""What one NSG by itself does with one needed flow, and whether a rule of ours may open it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.decide.outrank import is_ours, may_outrank, stands
from shared.decide.traffic import Attachment, Flow, Part, judge, rules_in_order, traffic_of
from shared.model.desired import Outrank
from shared.model.estate import Access, Estate, NetworkSecurityGroup, SecurityRule


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
    at = at or Attachment(group.id, group.id)
    traffic, readings = traffic_of(estate, flow)
    rules = rules_in_order(group)
    parts = tuple(replace(part, at=at) for part in judge(rules, traffic, readings))
    left = [rule for rule in rules if stands(rule, outrank) or (rule.access is Access.ALLOW and not is_ours(rule))]
    deciding = judge(left, traffic, readings) if any(part.access is not Access.ALLOW for part in parts) else ()
    standing = dict.fromkeys(rule for part in deciding for rule in part.rules if stands(rule, outrank))
    return Passage(flow, at, parts, tuple(sorted(standing, key=lambda rule: rule.priority)), outrank)


def without_ours(group: NetworkSecurityGroup) -> NetworkSecurityGroup:
    """Take our own rules out of an NSG."""
    return replace(group, security_rules=tuple(rule for rule in group.security_rules if not is_ours(rule)))
