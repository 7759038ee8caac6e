"""POST /api/explain: what the network does with a VM's traffic, and which rule says so."""

from __future__ import annotations

import asyncio
import math
import uuid
from datetime import timedelta

from handlers.answers import Answer, Problem, answer, answering, parse_body
from handlers.asking import BY_HTTP, require_watched
from handlers.bodies import EXPLAIN, ExplainRequest
from handlers.explanations import ExplanationDocument, FlowDocument, document_explanation
from handlers.guard import Guard
from shared.azure.failures import PassingFailure
from shared.azure.observe import observe_network, observe_virtual_machine
from shared.decide.explanation import explain_flow, is_no_tag, needed_packets
from shared.decide.network_path import Place, find_place
from shared.decide.verdict import PacketFlow
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.estate import Direction, Estate
from shared.model.plan import Finding
from shared.model.resource_id import ResourceId

_SOON = timedelta(seconds=10)


@answering
async def explain(guard: Guard, body: bytes) -> Answer:
    """Explain the traffic asked for, or else all that Windows Admin Center needs, by what Azure says now.

    Bad input (400), a subscription that is not watched (403), a VM that is not there (404), and one whose network
    can't be read (503) are answered with a problem.
    """
    asked = parse_body(ExplainRequest, body, "question about traffic", EXPLAIN)
    subject = ResourceId(asked.subject)
    require_watched(guard, subject)
    estate = await _observe(guard, subject)
    place = find_place(estate, estate.virtual_machines[subject], subject)
    if isinstance(place, Finding):
        raise Problem(503, "The VM's network can't be told", place.message)
    _require_known(estate, asked)
    # Wide questions take tenths of seconds, which no event should wait for.
    flows = await asyncio.to_thread(_explain, estate, place, subject, asked, guard.desired)
    return answer(200, ExplanationDocument(subject=str(subject), observed_at=estate.observed_at, flows=flows))


async def _observe(guard: Guard, subject: ResourceId) -> Estate:
    survey = guard.survey(Check(subject, BY_HTTP, str(uuid.uuid4()), asked_at=None))
    try:
        estate = await observe_virtual_machine(survey, subject)
        if subject in estate.virtual_machines:
            return await observe_network(survey, estate.virtual_machines[subject])
    except PassingFailure as failure:
        problem = Problem(503, "Azure can't be read now", f"{failure} Nothing is lost by asking again.")
        problem.document.retry_after_seconds = max(1, math.ceil((failure.retry_after or _SOON).total_seconds()))
        raise problem from failure
    if subject in estate.absent:
        raise Problem(404, "There is no such VM", f"Azure says that {subject} is not there.")
    why = estate.unreadable.get(subject, "it was not read")
    raise Problem(503, "The VM can't be read", f"{subject.name} can't be read: {why}")


def _require_known(estate: Estate, asked: ExplainRequest) -> None:
    """Raise Problem for a service tag that Azure has none of, which is most often a slip."""
    if asked.remote is not None and is_no_tag(estate, asked.remote):
        raise Problem(400, "There is no such service tag", f"Azure has no service tag {asked.remote}.", EXPLAIN)


def _explain(
    estate: Estate, place: Place, subject: ResourceId, asked: ExplainRequest, desired: DesiredState
) -> list[FlowDocument]:
    if asked.direction is None or asked.remote is None:
        flows = needed_packets(place, estate.virtual_machines[subject], desired)
    else:
        flows = (_asked_for(asked, asked.direction, asked.remote, place),)
    return [document_explanation(estate, explain_flow(estate, place, flow, subject)) for flow in flows]


def _asked_for(asked: ExplainRequest, direction: Direction, remote: str, place: Place) -> PacketFlow:
    return PacketFlow(
        direction,
        (place.address,),
        (remote,),
        (asked.protocol or "Tcp",),
        (str(asked.port or "*"),),
        (str(asked.local_port or "*"),),
        place.subnet_id,
    )
