"""What people ordered of a subject, which goes ahead of what would be decided otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.decide.decommission import decide_decommission
from shared.decide.restraint import explain_contest, explain_hold
from shared.decide.undo import decide_undo
from shared.model.estate import Estate
from shared.model.past import Past
from shared.model.plan import Plan, Status
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
        plan = decide_undo(estate, subject, orders.undo)
    return replace(plan, findings=(*plan.findings, explain_hold(subject, past)))


def remember_orders(past: Past, orders: Orders, plan: Plan) -> Past:
    """Strike out an undo that is over: nothing is left to be put back, or can be. The hold stays."""
    is_over = not plan.actions and plan.status not in (Status.PENDING, Status.UNKNOWN)
    if past.hold is None or orders.undo is None or not is_over:
        return past
    return replace(past, hold=replace(past.hold, undo=None))
