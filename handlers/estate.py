"""A round of sweeps: which subscriptions there are, and a check of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers.asking import queue_checks
from handlers.guard import Guard
from handlers.reporting import make_report
from handlers.subscription import CAUSE
from shared.act import Acted
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.subscriptions import list_subscriptions
from shared.decide.omission import choose_swept, decide_round
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.plan import Finding, Plan, Report
from shared.model.reason import Reason
from shared.model.resource_id import subscription_resource_id
from shared.model.sweep import LastRound
from shared.turns import Turn


async def check_estate(guard: Guard, check: Check, desired: DesiredState, turn: Turn) -> Report:
    """Observe which subscriptions are seen, tell which are missing or new, and queue the sweep of each.

    Raises PassingFailure when Azure or the queue is out of reach.
    """
    subject, settings = check.subject, guard.settings
    answered: list[datetime] = []
    try:
        seen = [one.id for one in await list_subscriptions(guard.clients, answered.append, settings.management_group)]
    except (Absent, Refusal) as refusal:
        return make_report(check, _estate(answered), Plan(subject, (_unreadable(check, refusal),)), Acted(), desired)
    named = [subscription_resource_id(one) for one in settings.subscriptions]

    findings = decide_round(subject, seen, named, turn.past.round)
    swept = choose_swept(seen, named)

    estate = _estate(answered)
    await queue_checks(guard, swept, CAUSE, estate.observed_at, check.correlation_id)
    known = {*seen, *(turn.past.round.subscriptions if turn.past.round else ())}
    turn.past = replace(turn.past, round=LastRound(tuple(sorted(known))))
    return make_report(check, estate, Plan(subject, findings), Acted(), desired)


def _estate(answered: list[datetime]) -> Estate:
    if not answered:
        raise PassingFailure("Azure did not say what time it is")
    return Estate(min(answered))


def _unreadable(check: Check, refusal: Exception) -> Finding:
    message = (
        f"No subscription can be seen, so nothing is swept: {refusal}. Give the app's identity `Reader` on the"
        " subscriptions, or on a management group above them."
    )
    return Finding(check.subject, Reason.READ_FAILED, message)
