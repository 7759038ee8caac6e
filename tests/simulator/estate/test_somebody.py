"""What other people do is told of as Azure would, with who did it."""

from __future__ import annotations

import pytest

from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    security_rule,
    subnet_id,
)
from simulator.estate.announce import announce
from simulator.estate.somebody import ADA, TERRAFORM, delete_extension, delete_rule, put_rule
from simulator.identity import ARM_AUDIENCES
from simulator.store import Json
from simulator.world import World
from tests.simulator.raw_client import RawClient
from tests.simulator.test_faults import BODY

UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"


@pytest.fixture
def nsg(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_security_group(world, "Shop", "nsg")


def last_event(world: World) -> Json:
    return world.event_grid.published[-1]


def claims(world: World) -> Json:
    return dict(last_event(world)["data"]["claims"])


def test_a_person_and_an_application_are_told_apart_by_their_claims(world: World, nsg: str) -> None:
    rule = put_rule(world, nsg, security_rule("deny", priority=200), by=ADA)
    assert (claims(world)["name"], claims(world)[UPN]) == ("Ada Lovelace", "ada@contoso.com")
    delete_rule(world, rule, by=TERRAFORM)
    assert (claims(world)["name"], claims(world)["appid"]) == ("terraform", TERRAFORM.client_id)
    assert UPN not in claims(world)
    assert rule not in world.resources


def test_whoever_acts_in_the_world_can_be_chosen_once_for_all(world: World, nsg: str) -> None:
    announce(world, nsg)
    assert "name" not in claims(world)
    world.caller = ADA
    announce(world, nsg)
    assert claims(world)["name"] == "Ada Lovelace"


async def test_a_request_is_told_with_the_claims_of_its_caller(raw: RawClient, world: World, nsg: str) -> None:
    ada = world.identities.add(ADA.client_id, name=ADA.name, upn=ADA.upn)
    headers = {"Authorization": f"Bearer {world.identities.issue(ARM_AUDIENCES[0], ada)}"}
    versioned = {"api-version": "2024-07-01"}
    await raw.send("PUT", f"{nsg}/securityRules/allow", body=BODY, query=versioned, headers=headers)
    assert (claims(world)["name"], claims(world)[UPN]) == ("Ada Lovelace", "ada@contoso.com")
    await raw.send("DELETE", f"{nsg}/securityRules/allow", query=versioned, headers=headers)
    assert claims(world)["name"] == "Ada Lovelace"
    assert last_event(world)["eventType"] == "Microsoft.Resources.ResourceDeleteSuccess"


async def test_an_extension_that_somebody_deletes_is_forgotten_by_the_agent_too(raw: RawClient, world: World) -> None:
    add_resource_group(world, "Shop")
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))
    extension = add_extension(world, vm)
    delete_extension(world, extension, by=ADA)
    assert "extensions" not in (await raw.get(f"{vm}/instanceView")).body
    assert last_event(world)["data"]["operationName"] == "Microsoft.Compute/virtualMachines/extensions/delete"
    assert last_event(world)["subject"] == extension
