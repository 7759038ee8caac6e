"""Virtual networks."""

from __future__ import annotations

from functools import partial

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import network
from simulator.arm.network import peerings, subnets, writes
from simulator.store import Json
from simulator.world import World

NETWORK_TYPE = f"{writes.PROVIDER}/{subnets.NETWORKS}"


def view(world: World, stored: Json) -> Json:
    """Give a network as Azure shows it, with its subnets."""
    inside = [
        subnets.view(world, subnet, stored["etag"])
        for subnet in world.resources.in_collection(f"{stored['id']}/{subnets.SUBNETS}")
    ]
    properties = dict(stored["properties"])
    tail = {
        peerings.PEERINGS: [peerings.view(peering, stored) for peering in properties.pop(peerings.PEERINGS)],
        "enableDdosProtection": properties.pop("enableDdosProtection"),
    }
    return stored | {"properties": properties | {"subnets": inside} | tail}


def store_network(world: World, network_id: str, document: Json, state: str) -> Json:
    """Check a network and put it into the world; subnets that it names replace all, naming none keeps them."""
    existing = world.resources.get(network_id)
    asked = document.get("properties") or {}
    prefixes = (asked.get("addressSpace") or {}).get("addressPrefixes")
    if not prefixes:
        text = f"Address space of virtual network {network_id} must have at least one address prefix."
        raise network(400, "InvalidRequestFormat", text)
    stored = writes.head(existing, network_id, NETWORK_TYPE, document)
    properties = stored["properties"]
    properties |= {"provisioningState": state, "addressSpace": {"addressPrefixes": list(prefixes)}}
    if asked.get("dhcpOptions"):
        properties["dhcpOptions"] = {"dnsServers": list(asked["dhcpOptions"].get("dnsServers") or [])}
    properties[peerings.PEERINGS] = list(asked.get(peerings.PEERINGS) or [])
    properties["enableDdosProtection"] = bool(asked.get("enableDdosProtection"))
    world.resources[network_id] = stored
    if asked.get("subnets") is not None:
        _replace_subnets(world, stored, asked["subnets"], state)
    return stored


def _replace_subnets(world: World, stored: Json, asked: list[Json], state: str) -> None:
    wanted = {subnet["name"].lower() for subnet in asked}
    for subnet in world.resources.in_collection(f"{stored['id']}/{subnets.SUBNETS}"):
        if subnet["name"].lower() not in wanted:
            subnets.refuse_if_used(world, subnet)
            del world.resources[subnet["id"]]
    for subnet in asked:
        subnets.store_subnet(world, stored, subnet["name"], subnet.get("properties") or {}, state)


def list_networks(world: World, request: ArmRequest) -> Answer:
    """Answer the lists by group and by subscription."""
    return writes.listed(world, request, subnets.NETWORKS, partial(view, world))


def get_network(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one network."""
    return writes.with_etag(view(world, writes.find(world, request, subnets.NETWORKS, "name")))


def put_network(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT of a network."""
    network_id = writes.resource_id(world, request, subnets.NETWORKS, request.params["name"])
    existing = world.resources.get(network_id)
    if existing:
        writes.refuse_if_busy(request, existing)
    stored = store_network(world, network_id, request.document, writes.UPDATING)

    def finish() -> None:
        for subnet in world.resources.in_collection(f"{stored['id']}/{subnets.SUBNETS}"):
            subnet["properties"]["provisioningState"] = writes.SUCCEEDED
        writes.settle(stored)

    answer = Answer(200 if existing else 201, view(world, stored))
    return writes.begin(world, request, answer, stored["location"], finish)


def delete_network(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE: refused while one of its subnets is used, 204 if it is not there."""
    stored = world.resources.get(writes.resource_id(world, request, subnets.NETWORKS, request.params["name"]))
    if stored is None:
        return Answer(204)
    for subnet in world.resources.in_collection(f"{stored['id']}/{subnets.SUBNETS}"):
        subnets.refuse_if_used(world, subnet)
    return writes.delete(world, request, stored["id"], stored["location"])
