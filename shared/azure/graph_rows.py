"""Rows of Resource Graph, read into the model as the SDKs' objects are: their properties are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.azure.parse_compute import parse_virtual_machine
from shared.azure.parse_load_balancer import parse_load_balancer
from shared.azure.parse_network import (
    parse_network_interface,
    parse_network_security_group,
    parse_public_ip_address,
    parse_route_table,
    parse_virtual_network,
)
from shared.azure.row_view import RowView
from shared.model.estate import (
    AgentState,
    NetworkInterface,
    NetworkSecurityGroup,
    PublicIpAddress,
    RouteTable,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from shared.model.load_balancer import LoadBalancer

type _Row = Mapping[str, Any]
type NetworkPart = (
    NetworkInterface | NetworkSecurityGroup | VirtualNetwork | Subnet | RouteTable | PublicIpAddress | LoadBalancer
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A network interface behind an NSG, and the VM that it belongs to, where Resource Graph has it."""

    interface: NetworkInterface
    machine: VirtualMachine | None


def parse_neighbour(row: _Row) -> Neighbour:
    """Read a row of machines_behind.kql. Raises ValueError when it lacks an id or properties."""
    interface: Any = RowView({"id": row["id"], "properties": row["interface"]})
    machine = row.get("machine")
    return Neighbour(parse_network_interface(interface), _machine(machine, row.get("extension")) if machine else None)


def parse_machine_row(row: _Row) -> VirtualMachine:
    """Read a row of virtual_machines.kql. Raises ValueError when it lacks an id or properties."""
    return _machine({name: value for name, value in row.items() if name != "extension"}, row.get("extension"))


def parse_network_row(row: _Row) -> tuple[NetworkPart, ...]:
    """Read a row of network_interfaces.kql or network.kql: a virtual network with its subnets.

    Raises ValueError for a type that is not known, and for a row that lacks an id or properties.
    """
    kind = str(row["type"]).casefold().removeprefix("microsoft.network/")
    shown: Any = RowView(row)
    match kind:
        case "networkinterfaces":
            return (parse_network_interface(shown),)
        case "networksecuritygroups":
            return (parse_network_security_group(shown),)
        case "routetables":
            return (parse_route_table(shown),)
        case "publicipaddresses":
            return (parse_public_ip_address(shown),)
        case "loadbalancers":
            return (parse_load_balancer(shown),)
        case "virtualnetworks":
            network, subnets = parse_virtual_network(shown)
            return (network, *subnets)
    raise ValueError(f"the type {row['type']} is not one that was asked for")


def _machine(row: _Row, extension: _Row | None) -> VirtualMachine:
    properties = dict(row["properties"])
    view = (properties.pop("extended", None) or {}).get("instanceView") or {}
    power = (view.get("powerState") or {}).get("code")
    properties["instanceView"] = {
        "computerName": view.get("computerName"),
        "osName": view.get("osName"),
        "statuses": [{"code": power}] if power else [],
    }
    shown: Any = RowView({**row, "properties": properties, "resources": [extension] if extension else []})
    return replace(parse_virtual_machine(shown), agent=AgentState.UNTOLD)
