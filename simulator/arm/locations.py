"""The regions of the simulated Azure, and how a body names one."""

from __future__ import annotations

from simulator.arm.errors import gateway
from simulator.store import Json

REGIONS = """
West Europe, North Europe, East US, East US 2, West US, West US 2, West US 3, Central US, North Central US,
South Central US, West Central US, Canada Central, Canada East, Brazil South, Mexico Central, UK South, UK West,
France Central, Germany West Central, Switzerland North, Sweden Central, Norway East, Poland Central, Italy North,
Spain Central, Southeast Asia, East Asia, Australia East, Australia Southeast, New Zealand North, Japan East,
Japan West, Korea Central, Central India, South India, UAE North, Qatar Central, Israel Central, South Africa North
"""


def plain(region: str) -> str:
    """Write a region's name as ids and bodies have it: `West Europe` is `westeurope`."""
    return region.replace(" ", "").lower()


LOCATIONS = {plain(name): name for name in map(str.strip, REGIONS.split(","))}


def location_of(document: Json) -> str:
    """Give the location that a body names; raises ArmError 400 without one."""
    if not document.get("location"):
        raise gateway(400, "LocationRequired", "The location property is required for this definition.")
    return plain(document["location"])
