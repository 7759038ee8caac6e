"""What the sweep of a subscription remembers, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from shared.model.plan import Finding, Plan
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.waiver import Waiver


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LastSweep:
    """The last sweep that saw a subscription whole: its VMs, drawn evenly where they are many, and what was wrong.

    `wrong` has the reasons of each VM and NSG by a short digest of its id: a row has to hold tens of thousands.
    """

    at: datetime
    machines: tuple[ResourceId, ...] = ()
    wrong: Mapping[str, tuple[Reason, ...]] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class LastRound:
    """The subscriptions that the last round of sweeps saw."""

    subscriptions: tuple[ResourceId, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept of a VM or an NSG that matters to a sweep: its reasons, and when a look last saw it whole."""

    subject: ResourceId
    reasons: frozenset[Reason] = frozenset()
    answered: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept that a sweep goes by: the one before, all subjects, and what people accept."""

    last: LastSweep | None = None
    standings: Mapping[ResourceId, Standing] = field(default_factory=_nothing)
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was decided of a whole subscription.

    `wrong` are the plans of whom something is wrong with, `checks` whom to look at live because of that: where it
    `is_braked`, since that is more `changes` than the `limit`, nobody, or those few for whom changes are permitted.
    `counts` has all VMs and NSGs by status.
    """

    subscription: ResourceId
    observed_at: datetime
    findings: tuple[Finding, ...]
    wrong: tuple[Plan, ...] = ()
    checks: tuple[ResourceId, ...] = ()
    counts: Mapping[Status, int] = field(default_factory=_nothing)
    machines: tuple[ResourceId, ...] = ()
    changes: int = 0
    limit: int = 0

    @property
    def is_braked(self) -> bool:
        return self.changes > self.limit


@dataclass(frozen=True, slots=True)
class SweepLine:
    """A line of the trend: one sweep, in numbers."""

    at: datetime
    machines: int
    statuses: Mapping[str, int]
    reasons: Mapping[str, int]
    changes: int
    limit: int
    checks: int
    plan: str | None = None
