"""Peerings of virtual networks: each network has its own half, and shows it inside itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import network, network_child_not_found
from simulator.arm.ids import same
from simulator.arm.network import writes
from simulator.arm.paging import page
from simulator.store import Json
from simulator.world import World

NETWORKS, PEERINGS = "virtualNetworks", "virtualNetworkPeerings"
PEERING_TYPE = f"{writes.PROVIDER}/{NETWORKS}/{PEERINGS}"
CONNECTED, INITIATED, DISCONNECTED = "Connected", "Initiated", "Disconnected"
CHOICES = {
    "allowVirtualNetworkAccess": True,
    "allowForwardedTraffic": False,
    "allowGatewayTransit": False,
    "useRemoteGateways": False,
    "doNotVerifyRemoteGateways": False,
}


def view(peering: Json, of: Json) -> Json:
    """Give a peering as Azure shows it: with its network's etag."""
    return {
        "name": peering["name"],
        "id": peering.get("id") or f"{of['id']}/{PEERINGS}/{peering['name']}",
        "etag": of["etag"],
        "properties": peering["properties"],
        "type": PEERING_TYPE,
    }


def store_peering(world: World, of: Json, name: str, asked: Json, state: str) -> Json:
    """Check a peering and put it into its network: connected once the remote network has its half, too.

    Raises ArmError 400.
    """
    peering_id = f"{of['id']}/{PEERINGS}/{name}"
    remote = writes.require(world, asked.get("remoteVirtualNetwork"), peering_id)
    if remote is None:
        raise network(400, "InvalidRequestFormat", f"Peering {peering_id} must name a remote virtual network.")
    _refuse_overlap(peering_id, of, remote)
    space = {"addressPrefixes": list(remote["properties"]["addressSpace"]["addressPrefixes"])}
    back = list(_leading_to(remote, of))
    properties = {
        "provisioningState": state,
        "peeringState": CONNECTED if back else INITIATED,
        "peeringSyncLevel": "FullyInSync" if back else "RemoteNotInSync",
        "remoteVirtualNetwork": {"id": remote["id"]},
        **{choice: bool(asked.get(choice, default)) for choice, default in CHOICES.items()},
        "peerCompleteVnets": True,
        "remoteAddressSpace": space,
        "remoteVirtualNetworkAddressSpace": space,
        "routeServiceVips": {},
    }
    peering = {"name": name, "id": peering_id, "properties": properties}
    kept = [one for one in of["properties"][PEERINGS] if not same(one["name"], name)]
    of["properties"][PEERINGS] = [*kept, peering]
    for half in back:
        half["properties"] |= {"peeringState": CONNECTED, "peeringSyncLevel": "FullyInSync"}
    return peering


def peered_prefixes(of: Json) -> Iterator[str]:
    """Give the address space that a network reaches through its peerings."""
    for peering in of["properties"][PEERINGS]:
        properties = peering["properties"]
        if properties["peeringState"] == CONNECTED and properties.get("allowVirtualNetworkAccess"):
            yield from properties["remoteAddressSpace"]["addressPrefixes"]


def _leading_to(remote: Json, network_: Json) -> Iterator[Json]:
    for peering in remote["properties"][PEERINGS]:
        reference = peering["properties"].get("remoteVirtualNetwork")
        if reference and same(reference["id"], network_["id"]):
            yield peering


def _refuse_overlap(peering_id: str, one: Json, other: Json) -> None:
    spaces = [each["properties"]["addressSpace"]["addressPrefixes"] for each in (one, other)]
    for mine in spaces[0]:
        for theirs in spaces[1]:
            if ipaddress.ip_network(mine).overlaps(ipaddress.ip_network(theirs)):
                text = (
                    f"Cannot create or update peering {peering_id}. Virtual networks {one['id']} and {other['id']} "
                    f"cannot be peered because their address spaces overlap. Overlapping address prefixes: {mine}, "
                    f"{theirs}"
                )
                raise network(400, "VnetAddressSpacesOverlap", text)


def _find(of: Json, name: str) -> Json | None:
    return next((peering for peering in of["properties"][PEERINGS] if same(peering["name"], name)), None)


def list_peerings(world: World, request: ArmRequest) -> Answer:
    """Answer the list of a network's peerings."""
    of = writes.find(world, request, NETWORKS, "name")
    return page(request, [view(peering, of) for peering in of["properties"][PEERINGS]], world.page_size)


def get_peering(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one peering: an absent one is the provider's 404, an absent network the gateway's."""
    of, name = writes.find(world, request, NETWORKS, "name"), request.params["peering"]
    peering = _find(of, name)
    if peering is None:
        raise network_child_not_found(f"{of['id']}/{PEERINGS}/{name}")
    return writes.with_etag(view(peering, of))


def put_peering(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT of one peering: the whole network is a new version by it."""
    of, name = writes.find(world, request, NETWORKS, "name"), request.params["peering"]
    writes.refuse_if_busy(request, of)
    existed = _find(of, name) is not None
    peering = store_peering(world, of, name, request.document.get("properties") or {}, writes.UPDATING)
    writes.settle(of, writes.UPDATING)

    def finish() -> None:
        peering["properties"]["provisioningState"] = writes.SUCCEEDED
        writes.settle(of)

    return writes.begin(world, request, Answer(200 if existed else 201, view(peering, of)), of["location"], finish)


def delete_peering(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE of one peering: the remote half stays, disconnected. 204 if it is not there."""
    of = writes.find(world, request, NETWORKS, "name")
    peering = _find(of, request.params["peering"])
    if peering is None:
        return Answer(204)
    writes.refuse_if_busy(request, of)
    writes.settle(of, writes.UPDATING)

    def finish() -> None:
        of["properties"][PEERINGS].remove(peering)
        remote = world.resources.get((peering["properties"].get("remoteVirtualNetwork") or {}).get("id", "/"))
        for half in _leading_to(remote, of) if remote else ():
            half["properties"]["peeringState"] = DISCONNECTED
        writes.settle(of)

    return writes.begin(world, request, Answer(202), of["location"], finish)
