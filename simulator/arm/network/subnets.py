"""Subnets: entries of their own, though a virtual network shows them inside itself."""

from __future__ import annotations

import ipaddress

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import network, network_child_not_found
from simulator.arm.ids import ArmId, same
from simulator.arm.network import writes
from simulator.arm.network.ip_configurations import configurations_in
from simulator.arm.paging import page
from simulator.store import Json
from simulator.world import World

NETWORKS, SUBNETS = "virtualNetworks", "subnets"
SUBNET_TYPE = f"{writes.PROVIDER}/{NETWORKS}/{SUBNETS}"
REFERENCES = ("networkSecurityGroup", "routeTable", "natGateway")


def view(world: World, subnet: Json, etag: str) -> Json:
    """Give a subnet as Azure shows it, with the IP configurations in it."""
    properties = dict(subnet["properties"])
    used_by = [{"id": _shouted(configuration["id"])} for configuration in configurations_in(world, subnet["id"])]
    trailing = ("delegations", "privateEndpointNetworkPolicies", "privateLinkServiceNetworkPolicies")
    tail = {key: properties.pop(key) for key in trailing}
    properties |= {"ipConfigurations": used_by} if used_by else {}
    return {
        "name": subnet["name"],
        "id": subnet["id"],
        "etag": etag,
        "properties": properties | tail,
        "type": SUBNET_TYPE,
    }


def store_subnet(world: World, parent: Json, name: str, asked: Json, state: str) -> Json:
    """Check a subnet and put it into the world; raises ArmError 400."""
    subnet_id = f"{parent['id']}/{SUBNETS}/{name}"
    prefixes = asked.get("addressPrefixes") or ([asked["addressPrefix"]] if asked.get("addressPrefix") else [])
    _refuse_space(world, parent, name, prefixes)
    properties: Json = {"provisioningState": state}
    if asked.get("addressPrefixes"):
        properties["addressPrefixes"] = list(prefixes)
    else:
        properties["addressPrefix"] = prefixes[0]
    references = {key: writes.require(world, asked.get(key), subnet_id) for key in REFERENCES}
    properties |= {key: {"id": found["id"]} for key, found in references.items() if found}
    if asked.get("serviceEndpoints"):
        properties["serviceEndpoints"] = [
            {
                "provisioningState": writes.SUCCEEDED,
                "service": endpoint["service"],
                "locations": list(endpoint.get("locations") or ["*"]),
            }
            for endpoint in asked["serviceEndpoints"]
        ]
    properties |= {
        "delegations": list(asked.get("delegations") or []),
        "privateEndpointNetworkPolicies": asked.get("privateEndpointNetworkPolicies") or "Disabled",
        "privateLinkServiceNetworkPolicies": asked.get("privateLinkServiceNetworkPolicies") or "Enabled",
    }
    if asked.get("defaultOutboundAccess") is not None:
        properties["defaultOutboundAccess"] = asked["defaultOutboundAccess"]
    subnet = writes.child(world.resources.get(subnet_id), subnet_id, SUBNET_TYPE, properties)
    world.resources[subnet_id] = subnet
    return subnet


def refuse_if_used(world: World, subnet: Json) -> None:
    """Raise ArmError 400 while an interface, a load balancer or a gateway lies in the subnet."""
    user = next(iter(configurations_in(world, subnet["id"])), None)
    if user is not None:
        text = (
            f"Subnet {subnet['name']} is in use by {user['id']} and cannot be deleted. "
            "In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet."
        )
        raise network(400, "InUseSubnetCannotBeDeleted", text)


def _refuse_space(world: World, parent: Json, name: str, prefixes: list[str]) -> None:
    space = [ipaddress.ip_network(prefix) for prefix in parent["properties"]["addressSpace"]["addressPrefixes"]]
    try:
        wanted = [ipaddress.ip_network(prefix) for prefix in prefixes]
    except ValueError as error:
        text = f"Address prefix {prefixes} of subnet {name} is not a valid CIDR: {error}."
        raise network(400, "InvalidCIDRNotation", text) from error
    inside = all(any(_covers(whole, part) for whole in space) for part in wanted)
    if not wanted or not inside:
        text = f"Subnet '{name}' is not valid in virtual network '{parent['name']}'."
        raise network(400, "NetcfgInvalidSubnet", text)
    for other in world.resources.in_collection(f"{parent['id']}/{SUBNETS}"):
        if same(other["name"], name):
            continue
        properties = other["properties"]
        theirs = properties.get("addressPrefixes") or [properties["addressPrefix"]]
        if any(part.overlaps(ipaddress.ip_network(prefix)) for part in wanted for prefix in theirs):
            text = (
                f"Subnet '{name}' is not valid because its IP address range overlaps with that of an existing "
                f"subnet '{other['name']}'."
            )
            raise network(400, "NetcfgSubnetRangesOverlap", text)


type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _covers(whole: Network, part: Network) -> bool:
    if isinstance(whole, ipaddress.IPv4Network) and isinstance(part, ipaddress.IPv4Network):
        return part.subnet_of(whole)
    if isinstance(whole, ipaddress.IPv6Network) and isinstance(part, ipaddress.IPv6Network):
        return part.subnet_of(whole)
    return False


def _shouted(configuration_id: str) -> str:
    """Write a back-reference as Azure often does: group and names in upper case."""
    holder_id, configurations, name = configuration_id.rsplit("/", 2)
    holder = ArmId.parse(holder_id)
    root = f"/subscriptions/{holder.subscription_id}/resourceGroups/{holder.resource_group.upper()}"
    return f"{root}/providers/{holder.type}/{holder.name.upper()}/{configurations}/{name.upper()}"


def list_subnets(world: World, request: ArmRequest) -> Answer:
    """Answer the list of a network's subnets."""
    parent = writes.find(world, request, NETWORKS, "name")
    found = world.resources.in_collection(f"{parent['id']}/{SUBNETS}")
    return page(request, [view(world, subnet, parent["etag"]) for subnet in found], world.page_size)


def get_subnet(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one subnet: an absent one is the provider's 404, an absent network the gateway's."""
    parent = writes.find(world, request, NETWORKS, "name")
    subnet_id = f"{parent['id']}/{SUBNETS}/{request.params['subnet']}"
    subnet = world.resources.get(subnet_id)
    if subnet is None:
        raise network_child_not_found(subnet_id)
    return writes.with_etag(view(world, subnet, parent["etag"]))


def put_subnet(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT of one subnet: the whole network is a new version by it."""
    parent = writes.find(world, request, NETWORKS, "name")
    writes.refuse_if_busy(request, parent)
    name = request.params["subnet"]
    existed = f"{parent['id']}/{SUBNETS}/{name}" in world.resources
    subnet = store_subnet(world, parent, name, request.document.get("properties") or {}, writes.UPDATING)
    writes.settle(parent, writes.UPDATING)

    def finish() -> None:
        subnet["properties"]["provisioningState"] = writes.SUCCEEDED
        writes.settle(parent)

    answer = Answer(200 if existed else 201, view(world, subnet, parent["etag"]))
    return writes.begin(world, request, answer, parent["location"], finish)


def delete_subnet(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE of one subnet: refused while used, 204 if it is not there."""
    parent = writes.find(world, request, NETWORKS, "name")
    subnet = world.resources.get(f"{parent['id']}/{SUBNETS}/{request.params['subnet']}")
    if subnet is None:
        return Answer(204)
    refuse_if_used(world, subnet)
    return writes.delete(world, request, subnet["id"], parent["location"], settled=parent)
