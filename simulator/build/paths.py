"""What traffic takes its way through: routes, NAT gateways, load balancers, gateways, peerings; and its watchers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.arm.network.application_security_groups import COLLECTION as APPLICATION_SECURITY_GROUPS
from simulator.arm.network.application_security_groups import store_group
from simulator.arm.network.load_balancers import NAT_RULES_OF_INTERFACES, POOLS_OF_INTERFACES, store_balancer
from simulator.arm.network.nat_gateways import store_gateway as store_nat_gateway
from simulator.arm.network.network_watchers import store_watcher
from simulator.arm.network.peerings import store_peering
from simulator.arm.network.route_tables import store_table
from simulator.arm.network.virtual_network_gateways import store_gateway
from simulator.arm.network.writes import SUCCEEDED
from simulator.build.groups import location_of, new_id
from simulator.store import Json
from simulator.world import World

FRONTEND, POOL = "frontend", "pool"


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a table: `destination` is a prefix or a service tag; `via` is the address of an appliance."""

    destination: str
    hop: str
    via: str | None = None


def add_application_security_group(world: World, group: str, name: str, *, members: Iterable[str] = ()) -> str:
    """Add an application security group; `members` are interfaces, with all of their IP configurations."""
    group_id = new_id(world, group, APPLICATION_SECURITY_GROUPS, name)
    made = str(store_group(world, group_id, {"location": location_of(world, group)}, SUCCEEDED)["id"])
    for interface in members:
        _join(world, interface, APPLICATION_SECURITY_GROUPS, made)
    return made


def add_route_table(
    world: World,
    group: str,
    name: str,
    routes: Mapping[str, Route],
    *,
    subnets: Iterable[str] = (),
) -> str:
    """Add a route table with its routes by name, and attach it to subnets."""
    asked = [{"name": key, "properties": _route(route)} for key, route in routes.items()]
    document = {"location": location_of(world, group), "properties": {"routes": asked}}
    made = str(store_table(world, new_id(world, group, "routeTables", name), document, SUCCEEDED)["id"])
    _attach(world, "routeTable", made, subnets)
    return made


def add_nat_gateway(
    world: World,
    group: str,
    name: str,
    *,
    public_addresses: Iterable[str] = (),
    subnets: Iterable[str] = (),
) -> str:
    """Add a NAT gateway, and attach it to subnets."""
    properties = {"publicIpAddresses": [{"id": address} for address in public_addresses]}
    document = {"location": location_of(world, group), "properties": properties}
    made = str(store_nat_gateway(world, new_id(world, group, "natGateways", name), document, SUCCEEDED)["id"])
    _attach(world, "natGateway", made, subnets)
    return made


def add_load_balancer(  # noqa: PLR0913 - the options of a load balancer
    world: World,
    group: str,
    name: str,
    *,
    public_address: str | None = None,
    subnet: str | None = None,
    pool_members: Iterable[str] = (),
    rules: Mapping[str, tuple[int, int]] | None = None,
    nat_rules: Mapping[str, tuple[int, int]] | None = None,
    nat_members: Mapping[str, str] | None = None,
    outbound: bool = False,
) -> str:
    """Add a load balancer with one frontend, on a public address or in a subnet, and one backend pool.

    `rules` and `nat_rules` map names to a frontend's and a backend's TCP port; `nat_members` a NAT rule's name to the
    interface behind it; `outbound` adds an outbound rule for the pool.
    """
    balancer_id = new_id(world, group, "loadBalancers", name)
    frontend = {"publicIPAddress": {"id": public_address}} if public_address else {"subnet": {"id": subnet}}
    front = {"id": f"{balancer_id}/frontendIPConfigurations/{FRONTEND}"}
    back = {"id": f"{balancer_id}/backendAddressPools/{POOL}"}
    outward = {"frontendIPConfigurations": [front], "backendAddressPool": back}
    properties = {
        "frontendIPConfigurations": [{"name": FRONTEND, "properties": frontend}],
        "backendAddressPools": [{"name": POOL}],
        "loadBalancingRules": _of_ports(rules or {}, {"frontendIPConfiguration": front, "backendAddressPool": back}),
        "inboundNatRules": _of_ports(nat_rules or {}, {"frontendIPConfiguration": front}),
        "outboundRules": [{"name": "outbound", "properties": outward}] if outbound else [],
    }
    document = {"location": location_of(world, group), "properties": properties}
    store_balancer(world, balancer_id, document, SUCCEEDED)
    for interface in pool_members:
        _join(world, interface, POOLS_OF_INTERFACES, back["id"])
    for rule, interface in (nat_members or {}).items():
        _join(world, interface, NAT_RULES_OF_INTERFACES, f"{balancer_id}/inboundNatRules/{rule}")
    return balancer_id


def add_virtual_network_gateway(
    world: World, group: str, name: str, *, subnet: str, public_address: str | None = None
) -> str:
    """Add a VPN gateway to a subnet, which has to be named `GatewaySubnet`."""
    configuration: Json = {"subnet": {"id": subnet}}
    configuration |= {"publicIPAddress": {"id": public_address}} if public_address else {}
    properties = {"ipConfigurations": [{"name": "default", "properties": configuration}]}
    document = {"location": location_of(world, group), "properties": properties}
    gateway_id = new_id(world, group, "virtualNetworkGateways", name)
    return str(store_gateway(world, gateway_id, document, SUCCEEDED)["id"])


def add_peering(world: World, network: str, remote: str, *, name: str = "peering") -> str:
    """Peer two networks with each other, both halves; gives the id of the first network's."""
    halves = []
    for one, other in ((network, remote), (remote, network)):
        asked = {"remoteVirtualNetwork": {"id": other}}
        halves.append(store_peering(world, world.resources[one], name, asked, SUCCEEDED))
    return str(halves[0]["id"])


def add_network_watcher(world: World, group: str, name: str) -> str:
    """Add a network watcher, which answers questions about its region."""
    document = {"location": location_of(world, group)}
    return str(store_watcher(world, new_id(world, group, "networkWatchers", name), document, SUCCEEDED)["id"])


def set_default_outbound_access(world: World, subnet: str, *, allowed: bool) -> None:
    """Make a subnet private, so that nothing in it gets out by itself, or the contrary."""
    world.resources[subnet]["properties"]["defaultOutboundAccess"] = allowed


def _route(route: Route) -> Json:
    via = {"nextHopIpAddress": route.via} if route.via else {}
    return {"addressPrefix": route.destination, "nextHopType": route.hop} | via


def _of_ports(rules: Mapping[str, tuple[int, int]], ends: Json) -> list[Json]:
    return [
        {"name": name, "properties": {"protocol": "Tcp", "frontendPort": front, "backendPort": back} | ends}
        for name, (front, back) in rules.items()
    ]


def _attach(world: World, field: str, to: str, subnets: Iterable[str]) -> None:
    for subnet in subnets:
        world.resources[subnet]["properties"][field] = {"id": to}


def _join(world: World, interface: str, field: str, joined: str) -> None:
    for configuration in world.resources[interface]["properties"]["ipConfigurations"]:
        configuration["properties"].setdefault(field, []).append({"id": joined})
