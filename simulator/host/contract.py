"""What the host and those who started it have agreed on."""

from __future__ import annotations

from dataclasses import dataclass

STARTED = "Host started"
"""The message of the log line that holds the host's URL and keys; it listens from then on."""
ECHO = "Heard"
"""The message of the log line that answers a line of standard input, whose text it has as `heard`."""
LIFETIME_LOGGER = "Host.Lifetime"
"""Logs those two, whatever level host.json sets."""
DRAIN = "/admin/local/drain"
EVENT_GRID_WEBHOOK = "/runtime/webhooks/eventgrid"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many invocations ended, and how many of them failed."""

    invocations: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.invocations + other.invocations, self.failed + other.failed)

    def since(self, earlier: Tally) -> Tally:
        """Count what ended after an earlier tally."""
        return Tally(self.invocations - earlier.invocations, self.failed - earlier.failed)
