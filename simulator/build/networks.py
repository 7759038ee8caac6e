"""Networks, security groups with their rules, addresses and interfaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.arm.network.interfaces import store_interface
from simulator.arm.network.public_addresses import store_address
from simulator.arm.network.security_groups import GROUP_TYPE, store_rule
from simulator.arm.network.virtual_networks import store_network
from simulator.arm.network.writes import SUCCEEDED, head, settle
from simulator.build.groups import location_of, new_id
from simulator.store import Json
from simulator.world import World


def add_network(  # noqa: PLR0913 - the options of a network
    world: World,
    group: str,
    name: str,
    prefixes: Iterable[str] = ("10.0.0.0/16",),
    *,
    subnets: Mapping[str, str] | None = None,
    peered_prefixes: Iterable[str] = (),
) -> str:
    """Add a virtual network; `subnets` maps names to prefixes, without any there is one named `default`."""
    prefixes = tuple(prefixes)
    if subnets is None:
        subnets = {"default": prefixes[0].rsplit("/", 1)[0] + "/24"}
    peerings = [_peering(position, prefix) for position, prefix in enumerate(peered_prefixes)]
    document = {
        "location": location_of(world, group),
        "properties": {
            "addressSpace": {"addressPrefixes": list(prefixes)},
            "subnets": [{"name": key, "properties": {"addressPrefix": prefix}} for key, prefix in subnets.items()],
            "virtualNetworkPeerings": peerings,
        },
    }
    return str(store_network(world, new_id(world, group, "virtualNetworks", name), document, SUCCEEDED)["id"])


def security_rule(  # noqa: PLR0913 - the fields of a rule
    name: str,
    *,
    priority: int,
    direction: str = "Outbound",
    access: str = "Deny",
    protocol: str = "*",
    source: str | Iterable[str] = "*",
    source_port: str | Iterable[str] = "*",
    destination: str | Iterable[str] = "*",
    destination_port: str | Iterable[str] = "*",
    source_groups: Iterable[str] = (),
    destination_groups: Iterable[str] = (),
    description: str | None = None,
) -> Json:
    """Make a rule's JSON for `add_security_group` and `add_rule`; lists go to the plural fields.

    Application security groups, where a side has any, stand in the place of its prefixes.
    """
    properties: Json = {"protocol": protocol, "access": access, "priority": priority, "direction": direction}
    properties |= {} if description is None else {"description": description}
    for singular, plural, value in (
        ("sourcePortRange", "sourcePortRanges", source_port),
        ("destinationPortRange", "destinationPortRanges", destination_port),
        ("sourceAddressPrefix", "sourceAddressPrefixes", source),
        ("destinationAddressPrefix", "destinationAddressPrefixes", destination),
    ):
        properties |= {singular: value} if isinstance(value, str) else {plural: list(value)}
    for side, groups in (("source", list(source_groups)), ("destination", list(destination_groups))):
        if groups:
            properties.pop(f"{side}AddressPrefix", None)
            properties[f"{side}ApplicationSecurityGroups"] = [{"id": one} for one in groups]
    return {"name": name, "properties": properties}


def add_security_group(
    world: World, group: str, name: str, rules: Iterable[Json] = (), *, tags: Mapping[str, str] | None = None
) -> str:
    """Add an NSG with its rules (see `security_rule`)."""
    document: Json = {"location": location_of(world, group)} | ({"tags": dict(tags)} if tags is not None else {})
    security_group = head(None, new_id(world, group, "networkSecurityGroups", name), GROUP_TYPE, document)
    world.resources[security_group["id"]] = security_group
    settle(security_group)
    for rule in rules:
        store_rule(world, security_group, rule["name"], rule["properties"])
    return str(security_group["id"])


def add_rule(world: World, nsg: str, rule: Json) -> str:
    """Add or replace one rule of an NSG, silently: no event tells of it."""
    security_group = world.resources[nsg]
    stored = store_rule(world, security_group, rule["name"], rule["properties"])
    settle(security_group)
    return str(stored["id"])


def attach(world: World, nsg: str | None, to: str) -> None:
    """Put an NSG before a NIC or a subnet, or none."""
    properties = world.resources[to]["properties"]
    properties.pop("networkSecurityGroup", None)
    if nsg is not None:
        properties["networkSecurityGroup"] = {"id": world.resources[nsg]["id"]}


def add_public_address(world: World, group: str, name: str, *, sku: str = "Standard") -> str:
    """Add a static public IP address."""
    document = {"location": location_of(world, group), "sku": {"name": sku}}
    document |= {"properties": {"publicIPAllocationMethod": "Static"}}
    return str(store_address(world, new_id(world, group, "publicIPAddresses", name), document, SUCCEEDED)["id"])


def add_network_interface(  # noqa: PLR0913 - the options of an interface
    world: World,
    group: str,
    name: str,
    *,
    subnet: str,
    nsg: str | None = None,
    public_address: str | None = None,
) -> str:
    """Add a NIC with one IP configuration in `subnet`; its private address is the next free one."""
    configuration: Json = {"subnet": {"id": subnet}, "privateIPAllocationMethod": "Dynamic"}
    configuration |= {"publicIPAddress": {"id": public_address}} if public_address else {}
    properties: Json = {"ipConfigurations": [{"name": "ipconfig1", "properties": configuration}]}
    properties |= {"networkSecurityGroup": {"id": nsg}} if nsg else {}
    document = {"location": location_of(world, group), "properties": properties}
    return str(store_interface(world, new_id(world, group, "networkInterfaces", name), document)["id"])


def subnet_id(network: str, name: str = "default") -> str:
    """Name a subnet of a network."""
    return f"{network}/subnets/{name}"


def _peering(position: int, prefix: str) -> Json:
    space = {"addressPrefixes": [prefix]}
    properties = {"peeringState": "Connected", "remoteAddressSpace": space, "allowVirtualNetworkAccess": True}
    return {"name": f"peering{position}", "properties": {"provisioningState": SUCCEEDED} | properties}
