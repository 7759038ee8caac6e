"""Virtual network gateways, as far as their being there matters: what they learn from elsewhere is not simulated."""

from __future__ import annotations

from simulator.arm.errors import network
from simulator.arm.network import writes
from simulator.arm.network.tracked import TrackedType
from simulator.store import Json
from simulator.world import World

COLLECTION = "virtualNetworkGateways"
GATEWAY_TYPE = f"{writes.PROVIDER}/{COLLECTION}"
SUBNET = "GatewaySubnet"


def view(_: World, gateway: Json) -> Json:
    """Give a gateway as Azure shows it: every configuration has its etag."""
    properties = gateway["properties"]
    configurations = [one | {"etag": gateway["etag"]} for one in properties["ipConfigurations"]]
    return gateway | {"properties": properties | {"ipConfigurations": configurations}}


def store_gateway(world: World, gateway_id: str, document: Json, state: str) -> Json:
    """Check a gateway and put it into the world; raises ArmError 400."""
    gateway = writes.head(world.resources.get(gateway_id), gateway_id, GATEWAY_TYPE, document)
    asked = document.get("properties") or {}
    sku = (asked.get("sku") or {}).get("name") or "VpnGw1AZ"
    gateway["properties"] |= {
        "provisioningState": state,
        "packetCaptureDiagnosticState": "None",
        "enablePrivateIpAddress": bool(asked.get("enablePrivateIpAddress")),
        "ipConfigurations": [_configuration(world, gateway_id, one) for one in asked.get("ipConfigurations") or ()],
        "natRules": [],
        "enableBgpRouteTranslationForNat": False,
        "disableIPSecReplayProtection": False,
        "sku": {"name": sku, "tier": sku},
        "gatewayType": asked.get("gatewayType") or "Vpn",
        "vpnType": asked.get("vpnType") or "RouteBased",
        "enableBgp": bool(asked.get("enableBgp")),
        "activeActive": bool(asked.get("activeActive")),
        "vpnGatewayGeneration": asked.get("vpnGatewayGeneration") or "Generation1",
    }
    if asked.get("vpnClientConfiguration"):
        gateway["properties"]["vpnClientConfiguration"] = asked["vpnClientConfiguration"]
    world.resources[gateway_id] = gateway
    return gateway


def _configuration(world: World, gateway_id: str, asked: Json) -> Json:
    wanted = asked.get("properties") or {}
    subnet = writes.require(world, wanted.get("subnet"), gateway_id)
    if subnet is None or subnet["name"].lower() != SUBNET.lower():
        text = f"The subnet of virtual network gateway {gateway_id} must be named {SUBNET}."
        raise network(400, "InvalidRequestFormat", text)
    address = writes.require(world, wanted.get("publicIPAddress"), gateway_id)
    name = asked.get("name") or "default"
    properties = {"provisioningState": writes.SUCCEEDED, "privateIPAllocationMethod": "Dynamic"}
    references = {"publicIPAddress": address, "subnet": subnet}
    return {
        "name": name,
        "id": f"{gateway_id}/ipConfigurations/{name}",
        "properties": properties | {key: {"id": found["id"]} for key, found in references.items() if found},
        "type": f"{GATEWAY_TYPE}/ipConfigurations",
    }


VIRTUAL_NETWORK_GATEWAYS = TrackedType(COLLECTION, store_gateway, view)
