"""The small estate that the Azure CLI is let loose on."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.build import (
    add_extension,
    add_network,
    add_public_address,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    subnet_id,
)
from simulator.world import World

DENY_ALL_OUTBOUND = security_rule("DenyAllOutbound", priority=200)
SETTINGS = {"port": "6516", "salt": "grains"}


@dataclass(frozen=True, slots=True)
class Estate:
    """The ids of what is in the group `rg-app`."""

    group: str
    network: str
    subnet: str
    nsg: str
    address: str
    running: str
    deallocated: str
    extension: str


def build_estate(world: World) -> Estate:
    """Build the estate, in which everything takes no time until a test says otherwise."""
    world.install_seconds = world.uninstall_seconds = 0
    group = add_resource_group(world, "rg-app", tags={"env": "dev"})
    network = add_network(world, "rg-app", "vnet")
    subnet = subnet_id(network)
    nsg = add_security_group(world, "rg-app", "nsg-web", [DENY_ALL_OUTBOUND])
    attach(world, nsg, subnet)
    address = add_public_address(world, "rg-app", "ip-1")
    running = add_virtual_machine(world, "rg-app", "vm-1", subnet=subnet, public_address=address)
    deallocated = add_virtual_machine(world, "rg-app", "vm-2", subnet=subnet, running=False)
    extension = add_extension(world, running, settings=SETTINGS)
    return Estate(group, network, subnet, nsg, address, running, deallocated, extension)
