"""A run of the app, told in a world of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tests.crashes.instance import Instance


@dataclass(frozen=True, slots=True)
class Story:
    """A run of the app, from an empty world to when all has settled.

    `is_new`: the app's storage is empty, too. `poisons`: one of the messages can't be dealt with.
    """

    name: str
    play: Callable[[Instance], Awaitable[None]]
    settings: Mapping[str, str]
    is_new: bool = False
    poisons: bool = False
