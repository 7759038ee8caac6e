"""An app registration's check: it may write its redirect URIs."""

from __future__ import annotations

from dataclasses import replace

from handlers.guard import Guard
from handlers.reporting import make_report
from shared.act import act
from shared.azure.observe_applications import observe_application, observe_details, observe_gateways
from shared.decide.application import decide_application
from shared.decide.application_audit import find_others_to_tell
from shared.decide.gateways import remember_gateway
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.plan import Report
from shared.turns import Turn


async def check_application(guard: Guard, check: Check, desired: DesiredState, turn: Turn) -> Report:
    """Observe a registration, settle, decide, act, report. Raises PassingFailure when Graph can't be asked.

    Its owners are only asked for where there is something to tell them.
    """
    directory, subject, known = guard.directory(), check.subject, turn.past.gateway
    estate = await observe_application(directory, subject)
    past = await guard.settle(check, turn, estate)
    turn.past = past = remember_gateway(past, estate, subject, desired)
    if past.gateway != known and turn.may_write:
        # Before the others are read: of those that are looked at at once, whoever reads last then sees all.
        await turn.remember(past)
    estate = await observe_gateways(directory)

    plan = decide_application(estate, subject, desired, past)
    if plan.findings and subject in estate.applications:
        estate = await observe_details(directory, subject)
        plan = decide_application(estate, subject, desired, past)
    plan = await guard.ordered(check, turn, estate, plan)
    plan = replace(plan, checks=find_others_to_tell(estate, subject, past))

    acted = await act(guard.attempt(check, turn, estate, desired), plan)

    return make_report(check, estate, plan, acted, desired)
