"""The storage and OS profiles of a VM: how Azure completes what was asked."""

from __future__ import annotations

from uuid import uuid4

from simulator.arm.compute.images import OperatingSystem, operating_system
from simulator.arm.errors import missing
from simulator.arm.ids import ArmId
from simulator.store import Json


def system_of(storage: Json) -> OperatingSystem:
    """Tell what a storage profile boots; raises ArmError 400 when there is none."""
    image = storage.get("imageReference") or {}
    if image.get("publisher"):
        return operating_system(image["publisher"], image.get("offer", ""), image.get("sku", ""))
    if (storage.get("osDisk") or {}).get("osType") == "Windows":
        return operating_system("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter")
    if not storage:
        raise missing("storageProfile")
    return operating_system("", "", "")


def storage_profile(vm_id: str, storage: Json, system: OperatingSystem, size: str) -> Json:
    """Give the storage profile as Azure shows it, with names and ids of the disks."""
    profile: Json = {}
    image = storage.get("imageReference") or {}
    if image.get("publisher"):
        profile["imageReference"] = {
            key: image[key] for key in ("publisher", "offer", "sku", "version") if key in image
        }
        profile["imageReference"]["exactVersion"] = system.exact_version
    elif image.get("id"):
        profile["imageReference"] = {"id": image["id"]}
    profile["osDisk"] = _os_disk(vm_id, storage.get("osDisk") or {}, system, size)
    profile["dataDisks"] = [_data_disk(vm_id, disk, size) for disk in storage.get("dataDisks") or []]
    return profile | {key: storage[key] for key in ("diskControllerType",) if storage.get(key)}


def _os_disk(vm_id: str, asked: Json, system: OperatingSystem, size: str) -> Json:
    managed = asked.get("managedDisk") or {}
    name = asked.get("name") or f"{ArmId.parse(vm_id).name}_OsDisk_1_{uuid4().hex}"
    attached = asked.get("createOption", "").lower() == "attach"
    account = managed.get("storageAccountType") or (None if attached else _account_type(size))
    gigabytes = asked.get("diskSizeGB") or (None if attached else system.disk_gigabytes)
    disk = {
        "osType": asked.get("osType") or system.type,
        "name": name,
        "createOption": asked.get("createOption") or "FromImage",
        "caching": asked.get("caching") or "ReadWrite",
        "managedDisk": ({"storageAccountType": account} if account else {}) | {"id": _disk_id(vm_id, managed, name)},
        "deleteOption": asked.get("deleteOption") or "Detach",
    }
    return disk | ({"diskSizeGB": gigabytes} if gigabytes else {})


def _data_disk(vm_id: str, asked: Json, size: str) -> Json:
    managed = asked.get("managedDisk") or {}
    name = asked.get("name") or f"{ArmId.parse(vm_id).name}_disk{asked['lun'] + 2}_{uuid4().hex}"
    account = managed.get("storageAccountType") or _account_type(size)
    return {
        "lun": asked["lun"],
        "name": name,
        "createOption": asked.get("createOption") or "Empty",
        "caching": asked.get("caching") or "None",
        "managedDisk": {"storageAccountType": account, "id": _disk_id(vm_id, managed, name)},
        "deleteOption": asked.get("deleteOption") or "Detach",
        "diskSizeGB": asked.get("diskSizeGB") or 0,
        "toBeDetached": False,
    }


def _disk_id(vm_id: str, managed: Json, name: str) -> str:
    return str(managed.get("id") or f"{ArmId.parse(vm_id).group_id}/providers/Microsoft.Compute/disks/{name}")


def _account_type(size: str) -> str:
    """Premium disks come with sizes that have an s in their name."""
    return "Premium_LRS" if "s" in size.removeprefix("Standard_").lower() else "Standard_LRS"


def os_profile(asked: Json | None, storage: Json, system: OperatingSystem) -> Json | None:
    """Give the OS profile as Azure shows it, without secrets; None for an attached disk. Raises ArmError 400."""
    if not asked:
        if (storage.get("osDisk") or {}).get("createOption", "FromImage").lower() == "attach":
            return None
        raise missing("osProfile")
    if not asked.get("adminUsername"):
        raise missing("adminUsername")
    allowed = asked.get("allowExtensionOperations")
    return {
        "computerName": asked.get("computerName") or "",
        "adminUsername": asked["adminUsername"],
        **_configuration(asked, system),
        "secrets": [],
        "allowExtensionOperations": True if allowed is None else allowed,
        "requireGuestProvisionSignal": True,
    }


def _configuration(asked: Json, system: OperatingSystem) -> Json:
    if system.type == "Windows":
        patches = {"patchMode": "AutomaticByOS", "assessmentMode": "ImageDefault"}
        defaults = {"provisionVMAgent": True, "enableAutomaticUpdates": True, "patchSettings": patches}
        return {"windowsConfiguration": defaults | (asked.get("windowsConfiguration") or {})}
    patches = {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"}
    defaults = {"disablePasswordAuthentication": False, "provisionVMAgent": True, "patchSettings": patches}
    return {"linuxConfiguration": defaults | (asked.get("linuxConfiguration") or {})}
