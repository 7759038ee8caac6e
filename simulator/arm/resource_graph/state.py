"""What Resource Graph has of a world, and its knobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.arm.resource_graph.replica import Replica
from simulator.arm.resource_graph.results import Results

if TYPE_CHECKING:
    from simulator.world import World


class ResourceGraph:
    """`omitted` are scopes (ids of subscriptions, groups or resources) that no answer has, and none says so."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._replica: Replica | None = None
        self.omitted: set[str] = set()
        self.results = Results()

    @property
    def lag_seconds(self) -> float:
        """How long after a change the answers show it, in simulated seconds."""
        return self._replica.lag_seconds if self._replica else 0.0

    @lag_seconds.setter
    def lag_seconds(self, seconds: float) -> None:
        self.results = Results()
        if seconds > 0 and self._replica:
            self._replica.lag_seconds = seconds
        elif seconds > 0:
            self._replica = Replica(self._world, seconds)
        elif self._replica:
            self._replica.close()
            self._replica = None

    def seen(self) -> World:
        """Give the world as the answers show it now."""
        return self._replica.caught_up() if self._replica else self._world
