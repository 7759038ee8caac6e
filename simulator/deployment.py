"""The app as a deployment sets it up: what it may write, and which events it is told of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from simulator.local import LocalAzure

APP = Path(__file__).parents[1]

EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "virtual_machine_events": (
            "Microsoft.Compute/virtualMachines/write",
            "Microsoft.Compute/virtualMachines/start/action",
            "Microsoft.Compute/virtualMachines/extensions/write",
            "Microsoft.Compute/virtualMachines/extensions/delete",
        ),
        "network_events": (
            "Microsoft.Network/networkSecurityGroups/write",
            "Microsoft.Network/networkSecurityGroups/securityRules/write",
            "Microsoft.Network/networkSecurityGroups/securityRules/delete",
            "Microsoft.Network/networkInterfaces/write",
            "Microsoft.Network/virtualNetworks/subnets/write",
            "Microsoft.Network/virtualNetworks/write",
        ),
    }
)
"""The operations that Event Grid tells each function of."""

DEAD_LETTERS = "dead-letters"
"""The container of the app's storage account for what Event Grid gives up."""


def app_settings(subscription_id: str, *, enforcing: bool) -> dict[str, str]:
    """Give the app settings with which it may write anywhere in the subscription and the tenant, or nowhere."""
    if not enforcing:
        return {}
    return {
        "WAC_EXTENSION_MODE": "enforce",
        "WAC_NETWORK_MODE": "enforce",
        "WAC_ENFORCE_SCOPES": f"/subscriptions/{subscription_id}",
        "WAC_REDIRECTS_MODE": "migrate",
        "WAC_REDIRECTS_CLEANUP": "on",
    }


async def subscribe_app(azure: LocalAzure) -> None:
    """Have Event Grid tell the app of what it wants to know, and keep what it can't deliver."""
    for function, operations in EVENTS.items():
        await azure.subscribe(function, *operations, dead_letters=DEAD_LETTERS)
