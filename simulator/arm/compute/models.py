"""The ARM model of a VM: how Azure completes what was asked."""

from __future__ import annotations

import copy
from typing import Any
from uuid import uuid4

from simulator.arm.answers import timestamp
from simulator.arm.compute.images import OperatingSystem, operating_system
from simulator.arm.compute.machine import Machine
from simulator.arm.compute.skus import NAMES
from simulator.arm.errors import ArmError, compute, gateway, missing
from simulator.arm.ids import ArmId
from simulator.store import Json
from simulator.world import World

VM_TYPE = "Microsoft.Compute/virtualMachines"
EXTENSION_TYPE = f"{VM_TYPE}/extensions"
CHANGEABLE = ("securityProfile", "diagnosticsProfile", "licenseType", "availabilitySet", "priority", "evictionPolicy")


def new_vm(world: World, vm_id: str, document: Json) -> tuple[Json, Machine]:
    """Make a VM's model and its machine; raises ArmError 400 for what Azure refuses."""
    asked = document.get("properties") or {}
    if not document.get("location"):
        raise gateway(400, "LocationRequired", "The location property is required for this definition.")
    refuse_size((asked.get("hardwareProfile") or {}).get("vmSize"))
    storage = asked.get("storageProfile") or {}
    system = _system(storage)
    name = ArmId.parse(vm_id).name
    now = world.clock.now()
    properties: Json = {
        "hardwareProfile": {"vmSize": asked["hardwareProfile"]["vmSize"]},
        "provisioningState": "Creating",
        "vmId": str(uuid4()),
        "storageProfile": _storage_profile(vm_id, storage, system, asked["hardwareProfile"]["vmSize"]),
    }
    profile = _os_profile(asked.get("osProfile"), storage, system)
    properties |= {"osProfile": profile} if profile else {}
    properties |= {key: copy.deepcopy(asked[key]) for key in CHANGEABLE if asked.get(key) is not None}
    properties |= {"networkProfile": network_profile(asked), "timeCreated": timestamp(now)}
    vm: Json = {"name": name, "id": vm_id, "type": VM_TYPE, "location": document["location"].replace(" ", "").lower()}
    vm |= {key: copy.deepcopy(document[key]) for key in ("tags", "identity", "zones", "plan") if document.get(key)}
    vm |= {"properties": properties, "etag": '"1"'}
    computer_name = profile.get("computerName", name) if profile else name
    return vm, Machine(vm_id, system.name, system.version, computer_name, now)


def update_vm(vm: Json, document: Json) -> None:
    """Change a VM as a PUT or PATCH asks; what it does not name stays."""
    asked = document.get("properties") or {}
    properties = vm["properties"]
    if asked.get("hardwareProfile"):
        refuse_size(asked["hardwareProfile"].get("vmSize"))
        properties["hardwareProfile"]["vmSize"] = asked["hardwareProfile"]["vmSize"]
    allowed = (asked.get("osProfile") or {}).get("allowExtensionOperations")
    if allowed is not None and "osProfile" in properties:
        properties["osProfile"]["allowExtensionOperations"] = allowed
    if asked.get("networkProfile"):
        properties["networkProfile"] = network_profile(asked)
    properties |= {key: copy.deepcopy(asked[key]) for key in CHANGEABLE if asked.get(key) is not None}
    vm |= {key: copy.deepcopy(document[key]) for key in ("tags", "identity") if document.get(key) is not None}


def next_etag(vm: Json) -> None:
    """Count a VM's version up: its etag is a counter in quotes."""
    vm["etag"] = f'"{int(vm["etag"].strip(chr(34))) + 1}"'


def network_profile(asked: Json) -> Json:
    """Give the network profile as Azure echoes it; raises ArmError 400 without any interface."""
    references = (asked.get("networkProfile") or {}).get("networkInterfaces")
    if not references:
        raise missing("networkProfile")
    kept = []
    for reference in references:
        options = {key: value for key, value in (reference.get("properties") or {}).items() if value is not None}
        kept.append({"id": reference["id"]} | ({"properties": options} if options else {}))
    return {"networkInterfaces": kept}


