"""What keeps the whole app from writing: the kill switch, the stop after failures, the budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """A person's stop: when, and why."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A write that Azure refused, or that ended badly."""

    at: datetime
    target: str
    message: str


@dataclass(frozen=True, slots=True)
class Leash:
    """The whole app's state. `kill_switch` stops all writes, `decommission` has all of ours taken away.

    `failures` are those in a row, since something last ended well; `writes` are those of the last hour.
    """

    kill_switch: Stop | None = None
    decommission: Stop | None = None
    failures: tuple[Failure, ...] = ()
    writes: tuple[datetime, ...] = ()
