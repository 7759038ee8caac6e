"""The situation of an NSG that very many VMs share."""

from __future__ import annotations

from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    subnet_id,
)
from simulator.estate.site import DENY_ALL_OUTBOUND, OUR_TWO_RULES
from simulator.estate.situation import COMPLIANT, Announced, Built, Situation
from simulator.world import World

VMS = 300
PORTS = ("6516", "6600")
GROUP = "rg-shared-nsg"


def _build(world: World) -> Built:
    add_resource_group(world, GROUP)
    subnet = subnet_id(add_network(world, GROUP, "vnet", subnets={"default": "10.0.0.0/22"}))
    nsg = add_security_group(world, GROUP, "nsg-shared-nsg", (DENY_ALL_OUTBOUND,))
    attach(world, nsg, subnet)
    vm_id = add_virtual_machine(world, GROUP, "shared-nsg", subnet=subnet)
    for number in range(1, VMS):
        other = add_virtual_machine(world, GROUP, f"shared-{number:03}", subnet=subnet)
        settings = {"port": PORTS[number % len(PORTS)], "salt": f"shared-{number:03}"}
        add_extension(world, other, settings=settings)
    return Built(vm_id, (nsg,))


SHARED_NSG = Situation(
    "shared-nsg",
    f"An NSG that {VMS} VMs share; all but one have the extension, half of them on another port",
    _build,
    COMPLIANT,
    (COMPLIANT,),
    installs=1,
    rules=OUR_TWO_RULES,
    announced=(Announced.VM, Announced.NSG),
)
