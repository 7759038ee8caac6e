"""The rules of ours that an NSG needs, decided from all the VMs behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.decide.denials import find_denials
from shared.decide.judgement import Judged, judge_lasting, judge_wishes
from shared.decide.machines_behind import MachinesBehind
from shared.decide.needless import delete_needless, find_needless, without
from shared.decide.outlook import Outlook, expect_nothing, expect_rule
from shared.decide.passage import Passage
from shared.decide.placement import Placement, choose_priority, space_of
from shared.decide.wishes import MOST_PREFIXES, has_same_content, named, shrunk, wish_inbound, wish_outbound
from shared.model.desired import DesiredState, Rules
from shared.model.estate import Direction, Estate, NetworkSecurityGroup, SecurityRule
from shared.model.plan import Finding, NetworkAction, PutSecurityRule
from shared.model.reason import Reason

type Decision = tuple[tuple[Finding, ...], tuple[NetworkAction, ...]]
type Putting = tuple[tuple[Finding, ...], tuple[PutSecurityRule, ...]]


@dataclass(frozen=True, slots=True)
class _Here:
    """The NSG that is decided on, also without the rules of ours that are to go."""

    estate: Estate
    group: NetworkSecurityGroup
    lasting: NetworkSecurityGroup
    desired: DesiredState


def decide_rules(
    estate: Estate, group: NetworkSecurityGroup, behind: MachinesBehind, desired: DesiredState
) -> Decision:
    """Decide which rules of ours to put and which to delete, and tell what is denied.

    An inbound rule names the addresses of all the VMs behind the NSG: while some are not known, none is written, and
    none of ours is deleted.
    """
    machines = behind.machines
    wishes = (*wish_outbound(machines), *wish_inbound(machines, desired)) if machines else ()
    judged = judge_wishes(estate, group, wishes, desired.outrank)
    needless = () if behind.unknown else find_needless(estate, group, judged, desired)
    lasting = without(group, [one.rule for one in needless])
    if needless:
        judged = judge_lasting(estate, lasting, judged, desired.outrank)
    here = _Here(estate, group, lasting, desired)
    findings: tuple[Finding, ...] = ()
    puts: tuple[PutSecurityRule, ...] = ()
    for one in judged:
        waits = behind.unknown and one.wish.rule.direction is Direction.INBOUND
        found, put = _tell_of_waiting(here, one) if waits else _decide_wish(here, one, puts)
        findings, puts = findings + found, puts + put
    found_needless, deletes = delete_needless(estate, group, needless, judged)
    return (*findings, *found_needless), (*puts, *deletes)


def _tell_of_waiting(here: _Here, judged: Judged) -> Putting:
    if not _is_wanted(here, judged):
        return _leave(here, judged)
    return find_denials(here.group.id, judged.actual, _expect_to_wait), ()


def _decide_wish(here: _Here, judged: Judged, before: Sequence[PutSecurityRule]) -> Putting:
    findings, puts = _put(here, judged, before) if _is_wanted(here, judged) else _leave(here, judged)
    if puts or judged.existing not in here.lasting.security_rules:
        return findings, puts
    found, shrunken = _shrink(here, judged)
    return (*findings, *found), shrunken


def _leave(here: _Here, judged: Judged) -> Putting:
    hidden = judged.hidden
    return find_denials(here.group.id, judged.actual, lambda one: expect_nothing(one, hidden)), ()


def _is_wanted(here: _Here, judged: Judged) -> bool:
    """Tell whether a rule has to be put: one that is as wished and does what it is for is left where it stands."""
    if judged.is_needed:
        return not (judged.is_as_wished and judged.goes_on_opening_it)
    if here.desired.rules is not Rules.ALWAYS or not all(passage.is_open for passage in judged.bare):
        return False
    return not any(has_same_content(rule, judged.wish.rule) for rule in here.lasting.security_rules)


def _shrink(here: _Here, judged: Judged) -> Putting:
    """Take the addresses of VMs that are gone out of a rule that can't be put anew, where it stands."""
    existing, group = judged.existing, here.group
    if existing is None or existing.direction is Direction.OUTBOUND or not judged.is_known:
        return (), ()
    left = shrunk(existing, judged.wish.rule)
    if left is existing:
        return (), ()
    message = f"Rule {existing.name} of ours in {group.id.name} lets people in to addresses that no VM has any more."
    finding = Finding(group.id, Reason.RULE_MISSING, message, {"rule": existing.name})
    return (finding,), (PutSecurityRule(group.id.child("securityRules", existing.name), existing, left),)


def _put(here: _Here, judged: Judged, before: Sequence[PutSecurityRule]) -> Putting:
    existing, wished, group = judged.existing, judged.wish.rule, here.group
    if len(wished.destination_address_prefixes) > MOST_PREFIXES:
        return (_too_many(group, wished),), ()
    limit = min(
        (one.first_denying_priority for one in judged.bare if one.may_be_opened and one.first_denying_priority),
        default=None,
    )
    others = [*group.security_rules, *(action.desired for action in before)]
    taken = frozenset(rule.priority for rule in others if rule.direction is wished.direction)
    space = space_of(here.estate, group, judged.wish.flows, here.desired.outrank)
    placement = choose_priority(space, limit, wished.priority, taken, existing)
    rule = replace(wished, name=existing.name) if existing else named(wished, (one.name for one in others))
    findings = _findings(group, judged, rule, placement)
    if placement.priority is None:
        return findings, ()
    put = PutSecurityRule(
        group.id.child("securityRules", rule.name), existing, replace(rule, priority=placement.priority)
    )
    return findings, (put,)


def _too_many(group: NetworkSecurityGroup, wished: SecurityRule) -> Finding:
    count, (port,) = len(wished.destination_address_prefixes), wished.destination_port_ranges
    message = (
        f"The VMs behind {group.id.name} with port {port} are at {count} addresses apart from each other, and Azure"
        f" admits {MOST_PREFIXES} to a rule: no rule of ours lets the named sources in. Put another NSG on some of"
        " their subnets."
    )
    return Finding(group.id, Reason.TOO_MANY_ADDRESSES, message, {"port": port, "prefixes": count})


def _findings(
    group: NetworkSecurityGroup, judged: Judged, rule: SecurityRule, placement: Placement
) -> tuple[Finding, ...]:
    bare, hidden = {passage.flow: passage for passage in judged.bare}, judged.hidden
    denials = find_denials(
        group.id, judged.actual, lambda passage: expect_rule(bare[passage.flow], rule.name, placement, hidden)
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
