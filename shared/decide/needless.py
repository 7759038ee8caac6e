"""Rules of ours that an NSG needs no more, and whether they can go yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from shared.decide.addresses import Addresses, union
from shared.decide.judgement import Judged
from shared.decide.outrank import is_ours
from shared.decide.passage import Passage, judge_passages
from shared.decide.sentences import describe_rule
from shared.decide.wishes import is_for_the_same
from shared.model.desired import DesiredState, Rules
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule
from shared.model.plan import DeleteSecurityRule, Finding
from shared.model.reason import Reason

_RULES_IN_SENTENCE = 3


@dataclass(frozen=True, slots=True)
class Needless:
    """A rule of ours and why it is needed no more; `hidden_by` are the denies that leave it without effect."""

    rule: SecurityRule
    why: str
    hidden_by: tuple[SecurityRule, ...] = ()


def find_needless(
    estate: Estate, group: NetworkSecurityGroup, wishes: Sequence[Judged], desired: DesiredState
) -> tuple[Needless, ...]:
    """Find the rules of ours that no wish has, or without which all that they are for passes as it does with them.

    Each is judged as if it alone were ours: of two that do the same, both would seem needless. Where it can't be told
    what becomes of some flow without ours, every rule of its direction counts as needed.
    """
    untold = {one.wish.rule.direction for one in wishes if not one.is_known}
    told = [rule for rule in group.security_rules if is_ours(rule) and rule.direction not in untold]
    claimed = {one.existing.name: one for one in wishes if one.existing is not None}
    found: list[Needless] = []
    for rule in sorted(told, key=_place):
        judged = claimed.get(rule.name)
        if judged is None:
            found.append(Needless(rule, _why_unclaimed(rule, claimed.values())))
        elif not (judged.is_needed or desired.rules is Rules.ALWAYS or _has_effect(estate, group, rule, judged)):
            found.append(_explain(rule, judged))
    return tuple(found)


def without(group: NetworkSecurityGroup, rules: Collection[SecurityRule]) -> NetworkSecurityGroup:
    """Take rules out of an NSG."""
    return replace(group, security_rules=tuple(rule for rule in group.security_rules if rule not in rules))


def delete_needless(
    estate: Estate, group: NetworkSecurityGroup, needless: Sequence[Needless], wishes: Sequence[Judged]
) -> tuple[tuple[Finding, ...], tuple[DeleteSecurityRule, ...]]:
    """Delete what is needed no more. What still does another rule's work stays until that one does it itself."""
    going: tuple[SecurityRule, ...] = ()
    for rules in (tuple(one.rule for one in needless), *((one.rule,) for one in needless)):
        together = tuple(dict.fromkeys((*going, *rules)))
        if _closes_nothing(estate, group, together, wishes):
            going = together
    findings = tuple(_finding(group, one, goes=one.rule in going) for one in needless)
    deletes = tuple(DeleteSecurityRule(group.id.child("securityRules", rule.name), rule) for rule in going)
    return findings, deletes


def _place(rule: SecurityRule) -> tuple[Direction, int]:
    return rule.direction, rule.priority


def _has_effect(estate: Estate, group: NetworkSecurityGroup, rule: SecurityRule, judged: Judged) -> bool:
    """Tell whether a rule, if it alone were ours, lets anything through that would not pass without it."""
    if all(passage.is_open for passage in judged.bare):
        return False
    others = [one for one in group.security_rules if is_ours(one) and one != rule]
    alone = judge_passages(estate, judged.wish.flows, without(group, others), judged.bare[0].outrank)
    return not _all_as_open(alone, judged.bare)


def _closes_nothing(
    estate: Estate, group: NetworkSecurityGroup, going: Collection[SecurityRule], wishes: Iterable[Judged]
) -> bool:
    rest, directions = without(group, going), {rule.direction for rule in going}
    return all(
        _all_as_open(one.actual, judge_passages(estate, one.wish.flows, rest, one.actual[0].outrank))
        for one in wishes
        if one.wish.rule.direction in directions
    )


def _all_as_open(before: Sequence[Passage], after: Sequence[Passage]) -> bool:
    """Tell whether all that passes before, or may, passes after for certain."""
    # VMs that are alike have the very same parts.
    pairs = {(id(now.parts), id(then.parts)): (now, then) for now, then in zip(before, after, strict=True)}.values()
    return all(_those(then, Access.ALLOW).covers(_those(now, Access.ALLOW, None)) for now, then in pairs)


def _those(passage: Passage, *accesses: Access | None) -> Addresses:
    return union(part.addresses for part in passage.parts if part.access in accesses)


def _why_unclaimed(rule: SecurityRule, claimed: Iterable[Judged]) -> str:
    same = next((one.existing for one in claimed if is_for_the_same(rule, one.wish.rule)), None)
    if same is not None:
        return f"{describe_rule(same)} of ours is for the same"
    return "no VM behind the NSG needs what it is for"


def _explain(rule: SecurityRule, judged: Judged) -> Needless:
    """Say by which rules all passes without ours, or which denies leave ours without effect."""
    deciding = _deciding(part.rules for passage in judged.bare for part in passage.parts)
    if all(passage.is_open for passage in judged.bare):
        return Needless(rule, f"all that it is for passes by {_named(deciding)}")
    denies = [one for one in deciding if one.access is Access.DENY and one.priority < rule.priority]
    if denies and judged.is_as_wished:
        return Needless(rule, f"it stands behind {_named(denies)} and has no effect", tuple(denies))
    return Needless(rule, "it lets through nothing that a VM behind the NSG needs")


def _deciding(rules: Iterable[tuple[SecurityRule, ...]]) -> tuple[SecurityRule, ...]:
    return tuple(sorted({rule for some in rules for rule in some}, key=lambda one: one.priority))


def _named(rules: Sequence[SecurityRule]) -> str:
    more = f" and {len(rules) - _RULES_IN_SENTENCE} more" if len(rules) > _RULES_IN_SENTENCE else ""
    return f"{', '.join(map(describe_rule, rules[:_RULES_IN_SENTENCE]))}{more}"


def _finding(group: NetworkSecurityGroup, needless: Needless, *, goes: bool) -> Finding:
    rule = needless.rule
    then = (
        "It is to be deleted." if goes else "It is to be deleted once the other rules of ours are as they should be."
    )
    message = (
        f"Rule {rule.name} of ours, at priority {rule.priority} in {group.id.name}, is not needed: {needless.why}."
    )
    evidence = {
        "rule": rule.name,
        "priority": rule.priority,
        "hidden_by": [deny.name for deny in needless.hidden_by],
    }
    return Finding(group.id, Reason.RULE_NEEDLESS, f"{message} {then}", evidence)
