"""An NSG's check: it may write that NSG's rules, decided from all the VMs behind it."""

from __future__ import annotations

from handlers.guard import Guard
from handlers.reporting import make_report
from shared.act import act
from shared.azure.observe import observe_again, observe_network_security_group
from shared.azure.subjects import list_sightings
from shared.decide.network_security_group import decide_network_security_group
from shared.decide.sightings import RESOURCE_GRAPH_LAG, find_doubtful
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.plan import Report
from shared.turns import Turn


async def check_network_security_group(guard: Guard, check: Check, desired: DesiredState, turn: Turn) -> Report:
    """Observe an NSG, settle, decide, act, report. Raises PassingFailure when Azure or the state is out of reach."""
    survey = guard.survey(check)
    estate = await observe_network_security_group(survey, check.subject)
    if estate.from_resource_graph:
        sightings = await list_sightings(
            guard.clients, check.subject.subscription_id, estate.observed_at - RESOURCE_GRAPH_LAG
        )
        estate = await observe_again(survey, find_doubtful(estate, sightings))
    await guard.settle(check, turn, estate)

    plan = await guard.on_groups.run(decide_network_security_group, estate, check.subject, desired)
    plan = await guard.ordered(check, turn, estate, plan)

    acted = await act(guard.attempt(check, turn, estate, desired), plan)

    return make_report(check, estate, plan, acted, desired)
