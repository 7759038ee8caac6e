"""POST /api/release: a person has a plan carried out that a sweep did not, or a part of it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from handlers.answers import Answer, Problem, answer, answering, parse_body
from handlers.asking import BY_HTTP, read_time, require_watched, send_checks
from handlers.bodies import RELEASE, ReleaseRequest
from handlers.guard import Guard
from handlers.plan_documents import HeadDocument
from handlers.plans import require_plan
from shared.azure.plans import KeptPlan, revise_plan
from shared.decide.permission import decide_enforcement
from shared.model.check import Check
from shared.model.resource_id import ResourceId, subscription_resource_id

logger = logging.getLogger(__name__)

type Part = Mapping[str, Any]


class ReleasedDocument(BaseModel):
    """Whose changes are on their way, and whose the settings don't permit, each with the setting to change."""

    plan: str
    released: list[str]
    not_permitted: dict[str, str]
    correlation_id: str
    message: str


@answering
async def release_plan(guard: Guard, body: bytes) -> Answer:
    """Queue a check of each subject of a plan, or of those that are named: it may write what the plan has (202).

    Each looks live first, and writes nothing that is not what was released. Bad input (400), a plan that is not there
    (404) or has expired (409), and enforcement that the settings permit to none of it (403) are answered with a
    problem that says what to do instead.
    """
    asked = parse_body(ReleaseRequest, body, "release", RELEASE)
    subscription = subscription_resource_id(asked.subscription)
    require_watched(guard, subscription)
    plan = await require_plan(guard, subscription, asked.plan)
    await _require_fresh(guard, plan)
    chosen = _choose(plan, asked.subjects)
    permitted, forbidden = _permitted(guard, chosen)
    if not permitted:
        raise Problem(
            403, "Enforcing is not permitted here", next(iter(forbidden.values()), "The plan has no change.")
        )

    correlation_id = str(uuid.uuid4())
    await send_checks(guard, (_check(part, correlation_id) for part in permitted))
    await _remember(guard, plan, permitted)
    released = [str(part["subject"]) for part in permitted]
    fields = {"subject": str(subscription), "correlation_id": correlation_id, "plan": plan.id, "count": len(released)}
    logger.warning("Plan released", extra=fields)
    message = (
        f"{len(released)} checks are on their way: each looks live, and writes what was released if that still holds."
    )
    return answer(
        202,
        ReleasedDocument(
            plan=plan.id,
            released=released,
            not_permitted=forbidden,
            correlation_id=correlation_id,
            message=message,
        ),
    )


async def _require_fresh(guard: Guard, plan: KeptPlan) -> None:
    if await read_time(guard.clients) < plan.expires_at:
        return
    detail = (
        f"Plan {plan.id} has expired at {plan.expires_at:%Y-%m-%d %H:%M} UTC: no sweep came to the same in a day. GET"
        f" /api/plans?subscription={plan.subscription_id} lists the newer ones."
    )
    raise Problem(409, "The plan has expired", detail, RELEASE)


def _choose(plan: KeptPlan, subjects: tuple[str, ...] | None) -> list[Part]:
    """Give the parts that write something, or those of them that are named. Raises Problem for what is none."""
    by_subject = {ResourceId(part["subject"]): part for part in plan.parts if part["actions"]}
    if subjects is None:
        return list(by_subject.values())
    unknown = [one for one in subjects if ResourceId(one) not in by_subject]
    if unknown:
        named = ", ".join(unknown[:5])
        detail = f"subjects: plan {plan.id} has no change of {named}; name those of its parts that have actions."
        raise Problem(400, "The request is no release", detail, RELEASE)
    return [by_subject[ResourceId(one)] for one in dict.fromkeys(subjects)]


def _permitted(guard: Guard, parts: Iterable[Part]) -> tuple[list[Part], dict[str, str]]:
    permitted: list[Part] = []
    forbidden: dict[str, str] = {}
    for part in parts:
        refusal = decide_enforcement(ResourceId(part["subject"]), guard.desired)
        if refusal is None:
            permitted.append(part)
        else:
            forbidden[part["subject"]] = refusal.message
    return permitted, forbidden


def _check(part: Part, correlation_id: str) -> Check:
    contents = tuple(str(action["content"]) for action in part["actions"])
    return Check(
        ResourceId(part["subject"]), f"{BY_HTTP}: released", correlation_id, asked_at=None, released=contents
    )


async def _remember(guard: Guard, plan: KeptPlan, permitted: Iterable[Part]) -> None:
    """Note in the plan who was released: it shows that, and can be released again."""
    now, subjects = await read_time(guard.clients), {str(part["subject"]) for part in permitted}

    def add(kept: KeptPlan) -> KeptPlan:
        head = HeadDocument.model_validate(kept.head)
        released = sorted(subjects.union(head.released))
        told = head.model_copy(update={"released_at": now, "released": released})
        return replace(kept, head=told.model_dump(mode="json"))

    await revise_plan(guard.clients, plan, add)
