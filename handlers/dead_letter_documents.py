"""What is asked and answered of dead letters, as JSON. An event's claims never get into it."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict

from handlers.requests import QueuedDocument


class DeadLettersQuery(BaseModel):
    """The query of GET /api/dead-letters: nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TakeUpRequest(BaseModel):
    """The body of POST /api/dead-letters: nothing, or an empty object."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DeadLetterDocument(BaseModel):
    """An event that waits: what Event Grid says of it, and which check it asks for, or why it asks for none."""

    blob: str
    subject: str | None
    operation: str | None
    event_time: str | None
    dead_letter_reason: str | None
    attempts: int | None
    last_delivery_outcome: str | None
    check: str | None
    dropped: str | None


class LeftDocument(BaseModel):
    """A blob that stays where it is, why, and what to do about it."""

    blob: str
    reason: str
    message: str


class WaitingDocument(BaseModel):
    """What waits. `more`: there are blobs that were not read, whose events are not counted."""

    blobs: int
    blobs_read: int
    events: int
    checks: int
    oldest: AwareDatetime | None
    reasons: dict[str, int]
    more: bool
    left: list[LeftDocument]
    dead_letters: list[DeadLetterDocument]
    message: str


class TakenUpDocument(BaseModel):
    """What was taken up: blobs that are gone, their events, and the checks that are on their way."""

    blobs: int
    events: int
    dropped: int
    queued: int
    more: bool
    left: list[LeftDocument]
    checks: list[QueuedDocument]
    message: str
