"""An NSG's check: it may write that NSG's rules, decided from all the VMs behind it."""

from __future__ import annotations

from handlers.guard import Guard
from handlers.reporting import make_report
from shared.act import act
from shared.azure.observe import observe_network_security_group
from shared.decide.network_security_group import decide_network_security_group
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.plan import Report
from shared.turns import Turn


async def check_network_security_group(guard: Guard, check: Check, desired: DesiredState, turn: Turn) -> Report:
    """Observe an NSG, settle, decide, act, report. Raises PassingFailure when Azure or the state is out of reach."""
    estate = await observe_network_security_group(guard.survey(check), check.subject)
    await guard.settle(check, turn, estate)

    plan = decide_network_security_group(estate, check.subject, desired)
    plan = await guard.ordered(check, turn, estate, plan)

    acted = await act(guard.attempt(check, turn, estate, desired), plan)

    return make_report(check, estate, plan, acted, desired)
