"""Route tables and their routes. A route is an entry of its own, but has its table's etag and state."""

from __future__ import annotations

import ipaddress

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import ArmError, network, network_child_not_found
from simulator.arm.ids import same
from simulator.arm.network import writes
from simulator.arm.network.tags import is_service_tag
from simulator.arm.network.tracked import TrackedType, referring
from simulator.arm.paging import page
from simulator.store import Json
from simulator.world import World

COLLECTION, ROUTES = "routeTables", "routes"
TABLE_TYPE = f"{writes.PROVIDER}/{COLLECTION}"
ROUTE_TYPE = f"{TABLE_TYPE}/{ROUTES}"
APPLIANCE = "VirtualAppliance"
HOPS = ("VirtualNetworkGateway", "VnetLocal", "Internet", APPLIANCE, "None")


def view(world: World, table: Json) -> Json:
    """Give a table as Azure shows it, with its routes and the subnets that refer to it."""
    users = _users(world, table)
    shown = {"routes": [route_view(route, table) for route in routes_of(world, table)]}
    return table | {"properties": table["properties"] | shown | ({"subnets": users} if users else {})}


def route_view(route: Json, table: Json) -> Json:
    """Give a route as Azure shows it."""
    state = {"provisioningState": table["properties"]["provisioningState"]}
    return {
        "name": route["name"],
        "id": route["id"],
        "etag": table["etag"],
        "properties": state | route["properties"],
        "type": ROUTE_TYPE,
    }


def routes_of(world: World, table: Json) -> list[Json]:
    """Give the routes of a table as they are stored."""
    return world.resources.in_collection(f"{table['id']}/{ROUTES}")


def store_table(world: World, table_id: str, document: Json, state: str) -> Json:
    """Check a table and put it into the world: the routes it does not name are gone. Raises ArmError 400."""
    table = writes.head(world.resources.get(table_id), table_id, TABLE_TYPE, document)
    asked = document.get("properties") or {}
    table["properties"] |= {
        "provisioningState": state,
        "disableBgpRoutePropagation": bool(asked.get("disableBgpRoutePropagation")),
    }
    world.resources[table_id] = table
    for key in world.resources.below(table_id):
        del world.resources[key]
    for route in asked.get("routes") or []:
        store_route(world, table, route["name"], route.get("properties") or {})
    return table


def store_route(world: World, table: Json, name: str, asked: Json) -> Json:
    """Check a route and put it into the world; raises ArmError 400. The codes are not known from recordings."""
    route_id = f"{table['id']}/{ROUTES}/{name}"
    prefix, hop = asked.get("addressPrefix"), asked.get("nextHopType")
    if hop not in HOPS:
        raise _invalid(route_id, "NextHopType", hop)
    if not prefix or not _is_destination(prefix):
        raise _invalid(route_id, "AddressPrefix", prefix)
    address = asked.get("nextHopIpAddress")
    if hop == APPLIANCE and not address:
        text = f"NextHopIpAddress cannot be Null or Empty in route {route_id} when NextHopType is {APPLIANCE}."
        raise network(400, "InvalidRequestFormat", text)
    if hop != APPLIANCE and address:
        raise _invalid(route_id, "NextHopIpAddress", address)
    for other in routes_of(world, table):
        if not same(other["id"], route_id) and same(other["properties"]["addressPrefix"], prefix):
            text = f"Route {name} conflicts with route {other['name']}. Routes cannot have the same AddressPrefix."
            raise network(400, "RouteConflict", text)
    properties: Json = {"addressPrefix": prefix, "nextHopType": hop}
    properties |= {"nextHopIpAddress": address} if address else {}
    properties["hasBgpOverride"] = False
    route = writes.child(world.resources.get(route_id), route_id, ROUTE_TYPE, properties)
    world.resources[route_id] = route
    return route


def _is_destination(prefix: str) -> bool:
    try:
        ipaddress.ip_network(prefix)
    except ValueError:
        return is_service_tag(prefix)
    return True


def _invalid(route_id: str, field: str, value: object) -> ArmError:
    return network(400, "InvalidRequestFormat", f"Route {route_id} has invalid {field}. Value provided: {value}.")


def _users(world: World, table: Json) -> list[Json]:
    return referring(world, "virtualNetworks/subnets", "routeTable", table)


def _refuse_if_used(world: World, table: Json) -> None:
    if _users(world, table):
        text = f"Route table {table['name']} is in use and cannot be deleted."
        raise network(400, "InUseRouteTableCannotBeDeleted", text)


ROUTE_TABLES = TrackedType(COLLECTION, store_table, view, _refuse_if_used)


def list_routes(world: World, request: ArmRequest) -> Answer:
    """Answer the list of a table's routes."""
    table = writes.find(world, request, COLLECTION, "name")
    return page(request, [route_view(route, table) for route in routes_of(world, table)], world.page_size)


def get_route(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one route: an absent one is the provider's 404, an absent table the gateway's."""
    table = writes.find(world, request, COLLECTION, "name")
    route_id = f"{table['id']}/{ROUTES}/{request.params['route']}"
    route = world.resources.get(route_id)
    if route is None:
        raise network_child_not_found(route_id)
    return writes.with_etag(route_view(route, table))


def put_route(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT of one route: the whole table is a new version by it."""
    table = writes.find(world, request, COLLECTION, "name")
    writes.refuse_if_busy(request, table)
    name = request.params["route"]
    existed = f"{table['id']}/{ROUTES}/{name}" in world.resources
    route = store_route(world, table, name, request.document.get("properties") or {})
    writes.settle(table, writes.UPDATING)
    answer = Answer(200 if existed else 201, route_view(route, table))
    return writes.begin(world, request, answer, table["location"], lambda: writes.settle(table))


def delete_route(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE of one route: 204 if it is not there."""
    table = writes.find(world, request, COLLECTION, "name")
    route_id = f"{table['id']}/{ROUTES}/{request.params['route']}"
    if route_id not in world.resources:
        return Answer(204)
    writes.refuse_if_busy(request, table)
    writes.settle(table, writes.UPDATING)
    return writes.delete(world, request, route_id, table["location"], settled=table)
