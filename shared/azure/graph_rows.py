"""Rows of Resource Graph, read into the model by way of the SDK's own objects: their properties are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.azure.parse_compute import parse_virtual_machine
from shared.azure.parse_network import parse_network_interface
from shared.model.estate import AgentState, NetworkInterface, VirtualMachine

type _Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A network interface behind an NSG, and the VM that it belongs to, where Resource Graph has it."""

    interface: NetworkInterface
    machine: VirtualMachine | None


def parse_neighbour(row: _Row) -> Neighbour:
    """Read a row of machines_behind.kql. Raises ValueError when it lacks an id or properties."""
    from azure.mgmt.network import models  # noqa: PLC0415 - seconds to import

    interface = models.NetworkInterface({"id": row["id"], "properties": row["interface"]})
    machine = row.get("machine")
    return Neighbour(parse_network_interface(interface), _machine(machine, row.get("extension")) if machine else None)


def _machine(row: _Row, extension: _Row | None) -> VirtualMachine:
    from azure.mgmt.compute import models  # noqa: PLC0415 - a second to import

    properties = dict(row["properties"])
    view = (properties.pop("extended", None) or {}).get("instanceView") or {}
    power = (view.get("powerState") or {}).get("code")
    properties["instanceView"] = {
        "computerName": view.get("computerName"),
        "osName": view.get("osName"),
        "statuses": [{"code": power}] if power else [],
    }
    body = {**row, "properties": properties, "resources": [dict(extension)] if extension else []}
    return replace(parse_virtual_machine(models.VirtualMachine(body)), agent=AgentState.UNTOLD)
