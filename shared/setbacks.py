"""Writes that Azure did not take, so that they are not sent again at once.

A failed write is an event in itself, and brings its subject back at once: without this, a lock on a resource
group would have the app and Event Grid play ball with each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.model.plan import Outcome
from shared.model.resource_id import ResourceId

# The first pause, doubled at each further setback of the same kind, and the longest.
_PAUSES = {
    Outcome.REFUSED: (timedelta(minutes=15), timedelta(days=1)),
    Outcome.POSTPONED: (timedelta(seconds=15), timedelta(hours=1)),
}


@dataclass(frozen=True, slots=True)
class Setback:
    """What a write ended with (REFUSED or POSTPONED), in Azure's words, and when it may be tried again."""

    outcome: Outcome
    code: str
    message: str
    until: datetime
    pause: timedelta


class Setbacks:
    """The last setback of each target, by Azure's time. It is memory, not state: forgotten, it is met again."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._last: dict[ResourceId, Setback] = {}

    def standing(self, target: ResourceId, now: datetime) -> Setback | None:
        """Give what still keeps a target from being written to; None when it may be tried."""
        last = self._last.get(target)
        return last if last is not None and now < last.until else None

    def refused(self, target: ResourceId, now: datetime, code: str, message: str) -> None:
        """Note a refusal, which stands until somebody acts: tried again ever more rarely."""
        pause = self._pause(target, Outcome.REFUSED)
        self._last[target] = Setback(Outcome.REFUSED, code, message, now + pause, pause)

    def postponed(self, target: ResourceId, now: datetime, message: str, retry_after: timedelta | None) -> None:
        """Note a passing failure: tried again when Azure asked for, or later."""
        pause = max(self._pause(target, Outcome.POSTPONED), retry_after or timedelta())
        self._last[target] = Setback(Outcome.POSTPONED, "", message, now + pause, pause)

    def overcome(self, target: ResourceId) -> None:
        """Forget a target's setback."""
        self._last.pop(target, None)

    def _pause(self, target: ResourceId, outcome: Outcome) -> timedelta:
        first, longest = _PAUSES[outcome]
        last = self._last.get(target)
        return first if last is None or last.outcome is not outcome else min(last.pause * 2, longest)
