"""The token bucket, by which Azure's services throttle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Bucket:
    """Holds `capacity` tokens, refilled by `rate` a second of simulated time."""

    capacity: float
    rate: float
    level: float
    at: datetime

    def refill(self, now: datetime) -> None:
        self.level = min(self.capacity, self.level + self.rate * (now - self.at).total_seconds())
        self.at = now

    def take(self, now: datetime, tokens: int = 1) -> bool:
        """Take tokens; tell whether there were as many, and take none otherwise."""
        self.refill(now)
        if self.level < tokens:
            return False
        self.level -= tokens
        return True

    @property
    def remaining(self) -> int:
        return int(self.level)

    @property
    def seconds_to_next(self) -> float:
        return max(0.0, (1 - self.level) / self.rate)
