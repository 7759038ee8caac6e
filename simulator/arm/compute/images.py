"""What an image installs: the OS by its marketplace name."""

from __future__ import annotations

import re
from dataclasses import dataclass

WINDOWS_PUBLISHERS = (
    "microsoftwindowsserver",
    "microsoftwindowsdesktop",
    "microsoftsqlserver",
    "microsoftvisualstudio",
)
SERVER_BUILDS = {
    "2025": ("10.0.26100.2033", "26100.2033.241004"),
    "2022": ("10.0.20348.2655", "20348.2655.240810"),
    "2019": ("10.0.17763.6189", "17763.6189.240811"),
    "2016": ("10.0.14393.7259", "14393.7259.240811"),
    "2012 R2": ("Microsoft Windows NT 6.3.9600.0", "9600.21620.231004"),
    "2012": ("Microsoft Windows NT 6.2.9200.0", "9200.24523.231004"),
    "2008 R2": ("Microsoft Windows NT 6.1.7601.0", "7601.24565.231004"),
}
RELEASES = "2025|2022|2019|2016|2012-?r2|2012|2008-?r2"
YEAR = re.compile(rf"({RELEASES})", re.I)
SECOND_GENERATION = re.compile(r"g(?:en)?2\b|azure-edition|2025", re.I)
SQL_ON = re.compile(rf"-ws({RELEASES})", re.I)
CLIENT = re.compile(r"win(?:dows)?-?(10|11)", re.I)


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """`name` and `version` are what the agent reports; `exact_version` is the image's."""

    type: str
    name: str
    version: str
    exact_version: str
    generation: str = "V1"

    @property
    def disk_gigabytes(self) -> int:
        return 127 if self.type == "Windows" else 30


def operating_system(publisher: str, offer: str, sku: str) -> OperatingSystem:
    """Tell what the image of that publisher, offer and sku boots."""
    generation = "V2" if SECOND_GENERATION.search(sku) else "V1"
    if publisher.lower() not in WINDOWS_PUBLISHERS:
        return OperatingSystem("Linux", "ubuntu", "22.04", "22.04.202408130", generation)
    client = CLIENT.search(sku) or CLIENT.search(offer)
    if client:
        build = "26100.1742" if client[1] == "11" else "19045.4780"
        return OperatingSystem("Windows", f"Windows {client[1]} Pro", f"10.0.{build}", f"{build}.240906", "V2")
    year = SQL_ON.search(offer) or YEAR.search(sku) or YEAR.search(offer)
    release = year[1].upper().replace("-", " ").replace("2R2", "2 R2").replace("8R2", "8 R2") if year else "2022"
    version, exact_version = SERVER_BUILDS[release]
    edition = "Datacenter Azure Edition" if "azure-edition" in sku.lower() else "Datacenter"
    return OperatingSystem("Windows", f"Windows Server {release} {edition}", version, exact_version, generation)
