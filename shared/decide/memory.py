"""What an observation, and a plan, add to what is remembered of a subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from shared.decide.application_state import stands
from shared.decide.compliance import decide_awaited_since
from shared.decide.restraint import HOUR
from shared.decide.settlement import Target, find_target, was_observed
from shared.decide.sightings import decide_sighting
from shared.decide.wishes import has_same_content
from shared.model.application import Application
from shared.model.check import Check
from shared.model.estate import Estate, Extension, SecurityRule
from shared.model.past import Kept, Loss, Past
from shared.model.plan import (
    DeleteExtension,
    DeleteSecurityRule,
    Outcome,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    Report,
)
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write

WEEK = timedelta(days=7)
_LOSSES_THAT_ARE_A_FIGHT = 2
_FAILED = frozenset({"failed", "canceled"})
_DELETING = "deleting"
_TOLD = frozenset({Fate.DONE, Fate.FAILED, Fate.REFUSED})
# An observation is dated by Azure's answer; what it shows is older than that, by the time that a request takes.
_ANSWERING = timedelta(seconds=1)


def is_answered(past: Past, check: Check) -> bool:
    """Tell whether a complete observation that began after the check was asked for has dealt with it."""
    return past.answered is not None and check.asked_at is not None and past.answered - _ANSWERING > check.asked_at


def is_stale(past: Past, check: Check) -> bool:
    """Tell whether the check is a look again in whose stead a later one waits, or none any more."""
    return check.look is not None and check.look != past.look


def remember_observation(past: Past, estate: Estate, check: Check) -> Past:
    """Add what an observation shows of the subject: whether it is the same as before, and what of ours it lost."""
    past = _same_one(past, estate, check.subject)
    kept, lost = _compare(past.kept, estate)
    now = estate.observed_at
    losses = (
        *(one for one in past.losses if now - one.at < WEEK),
        *(Loss(target, now, check.by) for target in lost),
    )
    counts = Counter(loss.target for loss in losses)
    return replace(
        past,
        kept=MappingProxyType(kept),
        losses=losses,
        contested=past.contested or any(count >= _LOSSES_THAT_ARE_A_FIGHT for count in counts.values()),
        removed=None if past.removed and _stands_again(estate, past, past.removed) else past.removed,
        reinstalls=tuple(at for at in past.reinstalls if now - at < WEEK),
        writes=tuple(at for at in past.writes if now - at < HOUR),
        sighting=decide_sighting(estate, check.subject),
    )


def remember_report(past: Past, report: Report, look: str | None) -> Past:
    """Add how a look ended, since when each of its reasons is found, and the token of the look again.

    All that it asks for is queued by now.
    """
    awaited_since = decide_awaited_since(past, report)
    past = replace(past, look=look, status=report.status, awaited_since=awaited_since)
    at = report.observed_at
    if at is None:
        return past
    is_complete = report.status is not Status.UNKNOWN and not any(
        result.outcome is Outcome.POSTPONED for result in report.actions
    )
    reasons = {finding.reason for finding in report.findings}
    if Reason.EXTENSION_STUCK in reasons:
        reasons.add(Reason.EXTENSION_INSTALLING)  # it goes on being that, or its end would look like its beginning
    since = {reason: past.since.get(reason, at) for reason in sorted(reasons)}
    answered = at if is_complete else past.answered
    return replace(past, since=MappingProxyType(since), observed_at=at, answered=answered, announced=past.gateway)


def remember_intent(past: Past, write: Write) -> Past:
    """Add a write that is about to be made."""
    action, now = write.action, write.intended_at
    past = replace(past, writes=(*past.writes, now), unsettled=(*past.unsettled, write.id))
    match action:
        case PutExtension(desired=wanted) | PutSecurityRule(desired=wanted):
            is_reinstall = isinstance(action, PutExtension) and action.existing is not None
            # Kept since it was last removed: it counts already, but the process ended before it was sent.
            counts = is_reinstall and action.id not in past.kept
            reinstalls = (*past.reinstalls, now) if counts else past.reinstalls
            kept = MappingProxyType({**past.kept, action.id: Kept(wanted)})
            return replace(past, reinstalls=reinstalls, kept=kept)
        case PatchApplication():
            # What a person had undone is theirs to change again: it is nothing of ours to lose.
            past = _without(past, action.id)
            ours = {} if write.undoes else {action.id: Kept(action)}
            return replace(past, kept=MappingProxyType({**past.kept, **ours}))
        case DeleteExtension(to_reinstall=True, existing=existing):
            # Until it is seen to stand again: what became of the delete may never be known, and its settings count.
            return replace(_without(past, action.id), removed=existing)
        case _:
            return past


def remember_answer(past: Past, write: Write) -> Past:
    """Add what Azure answered to a write; what it took, or may have taken, the next look settles."""
    if write.fate is Fate.ACCEPTED:
        return _accepted(past, write)
    return past if write.fate is Fate.UNKNOWN else remember_settlement(past, write)


def remember_settlement(past: Past, write: Write) -> Past:
    """Add what a write came to in the end."""
    untold = (*past.untold, write.id) if write.fate in _TOLD else past.untold
    past = replace(past, unsettled=tuple(one for one in past.unsettled if one != write.id), untold=untold)
    if write.fate is Fate.DONE:
        return _accepted(past, write)
    return _undone(past, write) if write.fate in (Fate.NOT_DONE, Fate.REFUSED, Fate.POSTPONED) else past


def _accepted(past: Past, write: Write) -> Past:
    setbacks = {target: one for target, one in past.setbacks.items() if target != write.action.id}
    past = replace(past, setbacks=MappingProxyType(setbacks))
    puts = isinstance(write.action, PutExtension | PutSecurityRule | PatchApplication)
    return past if puts else _without(past, write.action.id)


def _undone(past: Past, write: Write) -> Past:
    """Forget what the intent added, where nothing came of it."""
    action = write.action
    if isinstance(action, DeleteExtension | DeleteSecurityRule):
        return past
    reinstalls = tuple(at for at in past.reinstalls if at != write.intended_at)
    past = replace(_without(past, action.id), reinstalls=reinstalls)
    if isinstance(action, PutSecurityRule) and action.existing is not None:
        return replace(past, kept=MappingProxyType({**past.kept, action.id: Kept(action.existing, seen=True)}))
    return past


def _without(past: Past, target: ResourceId) -> Past:
    return replace(past, kept=MappingProxyType({one: kept for one, kept in past.kept.items() if one != target}))


def _same_one(past: Past, estate: Estate, subject: ResourceId) -> Past:
    """Forget what was of another subject of that name, but neither people's word nor what is yet to be settled."""
    vm, group = estate.virtual_machines.get(subject), estate.network_security_groups.get(subject)
    incarnation = vm.vm_id if vm else group.resource_guid if group else None
    is_another = incarnation is not None and past.incarnation is not None and incarnation != past.incarnation
    if is_another or subject in estate.absent:
        past = Past(
            writes=past.writes,
            unsettled=past.unsettled,
            told=past.told,
            untold=past.untold,
            hold=past.hold,
            look=past.look,
            announced=past.announced,
        )
    return replace(past, incarnation=incarnation or past.incarnation)


