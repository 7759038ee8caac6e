"""A Check: the one thing that every trigger becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Check:
    """A subject to look at. `cause` is for people and logs: code never branches on it.

    `asked_at` is when, by Azure's time, the reason to look arose: a complete observation that began later has
    already answered it. None asks for a look in any case.
    `attempt` counts the looks of one chain, 0 being what began it, and sets how long the next one waits.
    `look` is the token of a look again: it is only answered while it is the subject's one pending look.
    `by` is who did what the event tells of. `released` are fingerprints of all that it may write, where a person
    released that of a plan which waited; None leaves it to what is decided.
    """

    subject: ResourceId
    cause: str
    correlation_id: str
    asked_at: datetime | None
    attempt: int = 0
    look: str | None = None
    by: str | None = None
    released: tuple[str, ...] | None = None

    def again(self, asked_at: datetime | None, look: str, *, progressed: bool = False) -> Check:
        """Name the next look of this chain; where something was started, the first of a new one."""
        return replace(self, asked_at=asked_at, look=look, by=None, attempt=1 if progressed else self.attempt + 1)

    def retried(self) -> Check:
        """Name this same check once more, after it could not be answered at all."""
        return replace(self, attempt=self.attempt + 1)
