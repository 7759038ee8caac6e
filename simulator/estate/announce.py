"""Telling the world of resources that were put into it without anybody's request."""

from __future__ import annotations

from uuid import uuid4

from simulator.arm.answers import ArmRequest
from simulator.world import World

_OPERATIONS = {
    "virtualmachines": "Microsoft.Compute/virtualMachines/write",
    "networksecuritygroups": "Microsoft.Network/networkSecurityGroups/write",
    "networkinterfaces": "Microsoft.Network/networkInterfaces/write",
}


def announce(world: World, resource_id: str) -> None:
    """Publish the event that a successful PUT of the resource would have raised."""
    operation = _OPERATIONS[resource_id.split("/")[-2].lower()]
    request = ArmRequest("PUT", resource_id, correlation_id=str(uuid4()), operation_name=operation)
    world.event_grid.report(request, succeeded=True)
