"""What subscribers are told: findings that came and went, what became of writes, what stops the whole app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.write import Write


class EventType(StrEnum):
    """The types of events, a closed list; `docs/events.md` tells of each."""

    FINDING_FOUND = "WacGuard.FindingFound"
    FINDING_RESOLVED = "WacGuard.FindingResolved"
    SUBJECT_CONTESTED = "WacGuard.SubjectContested"
    SWEEP_BRAKED = "WacGuard.SweepBraked"
    FIXED = "WacGuard.Fixed"
    FIX_FAILED = "WacGuard.FixFailed"
    BUDGET_SPENT = "WacGuard.BudgetSpent"
    WRITES_STOPPED = "WacGuard.WritesStopped"


@dataclass(frozen=True, slots=True)
class Found:
    """A reason that was not found before. `since` is when it was first seen, `at` the time of the event."""

    type: EventType
    id: str
    at: datetime
    subject: ResourceId
    reason: Reason
    since: datetime
    messages: tuple[str, ...]
    subject_status: Status


@dataclass(frozen=True, slots=True)
class Resolved:
    """A reason that is found no more; `found` is the id of the event that told of it, `found_at` its time."""

    id: str
    at: datetime
    subject: ResourceId
    reason: Reason
    found: str
    found_at: datetime
    subject_status: Status
    type: EventType = EventType.FINDING_RESOLVED


@dataclass(frozen=True, slots=True)
class Concluded:
    """A write that was seen to have ended well, or not; `at` is when."""

    type: EventType
    id: str
    at: datetime
    write: Write


@dataclass(frozen=True, slots=True)
class Halted:
    """Something keeps the whole app from writing; `subject` is one that it kept back."""

    type: EventType
    id: str
    at: datetime
    reason: Reason
    message: str
    subject: ResourceId


Publication = Found | Resolved | Concluded | Halted
