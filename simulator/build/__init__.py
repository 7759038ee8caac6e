"""Puts resources straight into a world: no HTTP, no events, no waiting. What a customer does, SDK clients do.

Every function gives the id of what it made. Names of groups, networks and so on are plain; `nsg`, `subnet` and
`public_address` are ids.
"""

from simulator.build.applications import (
    add_application,
    add_daemon,
    add_federated_application,
    add_filler_applications,
    add_newer_gateway,
    add_older_gateway,
    add_server_application,
    add_single_page_application,
    change_application,
    delete_application,
    gateway_name,
    gateway_uris,
)
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
from simulator.build.paths import (
    Route,
    add_application_security_group,
    add_load_balancer,
    add_nat_gateway,
    add_network_watcher,
    add_peering,
    add_route_table,
    add_virtual_network_gateway,
    set_default_outbound_access,
)
from simulator.build.restrictions import add_deny_assignment, add_lock, add_policy, remove_restriction

__all__ = [
    "LOCATION",
    "UBUNTU",
    "WINDOWS_SERVER_2022",
    "Route",
    "add_application",
    "add_application_security_group",
    "add_daemon",
    "add_deny_assignment",
    "add_extension",
    "add_federated_application",
    "add_filler_applications",
    "add_load_balancer",
    "add_lock",
    "add_nat_gateway",
    "add_network",
    "add_network_interface",
    "add_network_watcher",
    "add_newer_gateway",
    "add_older_gateway",
    "add_peering",
    "add_policy",
    "add_public_address",
    "add_resource_group",
    "add_route_table",
    "add_rule",
    "add_security_group",
    "add_server_application",
    "add_single_page_application",
    "add_virtual_machine",
    "add_virtual_network_gateway",
    "attach",
    "change_application",
    "delete_application",
    "gateway_name",
    "gateway_uris",
    "network_interface_of",
    "remove_restriction",
    "security_rule",
    "set_default_outbound_access",
    "subnet_id",
]
