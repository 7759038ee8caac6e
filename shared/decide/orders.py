"""What people ordered of a subject, which goes ahead of what would be decided otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.decide.decommission import decide_decommission
from shared.decide.restraint import explain_contest, explain_hold
from shared.decide.undo import decide_undo
from shared.decide.undo_application import decide_patience
from shared.model.estate import Estate
from shared.model.past import Past
from shared.model.plan import Plan
from shared.model.resource_id import ResourceId
from shared.model.write import Write


@dataclass(frozen=True, slots=True)
class Orders:
    """The write to be undone, and whether all of ours is to be taken away, with the trail that says what is."""

    undo: Write | None = None
    decommission: bool = False
    trail: tuple[Write, ...] = ()


def decide_ordered(estate: Estate, plan: Plan, past: Past, orders: Orders) -> Plan:
    """Give the plan that people's orders leave of one, with a finding for each of them."""
    subject = plan.subject
    if orders.decommission:
        plan = decide_decommission(estate, subject, orders.trail)
    if past.contested:
        plan = replace(plan, findings=(*plan.findings, explain_contest(subject, past)))
    if past.hold is None:
        return plan
    if orders.undo is not None:
        undo = decide_patience(decide_undo(estate, subject, orders.undo), estate, past)
        plan = _with_undo(plan, undo)
    return replace(plan, findings=(*plan.findings, explain_hold(subject, past)))


def remember_orders(past: Past, orders: Orders, estate: Estate, subject: ResourceId) -> Past:
    """Strike out an undo that is over, since all is as it was before. The hold stays.

    One that is not possible stays too, so that every report says so until somebody lifts the hold.
    """
    if past.hold is None or orders.undo is None:
        return past
    left = decide_undo(estate, subject, orders.undo)
    return past if left.actions or left.findings else replace(past, hold=replace(past.hold, undo=None))


def _with_undo(plan: Plan, undo: Plan) -> Plan:
    """Let an undo that writes go alone; one that doesn't is told of with what else is found."""
    if undo.actions:
        return undo
    others = tuple(found for found in plan.findings if found not in undo.findings)
    return replace(plan, findings=(*undo.findings, *others))
