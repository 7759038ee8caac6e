"""What will become of a denied flow: what to call the finding, and what to tell people."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.decide.exclusion import decide_exclusion
from shared.decide.outrank import is_general, is_just_in_time
from shared.decide.passage import Passage
from shared.decide.permission import decide_enforcement
from shared.decide.placement import Placement
from shared.decide.sentences import describe_rule
from shared.model.desired import DesiredState, Outrank
from shared.model.estate import Direction, Estate, SecurityRule
from shared.model.reason import Reason

NAME_THE_CALLERS = "Name the callers in WAC_INBOUND_SOURCES to have them let in."


@dataclass(frozen=True, slots=True)
class Outlook:
    """The reason of a denial's finding, and a sentence that says what comes next."""

    reason: Reason
    sentence: str


def expect_check(estate: Estate, passage: Passage, desired: DesiredState) -> Outlook:
    """Say, in a VM's plan, what the check of the NSG in the way can do."""
    reason, group_id = _reason(passage), passage.at.group_id
    if not passage.may_be_opened:
        return expect_nothing(passage)
    if passage.flow.direction is Direction.INBOUND and not desired.inbound_sources:
        return Outlook(reason, NAME_THE_CALLERS)
    group = estate.network_security_groups[group_id]
    excluded = decide_exclusion(estate, group_id, group.tags, desired)
    if excluded:
        return Outlook(reason, f"{group_id.name} is opted out, so it is left alone. {excluded[0].message}")
    refusal = decide_enforcement(group_id, desired)
    if refusal is not None:
        return Outlook(reason, f"A rule of ours could go ahead of it. {refusal.message}")
    return Outlook(reason, f"The check of {group_id.name} puts a rule of ours ahead of it.")


def expect_rule(passage: Passage, name: str, placement: Placement, hidden: SecurityRule | None = None) -> Outlook:
    """Say, in an NSG's plan, where a rule of ours goes, or why it can't; `hidden` is one that is there in vain."""
    return _with_hidden(_expect_rule(passage, name, placement), hidden)


def _expect_rule(passage: Passage, name: str, placement: Placement) -> Outlook:
    reason = _reason(passage)
    if not passage.may_be_opened:
        return expect_nothing(passage)
    if placement.blocks is not None:
        reason = Reason.OUTBOUND_DENIED_DELIBERATELY if reason is Reason.OUTBOUND_DENIED else reason
        return Outlook(reason, f"A rule of ours would go ahead of another deny too. {_standing(placement.blocks)}")
    if placement.priority is None:
        return Outlook(reason, "No priority is free for a rule of ours ahead of it.")
    return Outlook(reason, f"Rule {name} of ours, at priority {placement.priority}, is to go ahead of it.")


def expect_nothing(passage: Passage, hidden: SecurityRule | None = None) -> Outlook:
    """Say why a denial is left alone; `hidden` is a rule of ours that is there in vain."""
    return _with_hidden(_expect_nothing(passage), hidden)


def _expect_nothing(passage: Passage) -> Outlook:
    if passage.standing:
        return Outlook(_reason(passage), _standing(passage.standing[0]))
    if passage.unknown:
        return Outlook(_reason(passage), "Another part of the flow can't be judged, so it is left alone.")
    return Outlook(_reason(passage), "It is left alone.")


def _with_hidden(outlook: Outlook, hidden: SecurityRule | None) -> Outlook:
    if hidden is None:
        return outlook
    return replace(outlook, sentence=f"That deny hides {describe_rule(hidden)} of ours. {outlook.sentence}")


def _reason(passage: Passage) -> Reason:
    """Name a denial: deliberate where a rule singles the traffic out and therefore stands."""
    if passage.flow.direction is Direction.INBOUND:
        return Reason.INBOUND_DENIED
    deliberate = any(is_just_in_time(rule) or not is_general(rule) for rule in passage.standing)
    return Reason.OUTBOUND_DENIED_DELIBERATELY if deliberate else Reason.OUTBOUND_DENIED


def _standing(rule: SecurityRule) -> str:
    name = describe_rule(rule)
    if is_just_in_time(rule):
        return f"Just-in-time access wrote {name}, which nothing may go ahead of: request access there."
    if is_general(rule):
        return f"WAC_OUTRANK is {Outrank.NONE}, so nothing goes ahead of {name}: set it to {Outrank.GENERAL}."
    return (
        f"Somebody singled this traffic out with {name}, so it is left alone:"
        f" take that rule away, or set WAC_OUTRANK to {Outrank.ANY}."
    )
