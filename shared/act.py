"""Carrying out a plan: each action is permitted right before it is written, and each one's fate is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.azure.clients import AzureClients
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.write import write
from shared.decide.permission import decide_permission
from shared.model.desired import DesiredState
from shared.model.plan import Action, ActionResult, Finding, Outcome, Plan, Reason
from shared.setbacks import Setback, Setbacks


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of a plan's actions, and what Azure's refusals add to its findings.

    `retry_after` is what Azure asked us to wait before a postponed action is tried again.
    """

    results: tuple[ActionResult, ...] = ()
    refusals: tuple[Finding, ...] = ()
    retry_after: timedelta | None = None

    @property
    def wrote(self) -> bool:
        return any(result.outcome is Outcome.STARTED for result in self.results)

    @property
    def postponed(self) -> bool:
        return any(result.outcome is Outcome.POSTPONED for result in self.results)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What carrying out hangs on. `now` is Azure's time; somebody who insists has no earlier setback count."""

    clients: AzureClients
    setbacks: Setbacks
    desired: DesiredState
    now: datetime
    insists: bool = False


async def act(attempt: Attempt, plan: Plan) -> Acted:
    """Carry out a plan's actions one after the other, as far as mode, scope and earlier setbacks permit.

    One action's refusal or postponement never keeps the others from being tried.
    """
    acted = Acted()
    for action in plan.actions:
        acted = _joined(acted, await _carry_out(attempt, plan, action))
    return acted


async def _carry_out(attempt: Attempt, plan: Plan, action: Action) -> Acted:
    forbidden = decide_permission(action, attempt.desired)
    if forbidden is not None:
        return Acted((ActionResult(action, forbidden.outcome, forbidden.message),))
    if attempt.insists or attempt.setbacks.standing(action.id, attempt.now) is None:
        await _try(attempt, action)
    setback = attempt.setbacks.standing(action.id, attempt.now)
    if setback is None:
        return Acted((ActionResult(action, Outcome.STARTED, "Azure has accepted it"),))
    return _set_back(plan, action, setback, attempt.now)


async def _try(attempt: Attempt, action: Action) -> None:
    setbacks, now = attempt.setbacks, attempt.now
    try:
        await write(attempt.clients, action)
    except PassingFailure as failure:
        setbacks.postponed(action.id, now, str(failure), failure.retry_after)
    except Absent as absence:
        setbacks.postponed(action.id, now, str(absence), None)
    except Refusal as refusal:
        setbacks.refused(action.id, now, refusal.code, str(refusal))
    else:
        setbacks.overcome(action.id)


def _set_back(plan: Plan, action: Action, setback: Setback, now: datetime) -> Acted:
    message = f"{setback.message} Tried again {setback.until:%Y-%m-%d %H:%M:%S} UTC at the earliest."
    results = (ActionResult(action, setback.outcome, message),)
    if setback.outcome is Outcome.POSTPONED:
        return Acted(results, retry_after=setback.until - now)
    finding = Finding(
        plan.subject,
        Reason.WRITE_REFUSED,
        f"Azure refused to write {action.id.name}: {setback.message}",
        {"code": setback.code, "resource": str(action.id)},
    )
    return Acted(results, (finding,))


def _joined(one: Acted, other: Acted) -> Acted:
    waits = [wait for wait in (one.retry_after, other.retry_after) if wait is not None]
    return Acted(one.results + other.results, one.refusals + other.refusals, max(waits, default=None))
