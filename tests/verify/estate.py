"""What is in the simulator's subscription while it is asked as a real one would be."""

from __future__ import annotations

from simulator.build import (
    UBUNTU,
    Route,
    add_application,
    add_extension,
    add_load_balancer,
    add_network,
    add_newer_gateway,
    add_older_gateway,
    add_public_address,
    add_resource_group,
    add_route_table,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    subnet_id,
)
from simulator.world import World

SCRATCH = "rg-verify-scratch"


def build_estate(world: World) -> str:
    """Build it, and give the name of an empty group."""
    add_resource_group(world, "rg-shop", tags={"env": "test"})
    add_resource_group(world, SCRATCH)
    subnet = subnet_id(add_network(world, "rg-shop", "vnet-shop"))
    nsg = add_security_group(world, "rg-shop", "nsg-shop", [security_rule("DenyAllOutbound", priority=200)])
    attach(world, nsg, subnet)
    address = add_public_address(world, "rg-shop", "ip-till")
    till = add_virtual_machine(world, "rg-shop", "till", subnet=subnet, public_address=address, tags={"a": "b"})
    add_extension(world, till, settings={"port": "6516"})
    add_virtual_machine(world, "rg-shop", "office", subnet=subnet, running=False)
    add_virtual_machine(world, "rg-shop", "tuxbox", subnet=subnet, image=UBUNTU)
    add_route_table(world, "rg-shop", "rt-shop", {"out": Route("0.0.0.0/0", "Internet")}, subnets=[subnet])
    add_load_balancer(world, "rg-shop", "lb-shop", subnet=subnet, rules={"https": (443, 443)})
    add_older_gateway(world, "gateway.contoso.com")
    add_newer_gateway(world, "new.contoso.com")
    add_application(world, "Something else")
    return SCRATCH
