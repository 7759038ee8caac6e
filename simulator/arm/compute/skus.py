"""Resource SKUs: a few VM sizes with their capabilities, one entry for each location."""

from __future__ import annotations

import re

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.resources.subscriptions import LOCATIONS
from simulator.store import Json
from simulator.world import World

# Name, family, vCPUs, memory in GiB, local disk in MB, data disks.
SIZES = (
    ("Standard_B1s", "standardBSFamily", 1, "1", 4096, 2),
    ("Standard_B1ms", "standardBSFamily", 1, "2", 4096, 2),
    ("Standard_B2s", "standardBSFamily", 2, "4", 8192, 4),
    ("Standard_B2ms", "standardBSFamily", 2, "8", 16384, 4),
    ("Standard_DS1_v2", "standardDSv2Family", 1, "3.5", 7168, 4),
    ("Standard_DS2_v2", "standardDSv2Family", 2, "7", 14336, 8),
    ("Standard_D2s_v3", "standardDSv3Family", 2, "8", 16384, 4),
    ("Standard_D2s_v5", "standardDSv5Family", 2, "8", 0, 4),
    ("Standard_D4s_v5", "standardDSv5Family", 4, "16", 0, 8),
    ("Standard_E2s_v5", "standardESv5Family", 2, "16", 0, 4),
)
NAMES = {size[0].lower(): size[0] for size in SIZES}
LOCATION_FILTER = re.compile(r"^\s*location\s+eq\s+'([^']*)'\s*$", re.I)


def list_skus(_: World, request: ArmRequest) -> Answer:
    """Answer the list, of one location when `$filter=location eq 'x'` says so."""
    match = LOCATION_FILTER.match(request.query.get("$filter", ""))
    wanted = [location for location in LOCATIONS if match is None or location == match[1].lower()]
    return Answer(200, {"value": [_sku(location, size) for location in wanted for size in SIZES]})


def list_sizes(_: World, __: ArmRequest) -> Answer:
    """Answer the older list of a location's VM sizes."""
    sizes = [
        {
            "name": name,
            "numberOfCores": cpus,
            "osDiskSizeInMB": 1047552,
            "resourceDiskSizeInMB": disk,
            "memoryInMB": int(float(memory) * 1024),
            "maxDataDiskCount": data_disks,
        }
        for name, _, cpus, memory, disk, data_disks in SIZES
    ]
    return Answer(200, {"value": sizes})


def _sku(location: str, size: tuple[str, str, int, str, int, int]) -> Json:
    name, family, cpus, memory, disk, data_disks = size
    capabilities = {
        "MaxResourceVolumeMB": str(disk),
        "OSVhdSizeMB": "1047552",
        "vCPUs": str(cpus),
        "MemoryPreservingMaintenanceSupported": "True",
        "HyperVGenerations": "V1,V2",
        "MemoryGB": memory,
        "MaxDataDiskCount": str(data_disks),
        "CpuArchitectureType": "x64",
        "PremiumIO": "True",
        "vCPUsAvailable": str(cpus),
        "EphemeralOSDiskSupported": "False" if disk == 0 else "True",
    }
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "tier": "Standard",
        "size": name.removeprefix("Standard_"),
        "family": family,
        "locations": [location],
        "locationInfo": [{"location": location, "zones": ["1", "2", "3"], "zoneDetails": []}],
        "capabilities": [{"name": key, "value": value} for key, value in capabilities.items()],
        "restrictions": [],
    }
