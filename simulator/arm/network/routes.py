"""The paths of `Microsoft.Network`."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest, Handler
from simulator.arm.network import (
    interfaces,
    load_balancers,
    network_watchers,
    peerings,
    route_tables,
    security_groups,
    subnets,
    tags,
    virtual_networks,
)
from simulator.arm.network.application_security_groups import APPLICATION_SECURITY_GROUPS
from simulator.arm.network.load_balancer_parts import MAKERS, NAT_RULES, POOLS
from simulator.arm.network.nat_gateways import NAT_GATEWAYS
from simulator.arm.network.public_addresses import PUBLIC_ADDRESSES
from simulator.arm.network.tracked import TrackedType
from simulator.arm.network.virtual_network_gateways import VIRTUAL_NETWORK_GATEWAYS
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


def _tracked(kind: TrackedType) -> tuple[Route, ...]:
    handlers = {"GET": kind.get, "PUT": kind.put, "PATCH": kind.patch, "DELETE": kind.delete}
    return _collection(kind.collection, kind.list, "{name}", **handlers)


WRITTEN_APART: dict[str, Handler] = {"PUT": load_balancers.put_part, "DELETE": load_balancers.delete_part}

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
        peerings.list_peerings,
        "{peering}",
        GET=peerings.get_peering,
        PUT=peerings.put_peering,
        DELETE=peerings.delete_peering,
    ),
    *_tracked(PUBLIC_ADDRESSES),
    *_tracked(APPLICATION_SECURITY_GROUPS),
    *_tracked(NAT_GATEWAYS),
    *_tracked(route_tables.ROUTE_TABLES),
    *_children(
        "routeTables/{name}/routes",
        route_tables.list_routes,
        "{route}",
        GET=route_tables.get_route,
        PUT=route_tables.put_route,
        DELETE=route_tables.delete_route,
    ),
    *_tracked(load_balancers.BALANCERS),
    *(
        route
        for kind in MAKERS
        for route in _children(
            f"loadBalancers/{{name}}/{kind}",
            load_balancers.list_parts,
            "{part}",
            GET=load_balancers.get_part,
            **(WRITTEN_APART if kind in {POOLS, NAT_RULES} else {}),
        )
    ),
    # Gateways alone have no list of a whole subscription.
    *_tracked(VIRTUAL_NETWORK_GATEWAYS)[1:],
    *_tracked(network_watchers.WATCHERS),
    *(
        Route("POST", f"{GROUP}/networkWatchers/{{name}}/{question}", handler)
        for question, handler in network_watchers.QUESTIONS.items()
    ),
    Route("GET", f"{SUBSCRIPTION}/locations/{{location}}/serviceTags", tags.list_service_tags),
    Route("GET", f"{SUBSCRIPTION}/locations/{{location}}/operations/{{operation}}", _poll),
    Route("GET", f"{SUBSCRIPTION}/locations/{{location}}/operationResults/{{operation}}", _result),
)
