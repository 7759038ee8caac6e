"""A subscription's sweep: all that is in it by Resource Graph, and a live check of whoever needs one."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from handlers.asking import queue_checks
from handlers.guard import Guard
from handlers.plan_documents import HeadDocument, count_reasons, document_head, document_part
from handlers.reporting import make_report
from shared.act import Acted
from shared.azure.observe_subscription import observe_subscription
from shared.azure.plans import KeptPlan, keep_plan, list_plans, prune_plans, revise_plan
from shared.azure.subjects import list_standings
from shared.azure.sweep_lines import add_line
from shared.azure.waivers import list_waivers
from shared.decide.brake import PLAN_LIFETIME, fingerprint, plan_id
from shared.decide.omission import decide_omission, find_vanished
from shared.decide.presence import decide_presence
from shared.decide.sweep import decide_sweep, remember_sweep
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.plan import Finding, Plan, Report
from shared.model.sweep import Known, Sweep, SweepLine
from shared.telemetry.recorder import recorder
from shared.turns import Turn

CAUSE = "sweep"


async def check_subscription(guard: Guard, check: Check, desired: DesiredState, turn: Turn) -> Report:
    """Observe a subscription, decide on all of it, keep what is wrong, and queue the checks that the brake lets pass.

    Raises PassingFailure when Azure or the state is out of reach: then nothing was queued, or all is queued again.
    """
    subject = check.subject
    estate = await observe_subscription(guard.clients, guard.facts, subject, await guard.facts.gateways())
    unseen = decide_presence(estate, subject, was_read=True) or await _look_for_the_vanished(
        guard, check, turn, estate
    )
    if unseen:
        return make_report(check, estate, Plan(subject, unseen), Acted(), desired)
    standings = await list_standings(guard.clients, subject.subscription_id)
    waivers, _ = await list_waivers(guard.clients)
    known = Known(turn.past.sweep, standings, tuple(waivers))

    sweep = await guard.on_sweeps.run(decide_sweep, estate, subject, desired, known)

    kept = await _keep(guard, sweep)
    await queue_checks(guard, sweep.checks, CAUSE, sweep.observed_at, check.correlation_id)
    await add_line(guard.clients, subject.subscription_id, _line(sweep, kept))
    recorder().subjects(subject.subscription_id, sweep.counts)
    turn.past = replace(turn.past, sweep=remember_sweep(sweep))
    return make_report(check, estate, Plan(subject, sweep.findings), Acted(), desired)


async def _look_for_the_vanished(guard: Guard, check: Check, turn: Turn, estate: Estate) -> tuple[Finding, ...]:
    """Read live some of the VMs that are not seen any more, if those are many."""
    asked_for = find_vanished(estate, turn.past.sweep)
    if not asked_for:
        return ()
    survey = guard.survey(check)
    await survey.gather(survey.read_virtual_machines(asked_for))
    return decide_omission(survey.estate(), check.subject, asked_for)


async def _keep(guard: Guard, sweep: Sweep) -> str | None:
    """Keep what is wrong, and give its id; the same as before goes on under its own, and what has expired goes."""
    name, at = sweep.subscription.subscription_id, sweep.observed_at
    plans = [plan for plan in await list_plans(guard.clients, name) if plan.expires_at > at]
    ids = {plan.id for plan in plans}
    mark = fingerprint(sweep.wrong)
    same = next((plan for plan in plans if plan.id.endswith(mark)), None)
    kept = None if same is None else same.id
    if same is not None:
        await revise_plan(guard.clients, same, lambda plan: _seen_again(plan, sweep))
    elif sweep.wrong:
        # Texts of thousands of changes take a while: nothing waits for them.
        parts = await asyncio.to_thread(lambda: [document_part(one).model_dump(mode="json") for one in sweep.wrong])
        head = document_head(sweep).model_dump(mode="json")
        kept = plan_id(at, sweep.wrong)
        await keep_plan(guard.clients, KeptPlan(kept, name, at, at, at + PLAN_LIFETIME, head, tuple(parts)))
        ids.add(kept)
    await prune_plans(guard.clients, name, ids, at - PLAN_LIFETIME)
    return kept


def _seen_again(plan: KeptPlan, sweep: Sweep) -> KeptPlan:
    """Have a plan last on, with the numbers of now, and with who was released."""
    head = HeadDocument.model_validate(plan.head)
    released = {"released_at": head.released_at, "released": head.released}
    at, told = sweep.observed_at, document_head(sweep).model_copy(update=released)
    return replace(plan, seen_at=at, expires_at=at + PLAN_LIFETIME, head=told.model_dump(mode="json"))


def _line(sweep: Sweep, kept: str | None) -> SweepLine:
    statuses = {status.name: count for status, count in sorted(sweep.counts.items())}
    return SweepLine(
        sweep.observed_at,
        len(sweep.machines),
        statuses,
        count_reasons(sweep),
        sweep.changes,
        sweep.limit,
        len(sweep.checks),
        kept,
    )
