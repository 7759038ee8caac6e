"""The storage and OS profiles of a VM: how Azure completes what was asked."""

from __future__ import annotations

import copy
from uuid import uuid4

from simulator.arm.compute.images import OperatingSystem, operating_system
from simulator.arm.compute.sizes import SIZES
from simulator.arm.errors import compute, missing
from simulator.arm.ids import ArmId
from simulator.store import Json

KEPT_OF_OS_DISK = ("image", "encryptionSettings", "diffDiskSettings", "writeAcceleratorEnabled")


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
    profile["dataDisks"] = _data_disks(vm_id, storage, size)
    return profile | {key: storage[key] for key in ("diskControllerType",) if storage.get(key)}


def changed_storage(vm_id: str, stored: Json, asked: Json, size: str) -> Json:
    """Give a storage profile as it is after a change; disks that are named replace all others."""
    changed = stored | {key: asked[key] for key in ("diskControllerType",) if asked.get(key)}
    if asked.get("osDisk"):
        given = {key: value for key, value in asked["osDisk"].items() if value is not None}
        managed = stored["osDisk"].get("managedDisk", {}) | given.get("managedDisk", {})
        changed["osDisk"] = stored["osDisk"] | given | ({"managedDisk": managed} if managed else {})
    if asked.get("dataDisks") is not None:
        changed["dataDisks"] = _data_disks(vm_id, asked, size)
    return changed


def disk_ids(storage: Json) -> set[str]:
    """Give the ids of all managed disks of a storage profile."""
    return {disk["managedDisk"]["id"] for disk in _disks(storage) if "managedDisk" in disk}


def while_disks_are_made(shown: Json, known: set[str]) -> Json:
    """Show a VM as it is before its new disks are there: they have no ids yet, and no names but given ones."""
    shown = copy.deepcopy(shown)
    for disk in _disks(shown["properties"]["storageProfile"]):
        managed = disk.get("managedDisk", {})
        if disk["createOption"] != "Attach" and managed.get("id") not in known:
            managed.pop("id", None)
            if disk["name"].startswith(f"{shown['name']}_OsDisk_1_"):
                del disk["name"]
    return shown


def _disks(storage: Json) -> list[Json]:
    return [storage["osDisk"], *storage["dataDisks"]]


def _os_disk(vm_id: str, asked: Json, system: OperatingSystem, size: str) -> Json:
    name = asked.get("name") or f"{ArmId.parse(vm_id).name}_OsDisk_1_{uuid4().hex}"
    attached = asked.get("createOption", "").lower() == "attach"
    gigabytes = asked.get("diskSizeGB") or (None if attached or asked.get("vhd") else system.disk_gigabytes)
    disk = {
        "osType": asked.get("osType") or system.type,
        "name": name,
        "createOption": _capitalised(asked.get("createOption") or "FromImage"),
        "caching": asked.get("caching") or "ReadWrite",
        **_medium(vm_id, asked, name, None if attached else _account_type(size)),
        **{key: asked[key] for key in KEPT_OF_OS_DISK if asked.get(key)},
        "deleteOption": asked.get("deleteOption") or "Detach",
    }
    return disk | ({"diskSizeGB": gigabytes} if gigabytes else {})


def _data_disks(vm_id: str, storage: Json, size: str) -> list[Json]:
    disks = storage.get("dataDisks") or []
    most = SIZES[size.lower()].data_disks
    if len(disks) > most:
        text = f"The maximum number of data disks allowed to be attached to a VM of this size is {most}."
        raise compute(409, "OperationNotAllowed", text, "dataDisks")
    return [_data_disk(vm_id, disk, size) for disk in disks]


def _data_disk(vm_id: str, asked: Json, size: str) -> Json:
    name = asked.get("name") or f"{ArmId.parse(vm_id).name}_disk{asked['lun'] + 2}_{uuid4().hex}"
    return {
        "lun": asked["lun"],
        "name": name,
        "createOption": _capitalised(asked.get("createOption") or "Empty"),
        "caching": asked.get("caching") or "None",
        **_medium(vm_id, asked, name, _account_type(size)),
        "deleteOption": asked.get("deleteOption") or "Detach",
        "diskSizeGB": asked.get("diskSizeGB") or 0,
        "toBeDetached": False,
    }


def _medium(vm_id: str, asked: Json, name: str, account: str | None) -> Json:
    """Say where a disk is: a managed disk, or a blob in a storage account."""
    if asked.get("vhd"):
        return {"vhd": asked["vhd"]}
    managed = asked.get("managedDisk") or {}
    account = managed.get("storageAccountType") or account
    kept = {key: managed[key] for key in ("diskEncryptionSet", "securityProfile") if managed.get(key)}
    disk_id = managed.get("id") or f"{ArmId.parse(vm_id).group_id}/providers/Microsoft.Compute/disks/{name}"
    return {"managedDisk": ({"storageAccountType": account} if account else {}) | kept | {"id": disk_id}}


def _capitalised(option: str) -> str:
    return option[0].upper() + option[1:]


def _account_type(size: str) -> str:
    return "Premium_LRS" if SIZES[size.lower()].premium else "Standard_LRS"


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
        "secrets": asked.get("secrets") or [],
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
