"""Application security groups: names alone, which IP configurations say they belong to."""

from __future__ import annotations

from simulator.arm.errors import network
from simulator.arm.ids import same, subscription_of
from simulator.arm.network import writes
from simulator.arm.network.interfaces import INTERFACE_TYPE
from simulator.arm.network.rules import RULE_TYPE, SECURITY_GROUPS
from simulator.arm.network.tracked import TrackedType
from simulator.store import Json
from simulator.world import World

COLLECTION = "applicationSecurityGroups"
GROUP_TYPE = f"{writes.PROVIDER}/{COLLECTION}"


def view(_: World, group: Json) -> Json:
    """Give a group as Azure shows it: without its guid, and without its members."""
    return group | {"properties": {"provisioningState": group["properties"]["provisioningState"]}}


def store_group(world: World, group_id: str, document: Json, state: str) -> Json:
    """Put a group into the world."""
    group = writes.head(world.resources.get(group_id), group_id, GROUP_TYPE, document)
    group["properties"]["provisioningState"] = state
    world.resources[group_id] = group
    return group


def members(world: World, group_id: str) -> list[Json]:
    """Give the IP configurations that belong to a group."""
    return [
        configuration
        for interface in world.resources.of_type(subscription_of(group_id), INTERFACE_TYPE)
        for configuration in interface["properties"]["ipConfigurations"]
        if _names(configuration["properties"].get(COLLECTION), group_id)
    ]


def _refuse_if_used(world: World, group: Json) -> None:
    """Raise ArmError 400 while the group has members or a rule names it: reported words, a code by analogy."""
    rules = world.resources.of_type(subscription_of(group["id"]), RULE_TYPE)
    users = {
        "IpConfiguration(s)": [one["name"] for one in members(world, group["id"])],
        "SecurityRule(s)": [
            rule["name"]
            for rule in rules
            if any(_names(rule["properties"].get(side), group["id"]) for side in SECURITY_GROUPS)
        ],
    }
    for kind, names in users.items():
        if names:
            text = (
                f"Application Security Group {group['name']} cannot be deleted because it is referenced by "
                f"{kind} {', '.join(names)}."
            )
            raise network(400, "InUseApplicationSecurityGroupCannotBeDeleted", text)


def _names(references: list[Json] | None, group_id: str) -> bool:
    return any(same(reference["id"], group_id) for reference in references or ())


APPLICATION_SECURITY_GROUPS = TrackedType(COLLECTION, store_group, view, _refuse_if_used)
