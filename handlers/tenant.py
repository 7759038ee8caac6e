"""The audit of all app registrations: whoever there is something to tell of gets a check of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.asking import queue_checks
from handlers.guard import Guard
from handlers.reporting import make_report
from shared.act import Acted
from shared.azure.subjects import list_applications
from shared.decide.application_audit import advance, decide_start, decide_tenant, find_candidates
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.plan import Report
from shared.turns import Turn

CAUSE = "audit of app registrations"
# A message's share: the rest is left to the next, so that none runs into the time that a function may take.
_PAGES = 40
_AT_ONCE = timedelta(seconds=1)


async def check_tenant(guard: Guard, check: Check, desired: DesiredState, turn: Turn) -> Report:
    """Read what has changed page by page, and queue a check of each registration of whom there is something to tell.

    Raises PassingFailure when Graph or the state is out of reach: the next look goes on after the last page.
    """
    directory, audit = guard.directory(), decide_start(turn.past.audit, desired)
    known = await list_applications(guard.clients)
    for _ in range(_PAGES):
        changes = await directory.read_changes(check.subject, audit)
        if changes is None:
            break
        estate = directory.estate()
        candidates = find_candidates(estate, changes, audit, known, desired)
        # Before the page counts as dealt with: whoever is killed in between queues them once more.
        await queue_checks(guard, candidates, CAUSE, estate.observed_at, check.correlation_id)
        audit = advance(audit, changes, len(candidates), desired, estate.observed_at)
        await turn.remember(replace(turn.past, audit=audit))
        if audit.is_complete:
            break
    estate = directory.estate()

    plan = decide_tenant(estate, check.subject, audit)

    report = make_report(check, estate, plan, Acted(), desired)
    goes_on = audit is not None and not audit.is_complete and check.subject not in estate.unreadable
    return replace(report, look_again_after=_AT_ONCE, goes_on=True) if goes_on else report
