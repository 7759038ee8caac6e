"""What Resource Graph does not show any more: gone, or left out without a word since the identity may not see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.model.estate import Estate
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from shared.model.sweep import LastRound, LastSweep

_A_TENTH = 10
_ASKED_FOR = 20


def find_vanished(estate: Estate, last: LastSweep | None) -> tuple[ResourceId, ...]:
    """Name some of the VMs that are not seen any more, evenly drawn, if those are more than a tenth of all.

    Whether they are gone, a live read of each tells: Resource Graph would leave out what may not be seen.
    """
    before = last.machines if last is not None else ()
    vanished = [one for one in before if one not in estate.virtual_machines]
    if len(vanished) * _A_TENTH <= len(before):
        return ()
    step = max(1, len(vanished) // _ASKED_FOR)
    return tuple(vanished[::step][:_ASKED_FOR])


def decide_omission(live: Estate, subscription: ResourceId, asked_for: Sequence[ResourceId]) -> tuple[Finding, ...]:
    """Tell which of the VMs that vanished are there all the same, or can't be told to be gone."""
    left_out = [one for one in asked_for if one not in live.absent]
    if not left_out:
        return ()
    named = ", ".join(one.name for one in left_out[:5])
    message = (
        f"Resource Graph shows more than a tenth fewer VMs than at the last sweep, and not since they are gone: of"
        f" {len(asked_for)} that were looked for, {len(left_out)} are not ({named}). So nothing was decided on this"
        f" subscription. Give the app's identity `Reader` on all of it; if it is meant to see less, POST"
        f' {{"subject": "{subscription}"}} to /api/lift.'
    )
    evidence = {"looked_for": len(asked_for), "not_gone": [str(one) for one in left_out]}
    return (Finding(subscription, Reason.MACHINES_MISSING, message, evidence),)


def decide_round(
    estate: ResourceId, seen: Iterable[ResourceId], named: Iterable[ResourceId], last: LastRound | None
) -> tuple[Finding, ...]:
    """Tell which subscriptions are missing, of those that are named or else were seen before, and which are new.

    None at all is told, too: who may not read subscriptions sees none of them, and no error.
    """
    there, wanted = set(seen), set(named)
    before = wanted or set(last.subscriptions if last is not None else ())
    if not there and not before:
        return (_nothing_seen(estate),)
    missing = tuple(_missing(estate, one, is_named=bool(wanted)) for one in sorted(before - there))
    if wanted or last is None:
        return missing
    return (*missing, *(_appeared(estate, one) for one in sorted(there - before)))


def choose_swept(seen: Iterable[ResourceId], named: Iterable[ResourceId]) -> tuple[ResourceId, ...]:
    """Name the subscriptions to sweep: those that are named, or else all that are seen."""
    there, wanted = set(seen), set(named)
    return tuple(sorted(there & wanted if wanted else there))


def _nothing_seen(estate: ResourceId) -> Finding:
    message = (
        "No subscription can be seen, so nothing is swept. Give the app's identity `Reader` on the subscriptions, or"
        " on a management group above them."
    )
    return Finding(estate, Reason.READ_FAILED, message)


def _missing(estate: ResourceId, one: ResourceId, *, is_named: bool) -> Finding:
    what = "named in WAC_SUBSCRIPTIONS" if is_named else "seen by an earlier sweep"
    how = (
        "or take it out of that setting"
        if is_named
        else f'or, if it is meant to be gone, POST {{"subject": "{estate}"}} to /api/lift'
    )
    message = (
        f"Subscription {one.name}, {what}, can't be seen, so nothing is known of what is in it. Give the app's"
        f" identity `Reader` on it, {how}."
    )
    return Finding(estate, Reason.SUBSCRIPTION_MISSING, message, {"subscription": str(one)})


def _appeared(estate: ResourceId, one: ResourceId) -> Finding:
    message = (
        f"Subscription {one.name} is new: it is swept from now on, and written to where WAC_ENFORCE_SCOPES names it."
    )
    return Finding(estate, Reason.SUBSCRIPTION_APPEARED, message, {"subscription": str(one)})
