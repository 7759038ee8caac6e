"""A VM's check: it may write the VM's extension, and asks for a check of the NSG that is in the way."""

from __future__ import annotations

from handlers.guard import Guard
from handlers.reporting import make_report
from shared.act import act
from shared.azure.observe import observe_network, observe_virtual_machine
from shared.decide.virtual_machine import decide_virtual_machine, needs_network
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.plan import Report
from shared.turns import Turn


async def check_virtual_machine(guard: Guard, check: Check, desired: DesiredState, turn: Turn) -> Report:
    """Observe a VM, settle, decide, act, report. Raises PassingFailure when Azure or the state is out of reach."""
    survey = guard.survey(check)
    estate = await observe_virtual_machine(survey, check.subject)
    past = await guard.settle(check, turn, estate)
    if needs_network(estate, check.subject, desired, past):
        estate = await observe_network(survey, estate.virtual_machines[check.subject])

    plan = await guard.on_machines.run(decide_virtual_machine, estate, check.subject, desired, past)
    plan = await guard.ordered(check, turn, estate, plan)

    acted = await act(guard.attempt(check, turn, estate, desired), plan)

    return make_report(check, estate, plan, acted, desired)
