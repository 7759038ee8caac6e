"""The flows that Windows Admin Center needs."""

from __future__ import annotations

from shared.decide.network_path import Place
from shared.decide.service_tags import AZURE_ACTIVE_DIRECTORY, VIRTUAL_NETWORK, WINDOWS_ADMIN_CENTER
from shared.decide.traffic import Flow
from shared.model.desired import DesiredState
from shared.model.estate import Direction, VirtualMachine

HTTPS = 443
OUTBOUND_TAGS = (WINDOWS_ADMIN_CENTER, AZURE_ACTIVE_DIRECTORY)


def outbound_flow(place: Place, tag: str) -> Flow:
    """Give the flow from a VM to one of the services that it needs."""
    return Flow(Direction.OUTBOUND, place.address, (tag,), HTTPS, place.subnet_id)


def inbound_flow(place: Place, port: int, sources: tuple[str, ...]) -> Flow:
    """Give the flow from people to the VM's port."""
    return Flow(Direction.INBOUND, place.address, sources, port, place.subnet_id)


def needed_sources(desired: DesiredState) -> tuple[str, ...]:
    """Tell from where people must be able to connect: the sources named, else the virtual network."""
    return desired.inbound_sources or (VIRTUAL_NETWORK,)


def admin_center_port(vm: VirtualMachine, desired: DesiredState) -> int:
    """Tell the port that WAC has, or will have, on a VM: some templates write it as a number, most as text."""
    extension = vm.admin_center
    given = str(extension.settings.get("port", "")).strip() if extension else ""
    valid = given.isascii() and given.isdigit() and len(given) <= 5 and 0 < int(given) < 65536
    return int(given) if valid else desired.port
