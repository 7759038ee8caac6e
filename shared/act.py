"""Carrying out a plan: each action is permitted right before it is written, and each one's fate is told."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.azure.clients import AzureClients
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.leash import note_failure, read_leash, spend
from shared.azure.trail import conclude, intend, new_write_id
from shared.azure.write import write as send
from shared.decide.limits import explain_beyond_limits, reason_of_limit
from shared.decide.memory import remember_answer, remember_intent
from shared.decide.permission import decide_permission
from shared.decide.restraint import (
    Restraint,
    Standing,
    decide_budget,
    decide_restraint,
    decide_wait,
    explain_setback,
)
from shared.decide.setbacks import decide_setback
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.leash import Failure
from shared.model.past import Setback
from shared.model.plan import Action, ActionResult, Finding, Outcome, Plan
from shared.model.write import Fate, Write
from shared.turns import Turn

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of a plan's actions, what kept them from being written, and when they can be tried again.

    `waits` are for what is known to last until then, `postponed` for what Azure could not do at the moment.
    """

    results: tuple[ActionResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    waits: tuple[timedelta, ...] = ()
    postponed: tuple[timedelta, ...] = ()

    @property
    def wrote(self) -> bool:
        return any(result.outcome is Outcome.STARTED for result in self.results)

    def __add__(self, other: Acted) -> Acted:
        new = tuple(finding for finding in other.findings if finding not in self.findings)
        return Acted(
            self.results + other.results,
            self.findings + new,
            self.waits + other.waits,
            self.postponed + other.postponed,
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """What carrying out hangs on. `now` is Azure's time; somebody who insists has no earlier setback count."""

    clients: AzureClients
    turn: Turn
    check: Check
    desired: DesiredState
    now: datetime

    @property
    def insists(self) -> bool:
        return self.check.asked_at is None


async def act(attempt: Attempt, plan: Plan) -> Acted:
    """Carry out a plan's actions one after the other, as far as mode, scope and every restraint permit.

    One action's refusal or postponement never keeps the others from being tried. Raises Overtaken when the subject
    is no longer ours to write, PassingFailure when the state can't be reached.
    """
    acted = Acted()
    for action in plan.actions:
        acted += await _carry_out(attempt, plan, action)
    return acted


async def _carry_out(attempt: Attempt, plan: Plan, action: Action) -> Acted:
    beyond = explain_beyond_limits(action, attempt.desired)
    if beyond is not None:
        return _refuse(attempt, plan, action, beyond)
    forbidden = decide_permission(action, attempt.desired, attempt.check.released)
    if forbidden is not None:
        told = await _told_of_audited(attempt, plan, action)
        return Acted((ActionResult(action, forbidden.outcome, forbidden.message),), told)
    if not attempt.turn.may_write:
        raise RuntimeError("whoever writes needs a lease on the subject")
    restraint = await _restraint(attempt, plan, action)
    if restraint is None:
        restraint = await _write(attempt, plan, action)
    if restraint is None:
        return Acted((ActionResult(action, Outcome.STARTED, "Azure has accepted it"),))
    return _kept_back(attempt, action, restraint)


def _refuse(attempt: Attempt, plan: Plan, action: Action, beyond: str) -> Acted:
    """Tell of what the app never writes. Nothing asks for a next look: the same would come of it."""
    check, undoes = attempt.check, plan.undoes
    fields = {"subject": str(check.subject), "correlation_id": check.correlation_id, "reason": beyond}
    logger.error("Write beyond the limits refused", extra={**fields, "resource": str(action.id), "undoes": undoes})
    message = (
        f"What was to be written to {action.id.name} is nothing that WAC Guard ever writes: {beyond}. Nothing was"
        " written. Unless the settings were others then, look who else writes to the tables of its storage account."
    )
    evidence = {"resource": str(action.id), "limit": beyond} | ({"write": undoes} if undoes else {})
    finding = Finding(plan.subject, reason_of_limit(undoes), message, evidence)
    return Acted((ActionResult(action, Outcome.REFUSED, message),), (finding,))


async def _told_of_audited(attempt: Attempt, plan: Plan, action: Action) -> tuple[Finding, ...]:
    """Tell an audit what keeps a check that may write from writing now."""
    desired = replace(attempt.desired, audit_only=False)
    if decide_permission(action, desired) is not None:
        return ()
    leash = await read_leash(attempt.clients)
    restraint = decide_restraint(plan, action, Standing(attempt.turn.past, leash, desired, attempt.now))
    return (restraint.finding,) if restraint is not None and restraint.finding is not None else ()


async def _restraint(attempt: Attempt, plan: Plan, action: Action) -> Restraint | None:
    """Ask all that keeps an action from being written, and take it out of the budget if nothing does."""
    desired, now = attempt.desired, attempt.now
    leash = await read_leash(attempt.clients)
    standing = Standing(attempt.turn.past, leash, desired, now, attempt.insists)
    found = decide_restraint(plan, action, standing)
    if found is None and not await spend(attempt.clients, now, desired.writes_per_hour):
        leash = await read_leash(attempt.clients)
        found = decide_budget(plan.subject, leash.writes, desired, now)
    return found


async def _write(attempt: Attempt, plan: Plan, action: Action) -> Restraint | None:
    turn, check = attempt.turn, attempt.check
    write = Write(
        id=new_write_id(attempt.now),
        subject=plan.subject,
        action=action,
        cause=check.cause,
        correlation_id=check.correlation_id,
        intended_at=attempt.now,
        undoes=plan.undoes,
    )
    # The subject's row first: it fails unless the lease is still ours, and names the intent to the next look.
    await turn.remember(remember_intent(turn.past, write))
    await intend(attempt.clients, write)
    answered, setback = await _send(attempt, write)
    await conclude(attempt.clients, replace(answered, concluded_at=attempt.now))
    turn.past = remember_answer(turn.past, answered)
    if setback is None:
        return None
    if setback.outcome is Outcome.REFUSED:
        await _note_refusal(attempt, action, setback)
    turn.past = replace(turn.past, setbacks={**turn.past.setbacks, action.id: setback})
    return explain_setback(plan.subject, action.id, setback)


async def _send(attempt: Attempt, write: Write) -> tuple[Write, Setback | None]:
    """Send a write; tell Azure's answer, and when to try again what it did not take."""
    past, action, now = attempt.turn.past, write.action, attempt.now
    try:
        request_id = await send(attempt.clients, action)
    except (PassingFailure, Absent) as failure:
        retry_after = failure.retry_after if isinstance(failure, PassingFailure) else None
        unknown = isinstance(failure, PassingFailure) and failure.may_have_taken_effect
        fate = Fate.UNKNOWN if unknown else Fate.POSTPONED
        setback = decide_setback(
            past, action, Outcome.POSTPONED, now, code="", message=str(failure), retry_after=retry_after
        )
        return replace(write, fate=fate, message=str(failure), request_id=failure.request_id), setback
    except Refusal as refusal:
        setback = decide_setback(
            past, action, Outcome.REFUSED, now, code=refusal.code, message=str(refusal), evidence=refusal.details
        )
        return replace(write, fate=Fate.REFUSED, message=str(refusal), request_id=refusal.request_id), setback
    return replace(write, fate=Fate.ACCEPTED, request_id=request_id), None


async def _note_refusal(attempt: Attempt, action: Action, setback: Setback) -> None:
    """Count a refusal among the failures in a row, unless that resource was refused for the same before."""
    before = attempt.turn.past.setbacks.get(action.id)
    if before is None or before.code != setback.code:
        await note_failure(attempt.clients, Failure(attempt.now, str(action.id), setback.message))


def _kept_back(attempt: Attempt, action: Action, restraint: Restraint) -> Acted:
    results = (ActionResult(action, restraint.outcome, restraint.message),)
    if restraint.finding is None:
        postponed = () if restraint.until is None else (restraint.until - attempt.now,)
        return Acted(results, postponed=postponed)
    wait = decide_wait(attempt.check.subject, restraint, attempt.now)
    return Acted(results, (restraint.finding,), waits=() if wait is None else (wait,))
