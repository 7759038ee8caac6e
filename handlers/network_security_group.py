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


async def check_network_security_group(guard: Guard, check: Check, desired: DesiredState) -> Report:
    """Observe an NSG, decide, act, report. Raises PassingFailure when Azure can't be read now."""
    estate = await observe_network_security_group(guard.survey(check), check.subject)

    plan = decide_network_security_group(estate, check.subject, desired)

    acted = await act(guard.attempt(check, estate, desired), plan)

    return make_report(check, estate, plan, acted, desired)
