"""Writes of the trail."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from shared.model.plan import Action
from shared.model.write import Fate, Write
from tests.decide.estates import OBSERVED_AT

_NUMBERS = count(1)


def written(action: Action, fate: Fate = Fate.DONE, **more: Any) -> Write:
    """Make a write of the day before; each is later than those made before it."""
    subject = action.id.parent or action.id
    number, at = next(_NUMBERS), OBSERVED_AT - timedelta(days=1)
    return Write(f"{at:%Y%m%dT%H%M%S}-{number:06}", subject, action, "a test", "c", at, fate, **more)
