"""What other people and their tools do to the world, at once and with its event, but without a request."""

from __future__ import annotations

from simulator.arm.network.writes import settle
from simulator.build import add_rule
from simulator.estate.announce import announce, announce_deletion
from simulator.identity import Identity
from simulator.store import Json
from simulator.world import World

TERRAFORM = Identity("a3c1b2f4-5d6e-4f70-8a91-b2c3d4e5f607", "c0ffee00-1111-4222-8333-444455556666", name="terraform")
"""An application that others deploy with."""
ADA = Identity(
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "5eed0000-aaaa-4bbb-8ccc-ddddeeeeffff",
    name="Ada Lovelace",
    upn="ada@contoso.com",
)
"""A person, signed in through the Azure CLI."""


def put_rule(world: World, nsg_id: str, rule: Json, *, by: Identity | None = None) -> str:
    """Put one rule (see `simulator.build.security_rule`) into an NSG; give its id."""
    rule_id = add_rule(world, nsg_id, rule)
    announce(world, rule_id, by=by)
    return rule_id


def delete_rule(world: World, rule_id: str, *, by: Identity | None = None) -> None:
    """Delete one rule of an NSG. Raises KeyError when it is not there."""
    del world.resources[rule_id]
    settle(world.resources[rule_id.rsplit("/", 2)[0]])
    announce_deletion(world, rule_id, by=by)


def delete_extension(world: World, extension_id: str, *, by: Identity | None = None) -> None:
    """Delete an extension of a VM. Raises KeyError when it is not there."""
    vm_id, _, name = extension_id.rsplit("/", 2)
    del world.resources[extension_id]
    world.machine(vm_id).forget(name)
    announce_deletion(world, extension_id, by=by)


def delete_rules_described(
    world: World, nsg_id: str, description: str, *, by: Identity | None = None
) -> tuple[str, ...]:
    """Delete the rules of an NSG whose description begins so; give their ids."""
    rules = world.resources.in_collection(f"{nsg_id}/securityRules")
    described = tuple(
        rule["id"] for rule in rules if rule["properties"].get("description", "").startswith(description)
    )
    for rule_id in described:
        delete_rule(world, rule_id, by=by)
    return described
