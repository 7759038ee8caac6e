"""What Resource Graph shows of each type: as Resource Manager shows it, with little added."""

from __future__ import annotations

from collections.abc import Callable

from simulator.arm.compute.instance_view import OFF, power_status
from simulator.arm.compute.models import VM_TYPE
from simulator.arm.network import interfaces, security_groups, virtual_networks
from simulator.arm.network.application_security_groups import APPLICATION_SECURITY_GROUPS
from simulator.arm.network.load_balancers import BALANCERS
from simulator.arm.network.nat_gateways import NAT_GATEWAYS
from simulator.arm.network.network_watchers import WATCHERS
from simulator.arm.network.public_addresses import PUBLIC_ADDRESSES
from simulator.arm.network.route_tables import ROUTE_TABLES
from simulator.arm.network.virtual_network_gateways import VIRTUAL_NETWORK_GATEWAYS
from simulator.arm.network.writes import PROVIDER
from simulator.store import Json
from simulator.world import World

TRACKED = (
    APPLICATION_SECURITY_GROUPS,
    BALANCERS,
    NAT_GATEWAYS,
    PUBLIC_ADDRESSES,
    ROUTE_TABLES,
    VIRTUAL_NETWORK_GATEWAYS,
    WATCHERS,
)


def properties_of(world: World, resource_type: str, resource: Json) -> Json | None:
    """Give the properties of a resource whose type is in lower case; those of types unknown here as stored."""
    show = SHOWN.get(resource_type)
    shown: Json | None = show(world, resource) if show else resource.get("properties")
    return shown


def _virtual_machine(world: World, vm: Json) -> Json:
    """Add what is known of the power and the guest, which Resource Manager tells in the instance view alone.

    https://learn.microsoft.com/azure/governance/resource-graph/concepts/query-language#extended-properties
    """
    machine = world.machine(vm["id"])
    seen: Json = {"powerState": power_status(machine)}
    if machine.power not in OFF:
        seen["hyperVGeneration"] = machine.generation
    if machine.agent_is_ready(world.clock.now()):
        seen |= {"computerName": machine.computer_name, "osName": machine.os_name, "osVersion": machine.os_version}
    properties: Json = vm["properties"]
    return properties | {"timeCreated": _as_shown(properties["timeCreated"]), "extended": {"instanceView": seen}}


def _as_shown(moment: str) -> str:
    """Write a time as recorded rows of other types have it: with a Z."""
    return moment.replace("+00:00", "Z")


def _interface(_: World, interface: Json) -> Json:
    return _properties(interfaces.view(interface))


def _security_group(world: World, group: Json) -> Json:
    return _properties(security_groups.view(world, group))


def _network(world: World, network: Json) -> Json:
    return _properties(virtual_networks.view(world, network))


def _properties(shown: Json) -> Json:
    found: Json = shown["properties"]
    return found


def _tracked(view: Callable[[World, Json], Json]) -> Callable[[World, Json], Json]:
    return lambda world, resource: _properties(view(world, resource))


SHOWN: dict[str, Callable[[World, Json], Json]] = {
    VM_TYPE.lower(): _virtual_machine,
    interfaces.INTERFACE_TYPE.lower(): _interface,
    security_groups.GROUP_TYPE.lower(): _security_group,
    virtual_networks.NETWORK_TYPE.lower(): _network,
    **{f"{PROVIDER}/{kind.collection}".lower(): _tracked(kind.view) for kind in TRACKED},
}
