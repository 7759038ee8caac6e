"""Which operating system a VM runs, from what its agent reports or else from its image."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from shared.model.estate import Image, VirtualMachine


class Kind(Enum):
    LINUX = auto()
    WINDOWS_CLIENT = auto()
    WINDOWS_SERVER = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """`name` is how to call it in a sentence; `year` is a Windows Server's, or of what it is at least as new as."""

    kind: Kind
    name: str
    year: int | None = None


_SERVER_YEAR = r"(20(?:0[38]|12|1[69]|[2-9]\d))"
_REPORTED_SERVER = re.compile(rf"windows server\D{{0,12}}{_SERVER_YEAR}\b", re.IGNORECASE)
_REPORTED_CLIENT = re.compile(r"windows (?:7|8(?:\.1)?|1[0-2]|vista|xp)\b", re.IGNORECASE)
_CLIENT = re.compile(r"win(?:dows)?-?(?:7|8|8\.1|10|11)(?!\d)", re.IGNORECASE)
_IMAGE_YEAR = re.compile(rf"(?<!\d){_SERVER_YEAR}(?!\d)")
_YEAR_IN_OTHERS_IMAGE = re.compile(rf"(?:ws|win(?:dows)?-?(?:server-?)?){_SERVER_YEAR}(?!\d)", re.IGNORECASE)
# Between 2016 and 2022 Windows Server came twice a year too, named by year and month: 1709 to 20H2.
_SEMI_ANNUAL = re.compile(r"core-(?:1709|1803|1809|1903|1909|2004|20h2)(?![0-9a-z])", re.IGNORECASE)
_WINDOWS_SERVER_PUBLISHER = "microsoftwindowsserver"
_WINDOWS_CLIENT_PUBLISHER = "microsoftwindowsdesktop"


def decide_operating_system(vm: VirtualMachine) -> OperatingSystem:
    """Tell what a VM runs; the agent, which sees it from inside, is believed before the image."""
    if (vm.os_type or "").casefold() == "linux":
        return OperatingSystem(Kind.LINUX, vm.os_name or "Linux")
    return _reported(vm.os_name or "") or _imaged(vm.image) or OperatingSystem(Kind.UNKNOWN, vm.os_name or "")


def _reported(name: str) -> OperatingSystem | None:
    server = _REPORTED_SERVER.search(name)
    if server:
        return OperatingSystem(Kind.WINDOWS_SERVER, name, int(server[1]))
    return OperatingSystem(Kind.WINDOWS_CLIENT, name) if _REPORTED_CLIENT.search(name) else None


def _imaged(image: Image) -> OperatingSystem | None:
    publisher, names = (image.publisher or "").casefold(), f"{image.offer or ''} {image.sku or ''}"
    if publisher == _WINDOWS_CLIENT_PUBLISHER:
        return OperatingSystem(Kind.WINDOWS_CLIENT, f"image {names}")
    if publisher == _WINDOWS_SERVER_PUBLISHER:
        return _server_image(image, names)
    found = _YEAR_IN_OTHERS_IMAGE.search(names)
    if found:
        return OperatingSystem(Kind.WINDOWS_SERVER, f"image {names}", int(found[1]))
    return OperatingSystem(Kind.WINDOWS_CLIENT, f"image {names}") if _CLIENT.search(names) else None


def _server_image(image: Image, names: str) -> OperatingSystem | None:
    if _SEMI_ANNUAL.search(image.sku or ""):
        return OperatingSystem(Kind.WINDOWS_SERVER, f"image {names}", 2016)
    found = _IMAGE_YEAR.search(image.sku or "") or _IMAGE_YEAR.search(image.offer or "")
    return OperatingSystem(Kind.WINDOWS_SERVER, f"image {names}", int(found[1])) if found else None
