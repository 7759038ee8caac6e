"""The check of a NIC, a subnet or a virtual network: it writes nothing, and asks for checks of what hangs on it."""

from __future__ import annotations

from handlers.guard import Guard
from handlers.reporting import make_report
from shared.act import Acted
from shared.azure.observe import observe_attachment
from shared.decide.attachment import decide_attachment
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.plan import Report
from shared.turns import Turn


async def check_attachment(guard: Guard, check: Check, desired: DesiredState, turn: Turn) -> Report:
    """Observe what NSGs and VMs hang on the subject, and report them as checks to ask for."""
    estate = await observe_attachment(guard.survey(check), check.subject)
    await guard.settle(check, turn, estate)

    plan = decide_attachment(estate, check.subject)

    return make_report(check, estate, plan, Acted(), desired)
