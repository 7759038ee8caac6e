"""Every Azure operation that the app calls: what its identities must be permitted, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """A call by its method and its resource type, with what permits it.

    For Azure Resource Manager that is an action of a role, for Microsoft Graph an app role. A call that stands here
    several times needs each of these.
    """

    method: str
    resource_type: str
    action: str


# `$expand=instanceView` is part of reading a VM: `virtualMachines/instanceView/read` permits a path of its own.
# https://learn.microsoft.com/azure/role-based-access-control/permissions/compute
_READ_BY_ID = tuple(
    Operation("GET", resource_type, f"{resource_type}/read")
    for resource_type in (
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/skus",
        "Microsoft.Network/networkInterfaces",
        "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/routeTables",
        "Microsoft.Network/publicIPAddresses",
        "Microsoft.Network/loadBalancers",
        "Microsoft.Network/locations/serviceTags",
    )
)
ROWS = (
    "Microsoft.Resources/subscriptions",
    "Microsoft.Resources/subscriptions/resourceGroups",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Compute/virtualMachines/extensions",
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/routeTables",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/loadBalancers",
)
"""The types of the rows that Resource Graph is asked for. It leaves out what the caller may not read, without a word:
lacking `extensions/read`, every VM of an estate would look as if it had no extension.
https://learn.microsoft.com/azure/governance/resource-graph/overview#permissions-in-azure-resource-graph
"""
_QUERY = ("POST", "Microsoft.ResourceGraph/resources")
READS = (
    *_READ_BY_ID,
    Operation("GET", "resourceGroups", "Microsoft.Resources/subscriptions/resourceGroups/read"),
    Operation(*_QUERY, "Microsoft.ResourceGraph/resources/read"),
    *(Operation(*_QUERY, f"{resource_type}/read") for resource_type in ROWS),
)
# No write is waited for, so that no operation's status is read. The VM is looked at before, by who reads.
EXTENSION_WRITES = tuple(
    Operation(
        method,
        "Microsoft.Compute/virtualMachines/extensions",
        f"Microsoft.Compute/virtualMachines/extensions/{verb}",
    )
    for method, verb in (("PUT", "write"), ("PATCH", "write"), ("DELETE", "delete"))
)
# A rule that names application security groups would need `applicationSecurityGroups/joinNetworkSecurityRule/action`
# on these, too (a linked access check); ours name prefixes and service tags alone.
# https://learn.microsoft.com/azure/role-based-access-control/permissions/networking
NETWORK_WRITES = tuple(
    Operation(
        method,
        "Microsoft.Network/networkSecurityGroups/securityRules",
        f"Microsoft.Network/networkSecurityGroups/securityRules/{verb}",
    )
    for method, verb in (("PUT", "write"), ("DELETE", "delete"))
)
GRAPH_READS = tuple(
    Operation("GET", f"Microsoft.Graph/applications{part}", "Application.Read.All")
    for part in ("", "/delta", "/owners", "/federatedIdentityCredentials")
)
GRAPH_WRITES = (Operation("PATCH", "Microsoft.Graph/applications", "Application.ReadWrite.OwnedBy"),)
TOPIC_WRITES = (Operation("POST", "Microsoft.EventGrid/topics/events", "Microsoft.EventGrid/events/send/action"),)
OPERATIONS = READS + EXTENSION_WRITES + NETWORK_WRITES + GRAPH_READS + GRAPH_WRITES + TOPIC_WRITES
