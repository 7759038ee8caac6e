"""NAT gateways, through which subnets reach the internet."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.arm.errors import network
from simulator.arm.network import writes
from simulator.arm.network.tracked import TrackedType, referring
from simulator.store import Json
from simulator.world import World

COLLECTION = "natGateways"
GATEWAY_TYPE = f"{writes.PROVIDER}/{COLLECTION}"


def view(world: World, gateway: Json) -> Json:
    """Give a gateway as Azure shows it, with the subnets that refer to it."""
    users = _users(world, gateway)
    return gateway | {"properties": gateway["properties"] | ({"subnets": users} if users else {})}


def store_gateway(world: World, gateway_id: str, document: Json, state: str) -> Json:
    """Check a gateway and put it into the world; raises ArmError 400."""
    gateway = writes.head(world.resources.get(gateway_id), gateway_id, GATEWAY_TYPE, document)
    asked = document.get("properties") or {}
    addresses = [writes.require(world, one, gateway_id) for one in asked.get("publicIpAddresses") or ()]
    gateway["properties"] |= {
        "provisioningState": state,
        "idleTimeoutInMinutes": asked.get("idleTimeoutInMinutes") or 4,
    }
    if addresses:
        gateway["properties"]["publicIpAddresses"] = [{"id": one["id"]} for one in addresses if one]
    gateway["sku"] = {"name": (document.get("sku") or {}).get("name") or "Standard"}
    if document.get("zones"):
        gateway["zones"] = list(document["zones"])
    world.resources[gateway_id] = gateway
    return gateway


def gateway_of_address(world: World, address: Json) -> str | None:
    """Give the id of the NAT gateway that has a public address."""
    return next(
        (str(gateway["id"]) for gateway in world.resources.users_of(address["id"], GATEWAY_TYPE, _addresses)), None
    )


def _addresses(gateway: Json) -> Iterator[tuple[str, Json]]:
    for reference in gateway["properties"].get("publicIpAddresses", ()):
        yield reference["id"], gateway


def _users(world: World, gateway: Json) -> list[Json]:
    return referring(world, "virtualNetworks/subnets", "natGateway", gateway)


def _refuse_if_used(world: World, gateway: Json) -> None:
    if users := _users(world, gateway):
        text = (
            f"NAT Gateway {gateway['id']} is still configured on {len(users)} subnets. Remove NAT Gateway from all "
            "referenced subnets and then delete NAT Gateway."
        )
        raise network(400, "CannotDeleteNatGatewayAssociatedToSubnet", text)


NAT_GATEWAYS = TrackedType(COLLECTION, store_gateway, view, _refuse_if_used)
