"""What the sweep of a whole subscription comes to: whom to look at, or that a person is to see to it first."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from shared.decide.brake import explain_brake
from shared.decide.permission import decide_permission
from shared.decide.sightings import RESOURCE_GRAPH_LAG
from shared.decide.subscription import decide_subscription
from shared.decide.waivers import cover_findings
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.plan import Finding, Plan
from shared.model.reason import Reason, Status
from shared.model.resource_id import NETWORK_SECURITY_GROUP, VIRTUAL_MACHINE, ResourceId
from shared.model.sweep import Known, LastSweep, Standing, Sweep

_WRONG = frozenset({Status.NON_COMPLIANT, Status.UNKNOWN})
# Whoever has one of these was looked at, and waits for somebody, or for the time that its own next look is set for.
_WAITING = frozenset(
    {
        Reason.HELD,
        Reason.CONTESTED,
        Reason.DECOMMISSIONED,
        Reason.LOCKED,
        Reason.POLICY_REFUSED,
        Reason.ASSIGNMENT_DENIED,
        Reason.PERMISSION_MISSING,
        Reason.WRITE_REFUSED,
        Reason.WRITTEN_TOO_OFTEN,
        Reason.EXTENSION_STUCK,
        Reason.UNDO_NOT_POSSIBLE,
    }
)


# A tenth of so many is as telling as a tenth of all.
_MOST_REMEMBERED = 5000
# One check of the NSG tells that, for all the VMs behind it.
_OF_THE_NSG = frozenset({Reason.OUTBOUND_DENIED, Reason.OUTBOUND_DENIED_DELIBERATELY, Reason.INBOUND_DENIED})


def decide_sweep(estate: Estate, subscription: ResourceId, desired: DesiredState, known: Known) -> Sweep:
    """Decide on all of a subscription, by what Resource Graph shows of it and what is kept of each subject.

    Looked at live are those for whom there is something to write, and those with whom something is wrong that the
    last sweep did not find. The first one finds what has long been so: that is told, and looked at by nobody. And
    whoever is reported on and not shown any more.
    """
    decided = decide_subscription(estate, desired)
    plans = [_waived(plan, known, estate.observed_at) for plan in decided]
    wrong = [
        _without_the_waiting(plan, known.standings)
        for plan in plans
        if _is_wrong(plan) and not _was_just_seen(plan, known.standings, estate.observed_at)
    ]
    changes = sum(len(plan.actions) for plan in wrong)
    permitted = sum(_count_permitted(plan, desired) for plan in wrong)
    limit = desired.most_changes.of(len(estate.virtual_machines))
    counts = Counter(_status(plan) for plan in plans)
    findings: tuple[Finding, ...] = (_explain_sweep(subscription, estate, counts, changes),)
    if changes > limit:
        findings = (explain_brake(subscription, changes, permitted, limit, wrong), *findings)
    checks = tuple(_choose_checks(estate, desired, known, wrong, limit))
    return Sweep(
        subscription,
        estate.observed_at,
        findings,
        tuple(wrong),
        checks,
        MappingProxyType(counts),
        tuple(sorted(estate.virtual_machines)),
        changes,
        limit,
    )


def _choose_checks(
    estate: Estate, desired: DesiredState, known: Known, wrong: Sequence[Plan], limit: int
) -> Iterator[ResourceId]:
    """Name whom to look at: beyond the limit, only those for whom changes are permitted, if these are within it.

    So a ring in which changes may be made is mended while the rest of its subscription is but told of.
    """
    if sum(len(plan.actions) for plan in wrong) <= limit:
        yield from (plan.subject for plan in wrong if plan.actions or _is_news(plan, known.last))
        yield from _not_shown_any_more(estate, known.standings)
    elif sum(_count_permitted(plan, desired) for plan in wrong) <= limit:
        yield from (plan.subject for plan in wrong if _count_permitted(plan, desired))


def _count_permitted(plan: Plan, desired: DesiredState) -> int:
    return sum(decide_permission(action, desired) is None for action in plan.actions)


def remember_sweep(sweep: Sweep) -> LastSweep:
    """Give what the next sweep compares with."""
    wrong = {_digest(plan.subject): _reasons(plan) for plan in sweep.wrong}
    step = -(-len(sweep.machines) // _MOST_REMEMBERED) or 1
    return LastSweep(sweep.observed_at, sweep.machines[::step], MappingProxyType(wrong))


def _is_wrong(plan: Plan) -> bool:
    return bool(plan.actions) or any(finding.status in _WRONG for finding in _counted(plan))


def _waived(plan: Plan, known: Known, at: datetime) -> Plan:
    return replace(plan, findings=cover_findings(plan.findings, known.waivers, at)) if known.waivers else plan


def _counted(plan: Plan) -> list[Finding]:
    return [finding for finding in plan.findings if finding.waiver is None]


def _status(plan: Plan) -> Status:
    return max((finding.status for finding in _counted(plan)), default=Status.COMPLIANT)


def _without_the_waiting(plan: Plan, standings: Mapping[ResourceId, Standing]) -> Plan:
    """Take the actions out of the plan of a subject that is not written to now, for what its own report says."""
    standing = standings.get(plan.subject)
    if standing is None or _WAITING.isdisjoint(standing.reasons):
        return plan
    return replace(plan, actions=())


def _was_just_seen(plan: Plan, standings: Mapping[ResourceId, Standing], now: datetime) -> bool:
    """Tell whether a look saw the subject live so lately that Resource Graph may be behind it."""
    standing = standings.get(plan.subject)
    return standing is not None and _was_seen(standing, now)


def _was_seen(standing: Standing, now: datetime) -> bool:
    return standing.answered is not None and standing.answered > now - RESOURCE_GRAPH_LAG


def _not_shown_any_more(estate: Estate, standings: Mapping[ResourceId, Standing]) -> Iterator[ResourceId]:
    """Name the VMs and NSGs that there are reports of, and whose end no event told of."""
    seen = {*estate.virtual_machines, *estate.network_security_groups, *estate.unreadable}
    for subject in sorted(standings.keys() - seen):
        is_of_a_sweep = subject.is_a(VIRTUAL_MACHINE) or subject.is_a(NETWORK_SECURITY_GROUP)
        standing = standings[subject]
        if is_of_a_sweep and Reason.GONE not in standing.reasons and not _was_seen(standing, estate.observed_at):
            yield subject


def _is_news(plan: Plan, last: LastSweep | None) -> bool:
    """Tell whether something is wrong that was not at the last sweep, and that no check of an NSG will tell."""
    if last is None:
        return False
    new = set(_reasons(plan)) - set(last.wrong.get(_digest(plan.subject), ()))
    return bool(new - _OF_THE_NSG if plan.subject.is_a(VIRTUAL_MACHINE) else new)


def _digest(subject: ResourceId) -> str:
    return hashlib.sha256(str(subject).casefold().encode()).hexdigest()[:12]


def _reasons(plan: Plan) -> tuple[Reason, ...]:
    return tuple(sorted({finding.reason for finding in _counted(plan) if finding.status in _WRONG}))


def _explain_sweep(subscription: ResourceId, estate: Estate, counts: Mapping[Status, int], changes: int) -> Finding:
    told = ", ".join(f"{counts[status]} {_word(status)}" for status in sorted(counts, reverse=True))
    machines, groups = len(estate.virtual_machines), len(estate.network_security_groups)
    message = (
        f"Swept {machines} VMs and {groups} NSGs: {told or 'nothing there'}; {changes} changes would be made,"
        f" listed by GET /api/plans?subscription={subscription.name}."
    )
    evidence = {"machines": machines, "network_security_groups": groups, "changes": changes}
    evidence |= {status.name.lower(): counts[status] for status in sorted(counts)}
    return Finding(subscription, Reason.SUBSCRIPTION_SWEPT, message, evidence)


def _word(status: Status) -> str:
    return status.name.lower().replace("_", " ")
