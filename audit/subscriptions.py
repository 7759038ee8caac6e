"""Subscriptions: each read whole from Azure Resource Graph, decided upon, and on its own where it fails."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from audit.progress import Step, Watch
from audit.result import SubscriptionAudit
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.observe_subscription import observe_subscription
from shared.azure.subscriptions import Subscription
from shared.decide.subscription import decide_subscription
from shared.model.application import Gateway
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.plan import Plan

logger = logging.getLogger(__name__)

# Resource Graph answers fifteen queries in five seconds, whoever they are for.
_AT_ONCE = 4
_TRIES = 3
_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Auditor:
    """What reading and deciding on a subscription takes. `gateways` are those that app registrations tell of."""

    clients: AzureClients
    facts: AzureFacts
    desired: DesiredState
    gateways: tuple[Gateway, ...]
    watch: Watch

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
        audit = SubscriptionAudit(subscription.id, subscription.display_name)
        with self.watch.working(f"Reading {audit.name}") as step:
            try:
                estate = await self._observe(subscription)
                if subscription.id in estate.unreadable:
                    return replace(audit, failure=estate.unreadable[subscription.id])
                step.begin(f"Deciding on {audit.name}", _count(estate))
                plans = await _decide(estate, self.desired, step)
            except (PassingFailure, Refusal, Absent) as failure:
                return replace(audit, failure=str(failure))
            except Exception as bug:
                # Whatever it is, the other subscriptions are to be told of.
                logger.exception("Audit failed", extra={"subject": str(subscription.id)})
                return replace(audit, failure=f"WAC Guard itself failed here ({bug!r}): please report it.")
        return replace(audit, observed_at=estate.observed_at, plans=plans, unreadable=estate.unreadable)

    async def _observe(self, subscription: Subscription) -> Estate:
        """Read a subscription; where Azure gave a part alone, which may pass, once more from the beginning."""
        for _ in range(_TRIES - 1):
            try:
                return await observe_subscription(self.clients, self.facts, subscription.id, self.gateways)
            except PassingFailure as failure:
                asked = _WAIT if failure.retry_after is None else failure.retry_after
                await self.clients.pause(min(asked, _LONGEST_WAIT))
        return await observe_subscription(self.clients, self.facts, subscription.id, self.gateways)


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
