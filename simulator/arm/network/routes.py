"""The paths of `Microsoft.Network`."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest, Handler
from simulator.arm.network import interfaces, public_addresses, security_groups, subnets, tags, virtual_networks
from simulator.arm.router import Route
from simulator.world import World

SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.Network"
GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network"


def _poll(world: World, request: ArmRequest) -> Answer:
    return world.operations.status(request)


def _result(world: World, request: ArmRequest) -> Answer:
    return world.operations.result(request)


def _collection(name: str, listed: Handler, item: str, **handlers: Handler) -> tuple[Route, ...]:
    """Give the routes of one top-level type: its two lists, and its items' methods."""
    lists = (Route("GET", f"{SUBSCRIPTION}/{name}", listed), Route("GET", f"{GROUP}/{name}", listed))
    return lists + tuple(Route(method, f"{GROUP}/{name}/{item}", handler) for method, handler in handlers.items())


def _children(path: str, listed: Handler, item: str, **handlers: Handler) -> tuple[Route, ...]:
    items = tuple(Route(method, f"{GROUP}/{path}/{item}", handler) for method, handler in handlers.items())
    return (Route("GET", f"{GROUP}/{path}", listed), *items)


ROUTES = (
    *_collection(
        "networkSecurityGroups",
        security_groups.list_groups,
        "{name}",
        GET=security_groups.get_group,
        PUT=security_groups.put_group,
        PATCH=security_groups.patch_group,
        DELETE=security_groups.delete_group,
    ),
    *_children(
        "networkSecurityGroups/{name}/securityRules",
        security_groups.list_rules,
        "{rule}",
        GET=security_groups.get_rule,
        PUT=security_groups.put_rule,
        DELETE=security_groups.delete_rule,
    ),
    *_children(
        "networkSecurityGroups/{name}/defaultSecurityRules",
        security_groups.list_default_rules,
        "{rule}",
        GET=security_groups.get_default_rule,
    ),
    *_collection(
        "networkInterfaces",
        interfaces.list_interfaces,
        "{name}",
        GET=interfaces.get_interface,
        PUT=interfaces.put_interface,
        PATCH=interfaces.patch_interface,
        DELETE=interfaces.delete_interface,
    ),
    *_collection(
        "virtualNetworks",
        virtual_networks.list_networks,
        "{name}",
        GET=virtual_networks.get_network,
        PUT=virtual_networks.put_network,
        DELETE=virtual_networks.delete_network,
    ),
    *_children(
        "virtualNetworks/{name}/subnets",
        subnets.list_subnets,
        "{subnet}",
        GET=subnets.get_subnet,
        PUT=subnets.put_subnet,
        DELETE=subnets.delete_subnet,
    ),
    *_children(
        "virtualNetworks/{name}/virtualNetworkPeerings",
        virtual_networks.list_peerings,
        "{peering}",
        GET=virtual_networks.get_peering,
    ),
    *_collection(
        "publicIPAddresses",
        public_addresses.list_addresses,
        "{name}",
        GET=public_addresses.get_address,
        PUT=public_addresses.put_address,
        DELETE=public_addresses.delete_address,
    ),
    Route("GET", f"{SUBSCRIPTION}/locations/{{location}}/serviceTags", tags.list_service_tags),
    Route("GET", f"{SUBSCRIPTION}/locations/{{location}}/operations/{{operation}}", _poll),
    Route("GET", f"{SUBSCRIPTION}/locations/{{location}}/operationResults/{{operation}}", _result),
)
