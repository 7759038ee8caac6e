"""Situations in which Azure refuses what should be written, until a person changes something."""

from __future__ import annotations

from collections.abc import Callable

from simulator.build import add_deny_assignment, add_lock, add_policy
from simulator.estate.site import Site, situation
from simulator.estate.situation import Built, Expected, Situation
from simulator.world import World


def _refused(name: str, story: str, reason: str, then: Callable[[World, Built], None]) -> Situation:
    vm = Expected("NON_COMPLIANT", ("EXTENSION_MISSING", reason))
    return situation(Site(name, then=then), story, vm)


def _lock(world: World, _: Built) -> None:
    add_lock(world, "rg-locked-group", "freeze")


def _assign_policy(world: World, _: Built) -> None:
    add_policy(world, "rg-refused-by-policy", "no-extensions")


def _deny(world: World, _: Built) -> None:
    add_deny_assignment(world, "rg-denied-by-assignment", "Managed application of Contoso")


LOCKED_GROUP = _refused("locked-group", "A lock makes the resource group read-only", "LOCKED", _lock)
REFUSED_BY_POLICY = _refused(
    "refused-by-policy", "A policy allows no extensions in the resource group", "POLICY_REFUSED", _assign_policy
)
DENIED_BY_ASSIGNMENT = _refused(
    "denied-by-assignment",
    "A deny assignment of a managed application keeps everybody from writing extensions",
    "ASSIGNMENT_DENIED",
    _deny,
)
