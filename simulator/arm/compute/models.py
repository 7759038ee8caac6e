"""The ARM model of a VM: how Azure completes what was asked."""

from __future__ import annotations

import copy
from typing import Any
from uuid import uuid4

from simulator.arm.answers import timestamp
from simulator.arm.compute.machine import Machine
from simulator.arm.compute.profiles import os_profile, storage_profile, system_of
from simulator.arm.compute.sizes import SIZES
from simulator.arm.errors import compute, missing
from simulator.arm.ids import ArmId
from simulator.arm.locations import location_of
from simulator.store import Json
from simulator.world import World

VM_TYPE = "Microsoft.Compute/virtualMachines"
EXTENSION_TYPE = f"{VM_TYPE}/extensions"
ECHOED = (
    "additionalCapabilities",
    "applicationProfile",
    "availabilitySet",
    "billingProfile",
    "capacityReservation",
    "diagnosticsProfile",
    "evictionPolicy",
    "extensionsTimeBudget",
    "host",
    "hostGroup",
    "licenseType",
    "platformFaultDomain",
    "priority",
    "proximityPlacementGroup",
    "scheduledEventsProfile",
    "securityProfile",
    "virtualMachineScaleSet",
)


def new_vm(world: World, vm_id: str, document: Json) -> tuple[Json, Machine]:
    """Make a VM's model and its machine; raises ArmError 400 for what Azure refuses."""
    asked = document.get("properties") or {}
    location = location_of(document)
    refuse_size((asked.get("hardwareProfile") or {}).get("vmSize"))
    storage = asked.get("storageProfile") or {}
    system = system_of(storage)
    name = ArmId.parse(vm_id).name
    now = world.clock.now()
    properties: Json = {
        "hardwareProfile": {"vmSize": asked["hardwareProfile"]["vmSize"]},
        "provisioningState": "Creating",
        "vmId": str(uuid4()),
        "storageProfile": storage_profile(vm_id, storage, system, asked["hardwareProfile"]["vmSize"]),
    }
    profile = os_profile(asked.get("osProfile"), storage, system)
    properties |= {"osProfile": profile} if profile else {}
    properties |= {key: copy.deepcopy(asked[key]) for key in ECHOED if asked.get(key) is not None}
    properties |= {"networkProfile": network_profile(asked), "timeCreated": timestamp(now)}
    vm: Json = {"name": name, "id": vm_id, "type": VM_TYPE, "location": location}
    vm |= {key: copy.deepcopy(document[key]) for key in ("tags", "zones", "plan") if document.get(key) is not None}
    vm |= {"identity": with_identity(world, document["identity"], None)} if document.get("identity") else {}
    vm |= {"properties": properties, "etag": '"1"'}
    computer_name = profile.get("computerName", name) if profile else name
    return vm, Machine(vm_id, system.name, system.version, computer_name, now, generation=system.generation)


def with_identity(world: World, asked: Json, stored: Json | None) -> Json:
    """Give a VM's identities as Azure shows them, with the ids of their principals; those it has keep theirs."""
    kind = asked.get("type", "None")
    identity: Json = {"type": kind}
    if "SystemAssigned" in kind:
        principal = (stored or {}).get("principalId") or str(uuid4())
        identity |= {"principalId": principal, "tenantId": world.tenant_id}
    if "UserAssigned" in kind:
        known = (stored or {}).get("userAssignedIdentities", {})
        identity["userAssignedIdentities"] = {
            name: known.get(name) or {"principalId": str(uuid4()), "clientId": str(uuid4())}
            for name in asked.get("userAssignedIdentities") or {}
        }
    return identity


def network_profile(asked: Json) -> Json:
    """Give the network profile as Azure echoes it; raises ArmError 400 without any interface."""
    references = (asked.get("networkProfile") or {}).get("networkInterfaces")
    if not references:
        raise missing("networkProfile")
    kept = []
    for reference in references:
        given = reference.get("properties")
        options = {key: value for key, value in (given or {}).items() if value is not None}
        kept.append({"id": reference["id"]} | ({"properties": options} if given is not None else {}))
    return {"networkInterfaces": kept}


def refuse_size(size: Any) -> None:
    """Raise ArmError 400 for a size that no location has."""
    if not size:
        raise missing("hardwareProfile.vmSize")
    if str(size).lower() not in SIZES:
        valid = ",".join(known.name for known in SIZES.values())
        text = (
            f"The value {size} provided for the VM size is not valid. The valid sizes in the current region are: "
            f"{valid}. Find out more on the valid VM sizes in each region at https://aka.ms/azure-regions."
        )
        raise compute(400, "InvalidParameter", text, "vmSize")
