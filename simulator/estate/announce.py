"""Telling the world of what was done to it without anybody's request."""

from __future__ import annotations

from uuid import uuid4

from simulator.arm.answers import ArmRequest
from simulator.arm.ids import ArmId
from simulator.estate.situation import Announced, Built, Situation
from simulator.identity import Identity
from simulator.world import World


def announce(world: World, resource_id: str, *, by: Identity | None = None) -> None:
    """Publish the event that a successful PUT of the resource would have raised."""
    _report(world, "PUT", "write", resource_id, by)


def announce_deletion(world: World, resource_id: str, *, by: Identity | None = None) -> None:
    """Publish the event that a successful DELETE of the resource would have raised."""
    _report(world, "DELETE", "delete", resource_id, by)


def announce_situation(world: World, situation: Situation, built: Built) -> None:
    """Publish the events that tell of a situation: of its VM, of its NSGs, as the situation has it."""
    subjects = {Announced.VM: (built.vm_id,), Announced.NSG: built.nsg_ids}
    for kind in situation.announced:
        for subject in subjects[kind]:
            announce(world, subject)


def _report(world: World, method: str, verb: str, resource_id: str, by: Identity | None) -> None:
    operation = f"{ArmId.parse(resource_id).type}/{verb}"
    request = ArmRequest(
        method,
        resource_id,
        query={"api-version": "2024-07-01"},
        correlation_id=str(uuid4()),
        caller=by or world.caller,
        operation_name=operation,
    )
    world.event_grid.report(request, succeeded=True)
