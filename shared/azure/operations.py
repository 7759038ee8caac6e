"""Every Azure operation that the app calls: what its identity must be permitted, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """A call by its method and its resource type, with what permits it.

    For Azure Resource Manager that is an action of a role, for Microsoft Graph an app role.
    """

    method: str
    resource_type: str
    action: str


READS = (
    Operation("GET", "Microsoft.Compute/virtualMachines", "Microsoft.Compute/virtualMachines/read"),
    Operation("GET", "Microsoft.Compute/skus", "Microsoft.Compute/skus/read"),
    Operation("GET", "Microsoft.Network/networkInterfaces", "Microsoft.Network/networkInterfaces/read"),
    Operation("GET", "Microsoft.Network/networkSecurityGroups", "Microsoft.Network/networkSecurityGroups/read"),
    Operation("GET", "Microsoft.Network/virtualNetworks", "Microsoft.Network/virtualNetworks/read"),
    Operation("GET", "Microsoft.Network/routeTables", "Microsoft.Network/routeTables/read"),
    Operation("GET", "Microsoft.Network/publicIPAddresses", "Microsoft.Network/publicIPAddresses/read"),
    Operation("GET", "Microsoft.Network/loadBalancers", "Microsoft.Network/loadBalancers/read"),
    Operation("GET", "Microsoft.Network/locations/serviceTags", "Microsoft.Network/locations/serviceTags/read"),
    Operation("POST", "Microsoft.ResourceGraph/resources", "Microsoft.ResourceGraph/resources/read"),
    Operation("GET", "resourceGroups", "Microsoft.Resources/subscriptions/resourceGroups/read"),
)
EXTENSION_WRITES = tuple(
    Operation(
        method,
        "Microsoft.Compute/virtualMachines/extensions",
        f"Microsoft.Compute/virtualMachines/extensions/{verb}",
    )
    for method, verb in (("PUT", "write"), ("PATCH", "write"), ("DELETE", "delete"))
)
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
