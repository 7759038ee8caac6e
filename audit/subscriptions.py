"""Subscriptions: each read whole from Azure Resource Graph, decided upon, and on its own where it fails."""

from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from audit.progress import Step, Watch
from audit.result import SubscriptionAudit
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.observe_subscription import observe_subscription
from shared.azure.subscriptions import Subscription
from shared.azure.survey import Survey
from shared.decide.subscription import decide_subscription
from shared.model.application import Gateway
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.plan import Plan
from shared.model.resource_id import ResourceId

logger = logging.getLogger(__name__)

# Resource Graph answers fifteen queries in five seconds, whoever they are for.
_AT_ONCE = 4
_TRIES = 3
_WAIT_SECONDS = 5.0
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Auditor:
    """What reading and deciding on a subscription takes. `gateways` are those that app registrations tell of."""

    clients: AzureClients
    facts: AzureFacts
    desired: DesiredState
    gateways: tuple[Gateway, ...]
    watch: Watch
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def audit_all(self, subscriptions: Iterable[Subscription]) -> tuple[SubscriptionAudit, ...]:
        """Audit subscriptions, a few at once, in the order given. What fails is in the result, and raises nothing."""
        limit = asyncio.Semaphore(_AT_ONCE)

        async def audit(one: Subscription, all_of_them: Step) -> SubscriptionAudit:
            async with limit:
                found = await self._audit(one)
            all_of_them.advance()
            return found

        wanted = list(subscriptions)
        with self.watch.working("Subscriptions", total=len(wanted)) as step:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(audit(one, step)) for one in wanted]
        return tuple(task.result() for task in tasks)

    async def _audit(self, subscription: Subscription) -> SubscriptionAudit:
        nothing = SubscriptionAudit(subscription.id, subscription.name)
        with self.watch.working(f"Reading {subscription.name}") as step:
            try:
                estate = await self._observe(subscription)
                step.begin(f"Deciding on {subscription.name}", _count(estate))
                plans = await _decide(estate, self.desired, step)
            except (PassingFailure, Refusal, Absent) as failure:
                return replace(nothing, failure=str(failure))
            except Exception as bug:  # noqa: BLE001 - whatever it is, the other subscriptions are to be told of
                logger.exception("Audit failed", extra={"subject": subscription.id})
                return replace(nothing, failure=f"WAC Guard itself failed here ({bug!r}): please report it.")
        return replace(nothing, observed_at=estate.observed_at, plans=plans, unreadable=estate.unreadable)

    async def _observe(self, subscription: Subscription) -> Estate:
        """Read a subscription; where Azure gave a part alone, which may pass, once more from the beginning."""
        subject = ResourceId(f"/subscriptions/{subscription.id}")
        for attempt in range(1, _TRIES + 1):
            survey = Survey(self.clients, self.facts, Check(subject, "audit", uuid.uuid4().hex, None))
            try:
                estate = await observe_subscription(survey, subject)
            except PassingFailure as failure:
                asked = failure.retry_after.total_seconds() if failure.retry_after else _WAIT_SECONDS
                if attempt == _TRIES or asked > _LONGEST_SECONDS:
                    raise
                self.watch.wait(asked)
                await self.sleep(asked)
            else:
                break
        return replace(estate, gateways=self.gateways)


def _count(estate: Estate) -> int:
    return len(estate.virtual_machines) + len(estate.network_security_groups)


async def _decide(estate: Estate, desired: DesiredState, step: Step) -> tuple[Plan, ...]:
    """Decide beside the event loop, which goes on reading; whoever is interrupted decides no further."""
    ended = threading.Event()

    def decide() -> tuple[Plan, ...]:
        plans = []
        for plan in decide_subscription(estate, desired):
            if ended.is_set():
                break
            plans.append(plan)
            step.advance()
        return tuple(plans)

    try:
        return await asyncio.to_thread(decide)
    finally:
        ended.set()
