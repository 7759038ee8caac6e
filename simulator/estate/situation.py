"""What a situation is: something put into the world, what befalls it, and how it should end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from simulator.world import World


@dataclass(frozen=True, slots=True)
class Built:
    """What a situation put into the world: its VM, and the NSGs around it."""

    vm_id: str
    nsg_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What a report should say of a subject once everything has settled."""

    status: str
    reasons: tuple[str, ...] = ()


COMPLIANT = Expected("COMPLIANT")
NO_ELIGIBLE_VM = Expected("NOT_APPLICABLE", ("NO_ELIGIBLE_VM",))


class Announced(StrEnum):
    """Of what an event tells at the beginning."""

    VM = "vm"
    NSG = "nsg"


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """A VM with its surroundings, and how it should end when the app enforces. Each is equal to itself alone.

    `installs` counts the installs that are due to us, of all VMs in the situation. `rules` maps the name of each
    rule of ours to its priority; `nsgs` is what to expect of the NSGs, in their order. `settings` are those that the
    extension should have at last, if that is to be looked at. The app must run with `app_settings`. `disturb` is to
    be called so many times (`disturbances`), each after everything has settled; what is expected is so after the
    last. `settling_seconds` is how long everything takes that follows from an event or a disturbance, at most.
    """

    name: str
    story: str
    build: Callable[[World], Built]
    vm: Expected
    nsgs: tuple[Expected, ...] = ()
    installs: int = 0
    rules: tuple[tuple[str, int], ...] = ()
    settings: Mapping[str, Any] | None = None
    app_settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    announced: tuple[Announced, ...] = (Announced.VM,)
    disturb: Callable[[World, Built], None] | None = None
    disturbances: int = 0
    settling_seconds: float = 3600.0