def refuse_size(size: Any) -> None:
    """Raise ArmError 400 for a size that no location has."""
    if not size:
        raise missing("hardwareProfile.vmSize")
    if str(size).lower() not in NAMES:
        text = (
            f"The value {size} provided for the VM size is not valid. The valid sizes in the current region are: "
            f"{','.join(NAMES.values())}. Find out more on the valid VM sizes in each region at "
            "https://aka.ms/azure-regions."
        )
        raise compute(400, "InvalidParameter", text, "vmSize")


def _system(storage: Json) -> OperatingSystem:
    image = storage.get("imageReference") or {}
    if image.get("publisher"):
        return operating_system(image["publisher"], image.get("offer", ""), image.get("sku", ""))
    if (storage.get("osDisk") or {}).get("osType") == "Windows":
        return operating_system("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter")
    if not storage:
        raise missing("storageProfile")
    return operating_system("", "", "")


def _storage_profile(vm_id: str, storage: Json, system: OperatingSystem, size: str) -> Json:
    profile: Json = {}
    image = storage.get("imageReference") or {}
    if image.get("publisher"):
        profile["imageReference"] = {
            key: image[key] for key in ("publisher", "offer", "sku", "version") if key in image
        }
        profile["imageReference"]["exactVersion"] = system.exact_version
    elif image.get("id"):
        profile["imageReference"] = {"id": image["id"]}
    asked = storage.get("osDisk") or {}
    vm = ArmId.parse(vm_id)
    name = asked.get("name") or f"{vm.name}_OsDisk_1_{uuid4().hex}"
    account = (asked.get("managedDisk") or {}).get("storageAccountType")
    account = account or ("Premium_LRS" if "s" in size.removeprefix("Standard_").lower() else "Standard_LRS")
    profile["osDisk"] = {
        "osType": asked.get("osType") or system.type,
        "name": name,
        "createOption": asked.get("createOption") or "FromImage",
        "caching": asked.get("caching") or "ReadWrite",
        "managedDisk": {
            "storageAccountType": account,
            "id": f"{vm.group_id}/providers/Microsoft.Compute/disks/{name}",
        },
        "deleteOption": asked.get("deleteOption") or "Detach",
        "diskSizeGB": asked.get("diskSizeGB") or system.disk_gigabytes,
    }
    return profile | {"dataDisks": [], "diskControllerType": "SCSI"}


def _os_profile(asked: Json | None, storage: Json, system: OperatingSystem) -> Json | None:
    if not asked:
        if (storage.get("osDisk") or {}).get("createOption", "FromImage").lower() == "attach":
            return None
        raise missing("osProfile")
    if not asked.get("adminUsername"):
        raise missing("adminUsername")
    profile: Json = {"computerName": asked.get("computerName") or "", "adminUsername": asked["adminUsername"]}
    if system.type == "Windows":
        profile["windowsConfiguration"] = {
            "provisionVMAgent": True,
            "enableAutomaticUpdates": True,
            "patchSettings": {"patchMode": "AutomaticByOS", "assessmentMode": "ImageDefault"},
        }
    else:
        profile["linuxConfiguration"] = {
            "disablePasswordAuthentication": False,
            "provisionVMAgent": True,
            "patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"},
        }
    allowed = asked.get("allowExtensionOperations")
    return profile | {
        "secrets": [],
        "allowExtensionOperations": True if allowed is None else allowed,
        "requireGuestProvisionSignal": True,
    }


def not_running() -> ArmError:
    """Refuse a change of extensions on a VM that does not run."""
    return compute(409, "OperationNotAllowed", "Cannot modify extensions in the VM when the VM is not running.")


def extensions_disallowed() -> ArmError:
    """Refuse a change of extensions where the VM's profile forbids them: the same code as for a stopped VM."""
    text = (
        "This operation cannot be performed when extension operations are disallowed. To allow, please ensure VM "
        "Agent is installed on the VM and the osProfile.allowExtensionOperations property is true."
    )
    return compute(409, "OperationNotAllowed", text)
