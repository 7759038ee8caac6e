"""Which VM a path names."""

from __future__ import annotations

from simulator.arm.answers import ArmRequest
from simulator.arm.compute.models import VM_TYPE
from simulator.arm.errors import resource_not_found
from simulator.arm.ids import group_id
from simulator.store import Json
from simulator.world import World


def vm_id_of(world: World, request: ArmRequest) -> str:
    """Write the VM's id, with its group's casing as created."""
    group = world.resources[group_id(request.params["subscription"], request.params["group"])]
    return f"{group['id']}/providers/{VM_TYPE}/{request.params['vm']}"


def find_vm(world: World, request: ArmRequest) -> Json:
    """Give the VM that the path names; raises ArmError 404."""
    found = world.resources.get(vm_id_of(world, request))
    if found is None:
        raise resource_not_found(VM_TYPE, request.params["vm"], request.params["group"])
    return found
