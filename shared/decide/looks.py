"""When to look again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.decide.permission import decide_enforcement
from shared.model.desired import DesiredState
from shared.model.plan import (
    ActionResult,
    DeleteExtension,
    DeleteSecurityRule,
    Outcome,
    PatchApplication,
    Plan,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.reason import Reason
from shared.model.resource_id import NETWORK_SECURITY_GROUP

_LOOKS = 12
_ATTEMPTS = 24
_DOUBLINGS = 16
_HOUR = timedelta(hours=1)
_FIRST_RETRY = timedelta(seconds=15)

# First delay and longest one. A stopped VM is brought back by its start event, an installed extension by its own:
# for the latter the look is only the safety net.
_WAITS = {
    Reason.VM_NOT_PROVISIONED: (timedelta(seconds=60), timedelta(minutes=30)),
    Reason.AGENT_NOT_READY: (timedelta(seconds=60), timedelta(minutes=30)),
    Reason.EXTENSION_INSTALLING: (timedelta(minutes=15), _HOUR),
    Reason.EXTENSION_DELETING: (timedelta(minutes=2), _HOUR),
    Reason.GATEWAY_SETTLING: (timedelta(minutes=2), _HOUR),
}
# What was just started comes back by its own event, too; an application has none.
_WAITS_FOR_STARTED = {
    PutExtension: _WAITS[Reason.EXTENSION_INSTALLING],
    RefreshExtension: _WAITS[Reason.EXTENSION_INSTALLING],
    DeleteExtension: _WAITS[Reason.EXTENSION_DELETING],
    PutSecurityRule: (timedelta(minutes=5), _HOUR),
    DeleteSecurityRule: (timedelta(minutes=5), _HOUR),
    PatchApplication: _WAITS[Reason.GATEWAY_SETTLING],
}
_WAIT_FOR_NETWORK = (timedelta(minutes=10), _HOUR)


def decide_look(
    plan: Plan,
    results: Iterable[ActionResult],
    desired: DesiredState,
    attempt: int,
    now: datetime | None = None,
) -> timedelta | None:
    """Tell how long to wait for what is on its way before looking again; None when an event or nobody will tell.

    `attempt` counts the looks of this chain, which ends after a dozen: by then it is no matter of waiting. What the
    plan itself can say the time of, counted from `now`, is looked at then in any case.
    """
    waits = [] if now is None or plan.look_at is None or plan.look_at <= now else [plan.look_at - now]
    if attempt < _LOOKS:
        ways = (*_waits(plan, desired), *_waits_for_started(results))
        waits += [grown(first, longest, attempt) for first, longest in ways]
    return min(waits, default=None)


def decide_retry(attempt: int, retry_after: timedelta | None) -> timedelta | None:
    """Tell how long to wait after a passing failure: what Azure asked for, else ever longer; None to give up."""
    if attempt >= _ATTEMPTS:
        return None
    if retry_after is not None and retry_after > timedelta(0):
        return retry_after
    return grown(_FIRST_RETRY, _HOUR, attempt)


def _waits(plan: Plan, desired: DesiredState) -> Iterable[tuple[timedelta, timedelta]]:
    reasons = {finding.reason for finding in plan.findings}
    yield from (wait for reason, wait in _WAITS.items() if reason in reasons)
    # The NSG's own check brings the VM back sooner.
    awaited = (one for one in plan.checks if one.is_a(NETWORK_SECURITY_GROUP))
    if Reason.OUTBOUND_DENIED in reasons and any(decide_enforcement(one, desired) is None for one in awaited):
        yield _WAIT_FOR_NETWORK


def _waits_for_started(results: Iterable[ActionResult]) -> Iterable[tuple[timedelta, timedelta]]:
    return (_WAITS_FOR_STARTED[type(result.action)] for result in results if result.outcome is Outcome.STARTED)


def grown(first: timedelta, longest: timedelta, attempt: int) -> timedelta:
    """Double a wait with each attempt, up to the longest."""
    return min(first * (1 << min(attempt, _DOUBLINGS)), longest)
