"""What an Event Grid topic has taken, and the knobs that set how it answers."""

from __future__ import annotations

from simulator.identity import Identity
from simulator.request_log import RequestLog
from simulator.store import Json

PATH = "/api/events"


class Topic:
    """A topic whose input schema is CloudEvents 1.0. `received` are the events in the order in which they came."""

    def __init__(self, sender: Identity) -> None:
        """Let `sender` send: it has the role EventGrid Data Sender."""
        self.received: list[Json] = []
        self.requests = RequestLog()
        """Every request, apart from those to ARM and Graph."""
        self.exists = True
        self.senders = {sender.object_id}
        """The object ids of those who may send."""

    def of_type(self, event_type: str) -> list[Json]:
        """Give the events of one type, the oldest first."""
        return [event for event in self.received if event["type"] == event_type]
