"""Whether a write that mode and scope permit is to be made now: holds, stops, fuse, budget, earlier setbacks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.decide.contents import content_of
from shared.decide.refusals import explain_refusal
from shared.model.desired import DesiredState
from shared.model.leash import Leash
from shared.model.past import Past, Setback
from shared.model.plan import Action, DeleteExtension, DeleteSecurityRule, Finding, Outcome, Plan
from shared.model.reason import Reason
from shared.model.resource_id import NETWORK_SECURITY_GROUP, ResourceId

HOUR = timedelta(hours=1)
MOST_FAILURES = 5
# An NSG is written anew as VMs come and go behind it; a VM, at the very most, for an install and three reinstalls.
_FUSES = {True: 40, False: 10}
_SPREAD = timedelta(minutes=30)
_LIFT_SUBJECT = 'to lift it, POST {"subject": "<its id>"} to /api/lift'


@dataclass(frozen=True, slots=True)
class Restraint:
    """Why a write is not made now: STOPPED until somebody acts, or POSTPONED or REFUSED `until` then.

    What merely takes its time is no finding.
    """

    outcome: Outcome
    message: str
    finding: Finding | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a write hangs on besides itself. A person who `insists` has no earlier setback count."""

    past: Past
    leash: Leash
    desired: DesiredState
    now: datetime
    insists: bool = False


def decide_restraint(plan: Plan, action: Action, standing: Standing) -> Restraint | None:
    """Tell what keeps a permitted action from being written now; None when nothing does."""
    subject, past, leash, now = plan.subject, standing.past, standing.leash, standing.now
    return (
        _held(plan, past)
        or _contested(plan, action, past)
        or _switched_off(subject, leash)
        or _failing(subject, leash)
        or _fused(subject, past, now)
        or decide_budget(subject, leash.writes, standing.desired, now)
        or (None if standing.insists else _set_back(subject, action, past, now))
    )


def decide_budget(
    subject: ResourceId, writes: Sequence[datetime], desired: DesiredState, now: datetime
) -> Restraint | None:
    """Tell whether the app has written all that it may within an hour."""
    most = desired.writes_per_hour
    lately = [at for at in writes if now - at < HOUR]
    if len(lately) < most:
        return None
    until = sorted(lately)[-most] + HOUR if most else None
    goes_on = f"it goes on at {until:%H:%M:%S} UTC" if until else "nothing is written"
    message = (
        f"The budget of WAC_WRITES_PER_HOUR={most} writes, over all causes, is spent: {goes_on}."
        ' To go on now, raise it, or POST {"stop": "budget"} to /api/lift.'
    )
    evidence = {"writes": len(lately), "budget": most}
    return _restraint(Outcome.POSTPONED, Finding(subject, Reason.BUDGET_SPENT, message, evidence), until)


def decide_wait(subject: ResourceId, restraint: Restraint, now: datetime) -> timedelta | None:
    """Tell when to look again at what is kept back; None where nobody knows.

    All whom the budget keeps back wait for the same moment, and few of them can be served then: they are spread over
    the time after it, each subject always to the same place.
    """
    if restraint.until is None:
        return None
    is_budget = restraint.finding is not None and restraint.finding.reason is Reason.BUDGET_SPENT
    digest = hashlib.sha256(str(subject).casefold().encode()).digest()
    place = _SPREAD * (int.from_bytes(digest[:4]) / 2**32) if is_budget else timedelta()
    return restraint.until - now + place


def _restraint(outcome: Outcome, finding: Finding, until: datetime | None = None) -> Restraint:
    return Restraint(outcome, finding.message, finding, until)


def _held(plan: Plan, past: Past) -> Restraint | None:
    if past.hold is None or plan.undoes is not None:
        return None
    return _restraint(Outcome.STOPPED, explain_hold(plan.subject, past))


def explain_hold(subject: ResourceId, past: Past) -> Finding:
    """Say that a person has the subject held."""
    hold = past.hold
    since = f" since {hold.at:%Y-%m-%d %H:%M} UTC ({hold.reason})" if hold else ""
    message = f"{subject.name} is held{since}, so nothing is written to it: {_LIFT_SUBJECT}."
    return Finding(subject, Reason.HELD, message)


