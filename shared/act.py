"""Carrying out a plan: each action is permitted right before it is written, and each one's fate is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.azure.clients import AzureClients
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.write import write
from shared.decide.permission import decide_permission
from shared.model.desired import DesiredState
from shared.model.plan import Action, ActionResult, Finding, Outcome, Plan, Reason


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of a plan's actions, and what Azure's refusals add to its findings."""

    results: tuple[ActionResult, ...] = ()
    refusals: tuple[Finding, ...] = ()

    # What Azure asked us to wait before a postponed action is tried again.
    retry_after: timedelta | None = None

    @property
    def postponed(self) -> bool:
        return any(result.outcome is Outcome.POSTPONED for result in self.results)


async def act(clients: AzureClients, plan: Plan, desired: DesiredState) -> Acted:
    """Carry out a plan's actions one after the other, as far as mode and scope permit.

    One action's refusal or postponement never keeps the others from being tried.
    """
    acted = Acted()
    for action in plan.actions:
        acted = _joined(acted, await _carry_out(clients, plan, action, desired))
    return acted


async def _carry_out(clients: AzureClients, plan: Plan, action: Action, desired: DesiredState) -> Acted:
    forbidden = decide_permission(action, desired)
    if forbidden is not None:
        return Acted((ActionResult(action, forbidden.outcome, forbidden.message),))
    try:
        await write(clients, action)
    except PassingFailure as failure:
        return Acted((ActionResult(action, Outcome.POSTPONED, str(failure)),), retry_after=failure.retry_after)
    except Absent as absence:
        return Acted((ActionResult(action, Outcome.POSTPONED, str(absence)),))
    except Refusal as refusal:
        finding = Finding(
            plan.subject,
            Reason.WRITE_REFUSED,
            f"Azure refused to write {action.id.name}: {refusal}",
            {"code": refusal.code, "resource": str(action.id)},
        )
        return Acted((ActionResult(action, Outcome.REFUSED, str(refusal)),), (finding,))
    return Acted((ActionResult(action, Outcome.STARTED, "Azure has accepted it"),))


def _joined(one: Acted, other: Acted) -> Acted:
    waits = [wait for wait in (one.retry_after, other.retry_after) if wait is not None]
    return Acted(one.results + other.results, one.refusals + other.refusals, max(waits, default=None))