def _compare(kept: Mapping[ResourceId, Kept], estate: Estate) -> tuple[dict[ResourceId, Kept], list[ResourceId]]:
    """Give what of ours is there or yet to come, and what was there and is not any more."""
    still: dict[ResourceId, Kept] = {}
    lost: list[ResourceId] = []
    for target, one in kept.items():
        if not was_observed(estate, target):
            still[target] = one
        elif _is_as_put(find_target(estate, target), one):
            still[target] = replace(one, seen=True)
        elif one.seen:
            lost.append(target)
        else:
            still[target] = one
    return still, lost


def _is_as_put(there: Target | None, kept: Kept) -> bool:
    if isinstance(there, Application) and isinstance(kept.desired, PatchApplication):
        return stands(there, kept.desired)
    if isinstance(there, SecurityRule) and isinstance(kept.desired, SecurityRule):
        return has_same_content(there, kept.desired)
    return isinstance(there, Extension)


def _stands_again(estate: Estate, past: Past, removed: Extension) -> bool:
    """Tell whether a removed extension is there again; a failed one may not have been taken away yet."""
    there = find_target(estate, removed.id)
    if not isinstance(there, Extension):
        return False
    state, was_put = there.provisioning_state.casefold(), removed.id in past.kept
    return state != _DELETING and (was_put or state not in _FAILED)
