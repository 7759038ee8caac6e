"""Puts resources straight into a world: no HTTP, no events, no waiting. What a customer does, SDK clients do.

Every function gives the id of what it made. Names of groups, networks and so on are plain; `nsg`, `subnet` and
`public_address` are ids.
"""

from simulator.build.groups import LOCATION, add_resource_group
from simulator.build.machines import (
    UBUNTU,
    WINDOWS_SERVER_2022,
    add_extension,
    add_virtual_machine,
    network_interface_of,
)
from simulator.build.networks import (
    add_network,
    add_network_interface,
    add_public_address,
    add_rule,
    add_security_group,
    attach,
    security_rule,
    subnet_id,
)
from simulator.build.restrictions import add_deny_assignment, add_lock, add_policy, remove_restriction

__all__ = [
    "LOCATION",
    "UBUNTU",
    "WINDOWS_SERVER_2022",
    "add_deny_assignment",
    "add_extension",
    "add_lock",
    "add_network",
    "add_network_interface",
    "add_policy",
    "add_public_address",
    "add_resource_group",
    "add_rule",
    "add_security_group",
    "add_virtual_machine",
    "attach",
    "network_interface_of",
    "remove_restriction",
    "security_rule",
    "subnet_id",
]
