"""What one NSG by itself does with one needed flow, and whether a rule of ours may open it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from shared.decide.once import Once
from shared.decide.outrank import is_ours, may_outrank, stands
from shared.decide.prepared import RulesInOrder, in_order
from shared.decide.sieve import Sifted
from shared.decide.traffic import Attachment, Flow, Part, parts_of, sift
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
    place, rules = at or Attachment(group.id, group.id), in_order(group)
    known: dict[int, tuple[Sifted, Passage]] = {}
    passages: list[Passage] = []
    for flow in flows:
        sifted = sift(estate, flow, [rules])
        if id(sifted) not in known:
            parts = parts_of(sifted.by_group[0], [place])
            is_open = all(part.access is Access.ALLOW for part in parts)
            standing = () if is_open else _standing(estate, flow, _LEFT[outrank](group), outrank)
            known[id(sifted)] = sifted, Passage(flow, place, parts, standing, outrank)
        passages.append(replace(known[id(sifted)][1], flow=flow))
    return tuple(passages)


def without_ours(group: NetworkSecurityGroup) -> NetworkSecurityGroup:
    """Take our own rules out of an NSG."""
    return replace(group, security_rules=tuple(rule for rule in group.security_rules if not is_ours(rule)))


def _standing(estate: Estate, flow: Flow, left: RulesInOrder, outrank: Outrank) -> tuple[SecurityRule, ...]:
    portions = sift(estate, flow, [left]).by_group[0]
    deciding = (rule for one in portions for rule in one.ruling.rules if stands(rule, outrank))
    return tuple(sorted(dict.fromkeys(deciding), key=lambda rule: rule.priority))


def _left(outrank: Outrank, group: NetworkSecurityGroup) -> RulesInOrder:
    """Give the rules that are left when those are gone that we may outrank, and ours."""
    return RulesInOrder(
        rule
        for rule in in_order(group).rules
        if stands(rule, outrank) or (rule.access is Access.ALLOW and not is_ours(rule))
    )


_LEFT = {outrank: Once(partial(_left, outrank)) for outrank in Outrank}
