"""What an Event Grid topic has taken, and the knobs that set how it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.identity import Identity
from simulator.request_log import RequestLog
from simulator.store import Json

if TYPE_CHECKING:
    from simulator.world import World

PATH = "/api/events"


class Topic:
    """A topic whose input schema is CloudEvents 1.0. `received` are the events in the order in which they came."""

    def __init__(self, world: World) -> None:
        """Let the system-assigned identity send, until that is taken from it."""
        self._world = world
        self._may_send: dict[str, bool] = {}
        self.received: list[Json] = []
        self.requests = RequestLog()
        """Every request, apart from those to ARM and Graph."""
        self.exists = True

    def grant(self, identity: Identity) -> None:
        """Give an identity the role EventGrid Data Sender."""
        self._may_send[identity.object_id] = True

    def revoke(self, identity: Identity) -> None:
        """Take the role from an identity."""
        self._may_send[identity.object_id] = False

    def may_send(self, identity: Identity) -> bool:
        """Tell whether an identity has the role."""
        by_default = identity.object_id == self._world.identities.system_assigned.object_id
        return self._may_send.get(identity.object_id, by_default)

    def of_type(self, event_type: str) -> list[Json]:
        """Give the events of one type, the oldest first."""
        return [event for event in self.received if event["type"] == event_type]
