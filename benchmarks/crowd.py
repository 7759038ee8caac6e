"""Very many VMs behind one NSG in the local Azure: one is built as all are, the others are made after it."""

from __future__ import annotations

import copy
import ipaddress
import json

from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.world import World

_GROUP, _FIRST = "rg-crowd", "vm-00000"
_SPACE = ipaddress.ip_network("10.8.0.0/16")
_RESERVED = 4


def build_crowd(world: World, count: int) -> str:
    """Build so many VMs with the extension in one subnet, behind an NSG that lets nothing out; give the NSG's id."""
    add_resource_group(world, _GROUP)
    network = add_network(world, _GROUP, "vnet", [str(_SPACE)])
    nsg = add_security_group(world, _GROUP, "nsg", [security_rule("DenyAllOutbound", priority=200)])
    attach(world, nsg, subnet_id(network))
    first = add_virtual_machine(world, _GROUP, _FIRST, subnet=subnet_id(network))
    add_extension(world, first, settings={"port": "6516", "salt": "salt"})
    originals = [first, network_interface_of(world, first), f"{first}/extensions/AdminCenter"]
    templates = {one: json.dumps(world.resources[one]) for one in originals}
    address = json.loads(templates[originals[1]])["properties"]["ipConfigurations"][0]["properties"][
        "privateIPAddress"
    ]
    for number in range(1, count):
        name, own = f"vm-{number:05}", str(_SPACE[_RESERVED + number])
        for original, text in templates.items():
            made = text.replace(_FIRST, name).replace(f'"{address}"', f'"{own}"')
            world.resources[original.replace(_FIRST, name)] = json.loads(made)
        world.machines[first.replace(_FIRST, name).lower()] = copy.copy(world.machine(first))
    return nsg
