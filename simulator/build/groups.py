"""Resource groups, and what is the same of all that lies in them."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.arm.ids import ArmId, group_id
from simulator.arm.resources.groups import new_group
from simulator.store import Json
from simulator.world import World

LOCATION = "westeurope"


def add_resource_group(
    world: World,
    name: str,
    *,
    location: str = LOCATION,
    managed_by: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> str:
    """Add a resource group to the world's first subscription."""
    tagged = dict(tags) if tags is not None else None
    group = new_group(world.subscription_id, name, location, managed_by, tagged)
    world.resources[group["id"]] = group
    return str(group["id"])


def existing_group_id(world: World, group: str) -> str:
    """Give the id of a group, with the casing as created."""
    return str(_existing(world, group)["id"])


def location_of(world: World, group: str) -> str:
    """Give the location of a group, which is that of what is built in it."""
    return str(_existing(world, group)["location"])


def new_id(world: World, group: str, collection: str, name: str, provider: str = "Microsoft.Network") -> str:
    """Write the id of something in a group, with the group's casing as created."""
    return ArmId.parse(f"{existing_group_id(world, group)}/providers/{provider}/{collection}/{name}").text


def _existing(world: World, group: str) -> Json:
    return world.resources[group_id(world.subscription_id, group)]
