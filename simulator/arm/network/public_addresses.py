"""Public IP addresses."""

from __future__ import annotations

import hashlib
from functools import partial

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import network, network_child_not_found
from simulator.arm.ids import same, subscription_of
from simulator.arm.network import writes
from simulator.arm.network.interfaces import INTERFACE_TYPE
from simulator.store import Json
from simulator.world import World

ADDRESSES = "publicIPAddresses"
ADDRESS_TYPE = f"{writes.PROVIDER}/{ADDRESSES}"


def view(world: World, address: Json) -> Json:
    """Give an address as Azure shows it, with the IP configuration that has it."""
    properties = dict(address["properties"])
    user = _user(world, address)
    properties |= {"ipConfiguration": {"id": user}} if user else {}
    rest = {key: value for key, value in address.items() if key not in {"properties", "type", "sku"}}
    return rest | {"properties": properties, "type": ADDRESS_TYPE, "sku": address["sku"]}


def store_address(world: World, address_id: str, document: Json, state: str) -> Json:
    """Put an address into the world; a static one has its value at once."""
    existing = world.resources.get(address_id)
    address = writes.head(existing, address_id, ADDRESS_TYPE, document)
    if document.get("zones"):
        address["zones"] = list(document["zones"])
    asked = document.get("properties") or {}
    if asked.get("publicIPPrefix"):
        raise network_child_not_found(asked["publicIPPrefix"]["id"])
    sku = (document.get("sku") or {}).get("name") or "Basic"
    method = asked.get("publicIPAllocationMethod") or ("Static" if sku == "Standard" else "Dynamic")
    properties = address["properties"]
    properties["provisioningState"] = state
    if method == "Static":
        digest = hashlib.sha256(address_id.lower().encode()).digest()
        properties["ipAddress"] = f"20.61.{digest[0]}.{digest[1]}"
    properties |= {
        "publicIPAddressVersion": asked.get("publicIPAddressVersion") or "IPv4",
        "publicIPAllocationMethod": method,
        "idleTimeoutInMinutes": asked.get("idleTimeoutInMinutes") or 4,
    }
    if asked.get("dnsSettings"):
        label = asked["dnsSettings"].get("domainNameLabel", "")
        fqdn = f"{label}.{address['location']}.cloudapp.azure.com"
        properties["dnsSettings"] = {"domainNameLabel": label, "fqdn": fqdn}
    properties["ipTags"] = list(asked.get("ipTags") or [])
    properties["ddosSettings"] = asked.get("ddosSettings") or {"protectionMode": "VirtualNetworkInherited"}
    address["sku"] = {"name": sku, "tier": "Regional"}
    world.resources[address_id] = address
    return address


def _user(world: World, address: Json) -> str | None:
    for interface in world.resources.of_type(subscription_of(address["id"]), INTERFACE_TYPE):
        for configuration in interface["properties"]["ipConfigurations"]:
            reference = configuration["properties"].get("publicIPAddress")
            if reference and same(reference["id"], address["id"]):
                return str(configuration["id"])
    return None


def list_addresses(world: World, request: ArmRequest) -> Answer:
    """Answer the lists by group and by subscription."""
    return writes.listed(world, request, ADDRESSES, partial(view, world))


def get_address(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one address."""
    return writes.with_etag(view(world, writes.find(world, request, ADDRESSES, "name")))


def put_address(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT of an address."""
    address_id = writes.resource_id(world, request, ADDRESSES, request.params["name"])
    existed = address_id in world.resources
    address = store_address(world, address_id, request.document, writes.UPDATING)
    answer = Answer(200 if existed else 201, view(world, address))
    return writes.begin(world, request, answer, address["location"], lambda: writes.settle(address))


def delete_address(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE: refused while an interface has it, 204 if it is not there."""
    address = world.resources.get(writes.resource_id(world, request, ADDRESSES, request.params["name"]))
    if address is None:
        return Answer(204)
    user = _user(world, address)
    if user:
        text = (
            f"Public IP address {address['id']} can not be deleted since it is still allocated to resource {user}. "
            "In order to delete the public IP, disassociate/detach the Public IP address from the resource.  To "
            "learn how to do this, see aka.ms/deletepublicip."
        )
        raise network(400, "PublicIPAddressCannotBeDeleted", text)
    return writes.delete(world, request, address["id"], address["location"])
