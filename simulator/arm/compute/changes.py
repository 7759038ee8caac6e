"""What a PUT or PATCH changes of a VM that is there, and what Azure does not let it change."""

from __future__ import annotations

import copy
from typing import Any

from simulator.arm.compute.machine import Machine, Power
from simulator.arm.compute.models import ECHOED, network_profile, refuse_size, with_identity
from simulator.arm.compute.profiles import changed_storage
from simulator.arm.compute.refusals import fixed
from simulator.arm.errors import ArmError
from simulator.store import Json
from simulator.world import World

MORE_ON_SPOT = "For more information, see http://aka.ms/AzureSpot/errormessages"


def update_vm(world: World, vm: Json, machine: Machine, document: Json) -> None:
    """Change a VM as a PUT or PATCH asks; what it does not name stays. Raises ArmError 400 or 409."""
    asked = document.get("properties") or {}
    properties = vm["properties"]
    _refuse_changes(vm, machine, asked)
    if asked.get("hardwareProfile"):
        refuse_size(asked["hardwareProfile"].get("vmSize"))
        properties["hardwareProfile"]["vmSize"] = asked["hardwareProfile"]["vmSize"]
    allowed = (asked.get("osProfile") or {}).get("allowExtensionOperations")
    if allowed is not None and "osProfile" in properties:
        properties["osProfile"]["allowExtensionOperations"] = allowed
    if asked.get("networkProfile"):
        properties["networkProfile"] = network_profile(asked)
    if asked.get("storageProfile"):
        size = properties["hardwareProfile"]["vmSize"]
        properties["storageProfile"] = changed_storage(
            vm["id"], properties["storageProfile"], asked["storageProfile"], size
        )
    properties |= {key: copy.deepcopy(asked[key]) for key in ECHOED if asked.get(key) is not None}
    if document.get("tags") is not None:
        vm["tags"] = dict(document["tags"])
    if document.get("identity") is not None:
        vm["identity"] = with_identity(world, document["identity"], vm.get("identity"))


def next_etag(vm: Json) -> None:
    """Count a VM's version up: its etag is a counter in quotes."""
    vm["etag"] = f'"{int(vm["etag"].strip(chr(34))) + 1}"'


def _refuse_changes(vm: Json, machine: Machine, asked: Json) -> None:
    properties = vm["properties"]
    if asked.get("priority") and asked["priority"] != properties.get("priority", "Regular"):
        raise fixed("priority")
    image = (asked.get("storageProfile") or {}).get("imageReference") or {}
    stored = properties["storageProfile"].get("imageReference", {})
    if any(value != stored.get(key) for key, value in image.items() if key != "exactVersion" and value is not None):
        raise fixed("imageReference")
    price = _price(asked)
    if price is not None and price != _price(properties) and machine.power is not Power.DEALLOCATED:
        raise _allocated(vm["name"])


def _price(properties: Json) -> Any:
    return (properties.get("billingProfile") or {}).get("maxPrice")


def _allocated(name: str) -> ArmError:
    text = "Max price change is not allowed"
    why = f"{text} when the VM '{name}' is currently allocated. Please deallocate and try again. {MORE_ON_SPOT}"
    detail = {"code": "OperationNotAllowed", "message": why, "target": name}
    return ArmError(409, "OperationNotAllowed", f"{text}. {MORE_ON_SPOT}", details=[detail])
