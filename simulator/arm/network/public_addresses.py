"""Public IP addresses."""

from __future__ import annotations

import hashlib

from simulator.arm.errors import network, network_child_not_found
from simulator.arm.network import writes
from simulator.arm.network.ip_configurations import user_of_address
from simulator.arm.network.nat_gateways import gateway_of_address
from simulator.arm.network.tracked import TrackedType
from simulator.store import Json
from simulator.world import World

ADDRESSES = "publicIPAddresses"
ADDRESS_TYPE = f"{writes.PROVIDER}/{ADDRESSES}"


def view(world: World, address: Json) -> Json:
    """Give an address as Azure shows it, with the IP configuration or the NAT gateway that has it."""
    properties = dict(address["properties"])
    users = {
        "ipConfiguration": user_of_address(world, address["id"]),
        "natGateway": gateway_of_address(world, address),
    }
    properties |= {key: {"id": user} for key, user in users.items() if user}
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


def _refuse_if_used(world: World, address: Json) -> None:
    user = user_of_address(world, address["id"]) or gateway_of_address(world, address)
    if user:
        text = (
            f"Public IP address {address['id']} can not be deleted since it is still allocated to resource {user}. "
            "In order to delete the public IP, disassociate/detach the Public IP address from the resource.  To "
            "learn how to do this, see aka.ms/deletepublicip."
        )
        raise network(400, "PublicIPAddressCannotBeDeleted", text)


PUBLIC_ADDRESSES = TrackedType(ADDRESSES, store_address, view, _refuse_if_used)
