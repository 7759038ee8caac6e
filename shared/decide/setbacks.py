"""How long to leave alone what Azure did not take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from shared.decide.contents import content_of
from shared.model.past import Past, Setback
from shared.model.plan import Action, Outcome

# The first pause, doubled at each further setback of the same kind, and the longest. Nobody tells when a lock or a
# policy goes, so that what was refused is tried again by itself, ever more rarely.
_PAUSES = {
    Outcome.REFUSED: (timedelta(hours=1), timedelta(days=1)),
    Outcome.POSTPONED: (timedelta(seconds=15), timedelta(hours=1)),
}


def decide_setback(  # noqa: PLR0913 - what Azure said, of what, and when
    past: Past,
    action: Action,
    outcome: Outcome,
    now: datetime,
    *,
    code: str,
    message: str,
    retry_after: timedelta | None = None,
    evidence: Mapping[str, Any] = MappingProxyType({}),
) -> Setback:
    """Say until when an action that was REFUSED or POSTPONED is left alone: as Azure asked for, or ever longer."""
    first, longest = _PAUSES[outcome]
    content, last = content_of(action), past.setbacks.get(action.id)
    again = last is not None and last.outcome is outcome and last.content == content
    pause = min(last.pause * 2, longest) if last and again else first
    pause = max(pause, retry_after or timedelta())
    return Setback(outcome, code, message, now + pause, pause, content, evidence)