def _contested(plan: Plan, action: Action, past: Past) -> Restraint | None:
    """Stop what puts something there; what takes something of ours away is nobody's fight."""
    takes_away = isinstance(action, DeleteSecurityRule) or (
        isinstance(action, DeleteExtension) and not action.to_reinstall
    )
    if not past.contested or takes_away or plan.undoes is not None:
        return None
    return _restraint(Outcome.STOPPED, explain_contest(plan.subject, past))


def explain_contest(subject: ResourceId, past: Past) -> Finding:
    """Say what was taken away, when, and by whom as far as events told."""
    told = "; ".join(
        f"{loss.target.name} at {loss.at:%Y-%m-%d %H:%M} UTC{f' by {loss.by}' if loss.by else ''}"
        for loss in past.losses
    )
    message = (
        f"What WAC Guard wrote to {subject.name} was taken away again and again ({told}), so it writes there no more."
        f" Take it into the code that owns {subject.name}, or opt that out; {_LIFT_SUBJECT}."
    )
    evidence = {
        "losses": [{"target": str(one.target), "at": f"{one.at:%FT%TZ}", "by": one.by} for one in past.losses]
    }
    return Finding(subject, Reason.CONTESTED, message, evidence)


def _switched_off(subject: ResourceId, leash: Leash) -> Restraint | None:
    stop = leash.kill_switch
    if stop is None:
        return None
    message = (
        f"The kill switch is on since {stop.at:%Y-%m-%d %H:%M} UTC ({stop.reason}), so nothing is written anywhere:"
        ' to lift it, POST {"stop": "kill_switch"} to /api/lift.'
    )
    return _restraint(Outcome.STOPPED, Finding(subject, Reason.STOPPED_BY_KILL_SWITCH, message))


def _failing(subject: ResourceId, leash: Leash) -> Restraint | None:
    if len(leash.failures) < MOST_FAILURES:
        return None
    told = "; ".join(f"{failure.target}: {failure.message}" for failure in leash.failures[-MOST_FAILURES:])
    message = (
        f"{len(leash.failures)} writes in a row failed, so nothing is written anywhere. See to it, and then"
        f' POST {{"stop": "failures"}} to /api/lift. They were: {told}'
    )
    evidence = {"failures": [failure.target for failure in leash.failures]}
    return _restraint(Outcome.STOPPED, Finding(subject, Reason.STOPPED_BY_FAILURES, message, evidence))


def _fused(subject: ResourceId, past: Past, now: datetime) -> Restraint | None:
    most = _FUSES[subject.is_a(NETWORK_SECURITY_GROUP)]
    lately = sorted(at for at in past.writes if now - at < HOUR)
    if len(lately) < most:
        return None
    until = lately[-most] + HOUR
    message = (
        f"{subject.name} was written {len(lately)} times within an hour, more often than it should ever need:"
        f" it rests until {until:%H:%M:%S} UTC. Look who else writes to it; {_LIFT_SUBJECT}."
    )
    finding = Finding(subject, Reason.WRITTEN_TOO_OFTEN, message, {"writes": len(lately)})
    return _restraint(Outcome.POSTPONED, finding, until)


def _set_back(subject: ResourceId, action: Action, past: Past, now: datetime) -> Restraint | None:
    setback = past.setbacks.get(action.id)
    if setback is None or now >= setback.until or setback.content != content_of(action):
        return None
    return explain_setback(subject, action.id, setback)


def explain_setback(subject: ResourceId, target: ResourceId, setback: Setback) -> Restraint:
    """Say what Azure did not take, why, and when it is tried again."""
    message = f"{setback.message} Tried again {setback.until:%Y-%m-%d %H:%M:%S} UTC at the earliest."
    if setback.outcome is Outcome.POSTPONED:
        return Restraint(setback.outcome, message, None, setback.until)
    finding = explain_refusal(subject, target, setback.code, setback.message, setback.evidence)
    return Restraint(setback.outcome, message, finding, setback.until)
