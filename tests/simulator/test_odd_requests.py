from __future__ import annotations

import random
from typing import Any

from simulator.build import (
    Route,
    add_application_security_group,
    add_extension,
    add_load_balancer,
    add_nat_gateway,
    add_network,
    add_network_watcher,
    add_peering,
    add_public_address,
    add_resource_group,
    add_route_table,
    add_security_group,
    add_virtual_machine,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.world import World
from tests.simulator.raw_client import RawClient

METHODS = ("GET", "PUT", "PATCH", "DELETE", "POST", "HEAD", "OPTIONS")
ODD: tuple[Any, ...] = (
    None,
    0,
    -1,
    1.5,
    True,
    "",
    "x",
    "*",
    [],
    [None],
    ["x"],
    {},
    {"id": "x"},
    {"id": None},
    {"name": 3},
)
SUFFIXES = (
    "",
    "/",
    "/x",
    "/x/y",
    "/securityRules/x",
    "/extensions/x",
    "/subnets/x",
    "/routes/x",
    "/virtualNetworkPeerings/x",
    "/backendAddressPools/x",
    "/inboundNatRules/x",
    "/ipFlowVerify",
    "/networkConfigurationDiagnostic",
    "/nextHop",
    "/start",
    "/instanceView",
    "/%2e%2e/x",
)


async def test_no_request_however_odd_is_an_error_of_the_server(raw: RawClient, world: World) -> None:
    chance = random.Random(20260105)
    _settle(world)
    world.throttling.refuses_compute = False
    for _ in range(1500):
        path = chance.choice(list(world.resources) or ["/subscriptions"]) + chance.choice(SUFFIXES)
        method = chance.choice(METHODS)
        body = _disturbed(world, path, chance) if method in {"PUT", "PATCH", "POST"} else None
        answer = await raw.send(method, path, body=body)
        assert answer.status < 500, (method, path, body)
        if chance.random() < 0.02:
            await world.clock.advance(300)
            _settle(world)


def _settle(world: World) -> None:
    for key in list(world.resources):
        del world.resources[key]
    add_resource_group(world, "Shop")
    subnet = subnet_id(add_network(world, "Shop", "net"))
    nsg = add_security_group(world, "Shop", "nsg", [security_rule("deny", priority=4000)])
    address = add_public_address(world, "Shop", "pip")
    vm = add_virtual_machine(world, "Shop", "vm", subnet=subnet, nsg=nsg, public_address=address)
    add_extension(world, vm)
    add_application_security_group(world, "Shop", "asg", members=[network_interface_of(world, vm)])
    add_route_table(world, "Shop", "table", {"all": Route("0.0.0.0/0", "Internet")}, subnets=[subnet])
    add_nat_gateway(world, "Shop", "nat", subnets=[subnet])
    add_load_balancer(world, "Shop", "lb", subnet=subnet, rules={"wac": (6516, 6516)}, outbound=True)
    add_peering(world, subnet.partition("/subnets/")[0], add_network(world, "Shop", "hub", ["10.1.0.0/16"]))
    add_network_watcher(world, "Shop", "watcher")


def _disturbed(world: World, path: str, chance: random.Random) -> Any:
    """Give the document at a path with one of its values replaced by something odd."""
    document = world.resources.get(path)
    if document is None or chance.random() < 0.1:
        return chance.choice(ODD)
    return _replace_one(document, chance)


def _replace_one(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        return value | {key: _replace_one(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.85:
        position = chance.randrange(len(value))
        return [*value[:position], _replace_one(value[position], chance), *value[position + 1 :]]
    return chance.choice(ODD)
