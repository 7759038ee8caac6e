"""A copy of the world that is behind: what changes there shows here only after a lag."""

from __future__ import annotations

import pickle
from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulator.arm.compute.machine import Machine

if TYPE_CHECKING:
    from simulator.world import World

type Copy = bytes | None
"""A resource, with its machine if it is a VM; None for one that is not there."""


class Replica:
    """Is told of what may change before it does, and looks at it again before time moves on.

    What nobody has got hold of is not copied but shared. What is changed through a reference that somebody had kept
    from an earlier moment is seen at the next look at that resource.
    """

    def __init__(self, world: World, lag_seconds: float) -> None:
        self.lag_seconds = lag_seconds
        self._world = world
        self._behind = type(world)(world.clock, tuple(world.subscriptions.values()))
        self._behind.resources.update(world.resources)
        self._behind.machines.update(world.machines)
        self._shared = set(world.resources)
        self._copies: dict[str, bytes] = {}
        self._handed_out: set[str] = set()
        self._to_come: deque[tuple[datetime, str, Copy]] = deque()
        world.resources.watch(self._about_to_change)
        world.clock.before_moving.append(self._look)

    def close(self) -> None:
        """Look no more."""
        self._world.clock.before_moving.remove(self._look)
        self._world.resources.watch(None)

    def caught_up(self) -> World:
        """Give the copy, with all changes that are to show by now."""
        self._look()
        while self._to_come and self._to_come[0][0] <= self._world.clock.now():
            _, key, copy = self._to_come.popleft()
            self._show(key, copy)
        return self._behind

    def _about_to_change(self, key: str) -> None:
        self._handed_out.add(key)
        if key in self._shared and (copy := self._copy(key)) is not None:
            self._shared.remove(key)
            self._copies[key] = copy
            self._show(key, copy)

    def _look(self) -> None:
        """Note what has changed since the last look."""
        due = self._world.clock.now() + timedelta(seconds=self.lag_seconds)
        for key in self._handed_out:
            copy = self._copy(key)
            if copy == self._copies.get(key):
                continue
            self._to_come.append((due, key, copy))
            if copy is None:
                del self._copies[key]
            else:
                self._copies[key] = copy
        self._handed_out.clear()

    def _copy(self, key: str) -> Copy:
        resource = self._world.resources.peek(key)
        if resource is None:
            return None
        machine = self._world.machines.get(key)
        return pickle.dumps((resource, machine and _what_shows(machine)))

    def _show(self, key: str, copy: Copy) -> None:
        if copy is None:
            self._behind.resources.pop(key, None)
            self._behind.machines.pop(key, None)
            return
        resource, machine = pickle.loads(copy)
        self._behind.resources[key] = resource
        if machine is not None:
            self._behind.machines[key] = machine


def _what_shows(machine: Machine) -> Machine:
    """Give a machine without the work under way on it, which can't be copied."""
    return replace(machine, reports={}, installing={}, removing={}, failures={}, protected={})
