"""Locks, policies and deny assignments, which last until `remove_restriction` takes them away."""

from __future__ import annotations

from simulator.arm.compute.models import EXTENSION_TYPE
from simulator.build.groups import existing_group_id
from simulator.restrictions import DenyAssignment, Lock, LockLevel, PolicyAssignment
from simulator.world import World


def add_lock(world: World, group: str, name: str, level: str = LockLevel.READ_ONLY, *, on: str | None = None) -> str:
    """Lock a resource group, or the resource of the id `on`, as ReadOnly or CanNotDelete."""
    return world.restrictions.add(Lock(on or existing_group_id(world, group), name, LockLevel(level)))


def add_policy(world: World, group: str, name: str, *, denies: str = EXTENSION_TYPE) -> str:
    """Assign a policy to a resource group that denies every write of a resource type."""
    return world.restrictions.add(PolicyAssignment(existing_group_id(world, group), name, denies))


def add_deny_assignment(
    world: World, group: str, name: str, *, actions: tuple[str, ...] = (f"{EXTENSION_TYPE}/write",)
) -> str:
    """Deny actions in a resource group to everybody, as managed applications do."""
    return world.restrictions.add(DenyAssignment(existing_group_id(world, group), name, actions))


def remove_restriction(world: World, restriction_id: str) -> None:
    """Take a lock, a policy assignment or a deny assignment away; raises KeyError when it is not there."""
    world.restrictions.remove(restriction_id)
