"""The rules of ours that an NSG needs, decided from all the VMs behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.decide.denials import find_denials
from shared.decide.machines_behind import MachinesBehind
from shared.decide.outlook import Outlook, expect_nothing, expect_rule
from shared.decide.outrank import is_ours
from shared.decide.passage import Passage, judge_passages, without_ours
from shared.decide.placement import Placement, choose_priority, space_of
from shared.decide.wishes import Wish, claim_ours, has_same_content, named, wish_inbound, wish_outbound
from shared.model.desired import DesiredState, Rules
from shared.model.estate import Direction, Estate, NetworkSecurityGroup, SecurityRule
from shared.model.plan import Finding, PutSecurityRule, Reason

type Decision = tuple[tuple[Finding, ...], tuple[PutSecurityRule, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A wish, the rule of ours that is there for it, and its flows judged with our rules and without them."""

    wish: Wish
    existing: SecurityRule | None
    actual: tuple[Passage, ...]
    bare: tuple[Passage, ...]

    @property
    def is_needed(self) -> bool:
        return any(passage.may_be_opened for passage in self.bare)

    @property
    def opens_what_it_is_for(self) -> bool:
        pairs = zip(self.actual, self.bare, strict=True)
        return all(actual.is_open for actual, bare in pairs if bare.may_be_opened)


def decide_rules(
    estate: Estate, group: NetworkSecurityGroup, behind: MachinesBehind, desired: DesiredState
) -> Decision:
    """Decide which rules of ours to put, and tell what is denied.

    An inbound rule names the addresses of all the VMs behind the NSG: while some are not known, none is written.
    """
    wishes = (*wish_outbound(behind.machines), *wish_inbound(behind.machines, desired))
    claimed = claim_ours(group, wishes)
    findings: tuple[Finding, ...] = ()
    actions: tuple[PutSecurityRule, ...] = ()
    for wish in wishes:
        judged = _judge(estate, group, wish, claimed.get(wish), desired)
        if not _is_wanted(group, judged, desired):
            findings += find_denials(group.id, judged.actual, expect_nothing)
        elif wish.rule.direction is Direction.INBOUND and behind.unknown:
            findings += find_denials(group.id, judged.actual, _expect_to_wait)
        else:
            found, put = _put(estate, group, judged, desired, actions)
            findings, actions = findings + found, actions + put
    return findings, actions


def _judge(
    estate: Estate, group: NetworkSecurityGroup, wish: Wish, existing: SecurityRule | None, desired: DesiredState
) -> Judged:
    actual = judge_passages(estate, wish.flows, group, desired.outrank)
    if not any(map(is_ours, group.security_rules)):
        return Judged(wish, existing, actual, actual)
    bare = judge_passages(estate, wish.flows, without_ours(group), desired.outrank)
    return Judged(wish, existing, actual, bare)


def _is_wanted(group: NetworkSecurityGroup, judged: Judged, desired: DesiredState) -> bool:
    """Tell whether a rule has to be put: one that is as wished and does what it is for is left where it stands."""
    existing, wished = judged.existing, judged.wish.rule
    as_wished = existing is not None and has_same_content(existing, wished)
    if judged.is_needed:
        return not (as_wished and judged.opens_what_it_is_for)
    if desired.rules is not Rules.ALWAYS or not all(passage.is_open for passage in judged.bare):
        return False
    return not any(has_same_content(rule, wished) for rule in group.security_rules)


def _put(
    estate: Estate,
    group: NetworkSecurityGroup,
    judged: Judged,
    desired: DesiredState,
    before: Sequence[PutSecurityRule],
) -> Decision:
    existing, wished = judged.existing, judged.wish.rule
    limit = min(
        (one.first_denying_priority for one in judged.bare if one.may_be_opened and one.first_denying_priority),
        default=None,
    )
    others = [*group.security_rules, *(action.desired for action in before)]
    taken = frozenset(rule.priority for rule in others if rule.direction is wished.direction)
    space = space_of(estate, group, judged.wish.flows, desired.outrank)
    placement = choose_priority(space, limit, wished.priority, taken, existing)
    rule = replace(wished, name=existing.name) if existing else named(wished, (one.name for one in others))
    findings = _findings(group, judged, rule, placement)
    if placement.priority is None:
        return findings, ()
    put = PutSecurityRule(
        group.id.child("securityRules", rule.name), existing, replace(rule, priority=placement.priority)
    )
    return findings, (put,)


def _findings(
    group: NetworkSecurityGroup, judged: Judged, rule: SecurityRule, placement: Placement
) -> tuple[Finding, ...]:
    bare = {passage.flow: passage for passage in judged.bare}
    denials = find_denials(
        group.id, judged.actual, lambda passage: expect_rule(bare[passage.flow], rule.name, placement)
    )
    if judged.opens_what_it_is_for:
        wrong = "is not as it should be" if judged.existing else "is not there"
        message = f"Rule {rule.name} of ours {wrong} in {group.id.name}."
        denials += (Finding(group.id, Reason.RULE_MISSING, message, {"rule": rule.name}),)
    if placement.priority is None and placement.blocks is None:
        message = (
            f"{group.id.name} has no free priority for rule {rule.name}"
            f"{f' ahead of priority {placement.limit}' if placement.limit else ''}: make room by moving other rules."
        )
        denials += (Finding(group.id, Reason.NO_FREE_PRIORITY, message, {"rule": rule.name}),)
    return denials


def _expect_to_wait(passage: Passage) -> Outlook:
    outlook = expect_nothing(passage)
    if not passage.may_be_opened:
        return outlook
    return replace(outlook, sentence="No inbound rule is written while not all the VMs behind the NSG are known.")
