"""Whose a rule or an extension is: the app must leave alone what is other people's."""

from __future__ import annotations

import copy

from simulator.arm.compute.models import EXTENSION_TYPE
from simulator.arm.network.rules import RULE_TYPE
from simulator.estate.networks import MARKER
from simulator.store import Json
from simulator.world import World

type Belongings = dict[str, Json]


def our_rules(world: World, nsg_id: str) -> dict[str, int]:
    """Give the priority of each rule of the app's in an NSG, by name."""
    rules = world.resources.in_collection(f"{nsg_id}/securityRules")
    return {rule["name"]: rule["properties"]["priority"] for rule in rules if _is_ours(rule)}


def others_belongings(world: World) -> Belongings:
    """Give the properties of every rule and extension that is not the app's, by id."""
    installed = {install.extension_id.lower() for install in world.installs}
    rules = world.resources.of_type(world.subscription_id, RULE_TYPE)
    extensions = world.resources.of_type(world.subscription_id, EXTENSION_TYPE)
    others = [rule for rule in rules if not _is_ours(rule)]
    others += [extension for extension in extensions if extension["id"].lower() not in installed]
    return {other["id"]: copy.deepcopy(other["properties"]) for other in others}


def _is_ours(rule: Json) -> bool:
    return str(rule["properties"].get("description", "")).startswith(MARKER)
