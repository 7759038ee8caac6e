"""Resource SKUs: the VM sizes with their capabilities, one entry for each location."""

from __future__ import annotations

import re

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.compute.sizes import SIZES, Size
from simulator.arm.locations import LOCATIONS
from simulator.store import Json
from simulator.world import World

OS_DISK_MEGABYTES = 1047552
LOCATION_FILTER = re.compile(r"^\s*location\s+eq\s+'([^']*)'\s*$", re.I)


def list_skus(_: World, request: ArmRequest) -> Answer:
    """Answer the list, of one location when `$filter=location eq 'x'` says so."""
    match = LOCATION_FILTER.match(request.query.get("$filter", ""))
    wanted = [location for location in LOCATIONS if match is None or location == match[1].lower()]
    return Answer(200, {"value": [_sku(location, size) for size in SIZES.values() for location in wanted]})


def list_sizes(_: World, __: ArmRequest) -> Answer:
    """Answer the older list of a location's VM sizes."""
    sizes = [
        {
            "name": size.name,
            "numberOfCores": size.vcpus,
            "osDiskSizeInMB": OS_DISK_MEGABYTES,
            "resourceDiskSizeInMB": size.local_disk_megabytes,
            "memoryInMB": int(size.memory * 1024),
            "maxDataDiskCount": size.data_disks,
        }
        for size in SIZES.values()
    ]
    return Answer(200, {"value": sizes})


def _sku(location: str, size: Size) -> Json:
    capabilities = {
        "MaxResourceVolumeMB": str(size.local_disk_megabytes),
        "OSVhdSizeMB": str(OS_DISK_MEGABYTES),
        "vCPUs": str(size.vcpus),
        "MemoryPreservingMaintenanceSupported": "True",
        "HyperVGenerations": "V1,V2",
        "MemoryGB": f"{size.memory:g}",
        "MaxDataDiskCount": str(size.data_disks),
        "CpuArchitectureType": "x64",
        "LowPriorityCapable": str(not size.short_name.startswith("B")),
        "PremiumIO": str(size.premium),
        "vCPUsAvailable": str(size.vcpus),
        "EphemeralOSDiskSupported": str(size.local_disk_megabytes > 0),
    }
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": size.tier,
        "size": size.short_name,
        "family": size.family,
        "locations": [location],
        "locationInfo": [{"location": location, "zones": ["1", "2", "3"], "zoneDetails": []}],
        "capabilities": [{"name": key, "value": value} for key, value in capabilities.items()],
        "restrictions": [],
    }
