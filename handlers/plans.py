"""GET /api/plans and GET /api/sweeps: what sweeps found, and where that is going."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.answers import Answer, Problem, answer, answering, parse_query
from handlers.asking import require_watched
from handlers.bodies import PLANS, SWEEPS, PlansQuery, SweepsQuery
from handlers.guard import Guard
from handlers.plan_documents import PlansDocument, SweepsDocument, document_plan
from shared.azure.plans import KeptPlan, list_plans, read_plan
from shared.azure.sweep_lines import list_lines
from shared.model.resource_id import ResourceId, subscription_resource_id


@answering
async def show_plans(guard: Guard, query: Mapping[str, str]) -> Answer:
    """Answer with a subscription's plans, the newest first, or with one and all that is in it."""
    asked = parse_query(PlansQuery, query, "query of plans", PLANS)
    subscription = subscription_resource_id(asked.subscription)
    require_watched(guard, subscription)
    if asked.plan is None:
        found = await list_plans(guard.clients, asked.subscription)
        return answer(200, PlansDocument(plans=[document_plan(plan) for plan in found]))
    plan = await require_plan(guard, subscription, asked.plan)
    return answer(200, document_plan(plan, guard.settings.documentation, with_parts=True))


@answering
async def show_sweeps(guard: Guard, query: Mapping[str, str]) -> Answer:
    """Answer with a line for each sweep of a subscription in the last 90 days, the newest first."""
    asked = parse_query(SweepsQuery, query, "query of sweeps", SWEEPS)
    require_watched(guard, subscription_resource_id(asked.subscription))
    return answer(200, SweepsDocument(sweeps=await list_lines(guard.clients, asked.subscription)))


async def require_plan(guard: Guard, subscription: ResourceId, plan_id: str) -> KeptPlan:
    """Read a plan with its parts. Raises Problem where there is none."""
    found = await read_plan(guard.clients, subscription.subscription_id, plan_id)
    if found is None:
        detail = (
            f"There is no plan {plan_id} of subscription {subscription.name}: it has expired, or never was. GET"
            f" /api/plans?subscription={subscription.name} lists those that there are."
        )
        raise Problem(404, "There is no such plan", detail, PLANS)
    return found
