"""The sweep's brake: more changes than somebody wants to see made at once wait for a person."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from shared.decide.contents import content_of
from shared.model.plan import Finding, Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId

PLAN_LIFETIME = timedelta(days=1)
"""How long after the last sweep that came to the same plan it can be released."""


def explain_brake(
    subscription: ResourceId, changes: int, permitted: int, limit: int, wrong: Sequence[Plan]
) -> Finding:
    """Say what was not asked for, and how to have it done; those that are permitted were, if within the limit."""
    kinds = Counter(type(action).__name__ for plan in wrong for action in plan.actions)
    told = ", ".join(f"{count} x {kind}" for kind, count in sorted(kinds.items()))
    name = subscription.name
    asked_for = f"only the {permitted} that mode and scope permit were" if 0 < permitted <= limit else "none was"
    message = (
        f"The sweep found {changes} changes to make ({told}), more than the {limit} of WAC_MAX_CHANGES, so"
        f" {asked_for} asked for. See each by GET /api/plans?subscription={name}; then POST"
        f' {{"subscription": "{name}", "plan": "<its id>"}} to /api/release, with "subjects" for a part of them.'
    )
    evidence = {"changes": changes, "permitted": permitted, "limit": limit, "kinds": dict(sorted(kinds.items()))}
    return Finding(subscription, Reason.SWEEP_BRAKED, message, evidence)


def plan_id(at: datetime, wrong: Iterable[Plan]) -> str:
    """Give the id of what a sweep found: when, and a fingerprint of all that would be written, and why."""
    return f"{at:%Y%m%dT%H%M%SZ}-{fingerprint(wrong)}"


def fingerprint(wrong: Iterable[Plan]) -> str:
    """Tell one such list from another by what would be written, and for what reasons."""
    told = [
        (str(plan.subject).casefold(), sorted(one.reason for one in plan.findings), contents_of(plan))
        for plan in sorted(wrong, key=lambda plan: plan.subject)
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def contents_of(plan: Plan) -> tuple[str, ...]:
    """Give fingerprints of all that a plan writes: a check that is released may write that, and nothing else."""
    return tuple(content_of(action) for action in plan.actions)
