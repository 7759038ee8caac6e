"""The parts of a load balancer, each as Azure echoes what was asked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.arm.network import writes
from simulator.arm.network.ip_configurations import taken_in
from simulator.arm.network.private_addresses import private_address
from simulator.store import Json
from simulator.world import World

FRONTENDS, POOLS, PROBES = "frontendIPConfigurations", "backendAddressPools", "probes"
RULES, NAT_RULES, OUTBOUND_RULES = "loadBalancingRules", "inboundNatRules", "outboundRules"


@dataclass(frozen=True, slots=True)
class Making:
    """What a part is made in: the balancer's id, and the addresses that its other frontends have taken."""

    world: World
    balancer_id: str
    taken: set[str | None]


def _frontend(making: Making, asked: Json) -> Json:
    method = asked.get("privateIPAllocationMethod") or "Dynamic"
    address = writes.require(making.world, asked.get("publicIPAddress"), making.balancer_id)
    if address:
        return {"privateIPAllocationMethod": method, "publicIPAddress": {"id": address["id"]}}
    subnet = writes.require(making.world, asked.get("subnet"), making.balancer_id)
    if subnet is None:
        return {"privateIPAllocationMethod": method}
    taken = taken_in(making.world, subnet["id"], but=making.balancer_id) | making.taken
    private = private_address(subnet, asked, asked, taken)
    making.taken.add(private)
    return {
        "privateIPAddress": private,
        "privateIPAllocationMethod": method,
        "subnet": {"id": subnet["id"]},
        "privateIPAddressVersion": asked.get("privateIPAddressVersion") or "IPv4",
    }


def _pool(_: Making, asked: Json) -> Json:
    return {"loadBalancerBackendAddresses": list(asked.get("loadBalancerBackendAddresses") or [])}


def _probe(_: Making, asked: Json) -> Json:
    path = {"requestPath": asked["requestPath"]} if asked.get("requestPath") else {}
    return {
        "protocol": asked.get("protocol") or "Tcp",
        "port": asked.get("port"),
        **path,
        "intervalInSeconds": asked.get("intervalInSeconds") or 15,
        "numberOfProbes": asked.get("numberOfProbes") or 2,
        "probeThreshold": asked.get("probeThreshold") or 1,
    }


def _rule(_: Making, asked: Json) -> Json:
    pools = asked.get("backendAddressPools") or (
        [asked["backendAddressPool"]] if asked.get("backendAddressPool") else []
    )
    pool = {"backendAddressPool": _reference(pools[0])} if len(pools) == 1 else {}
    return {
        **_references(asked, "frontendIPConfiguration"),
        "frontendPort": asked.get("frontendPort"),
        "backendPort": asked.get("backendPort") or asked.get("frontendPort"),
        **_of_flows(asked),
        "loadDistribution": asked.get("loadDistribution") or "Default",
        "disableOutboundSnat": bool(asked.get("disableOutboundSnat")),
        **pool,
        "backendAddressPools": [_reference(each) for each in pools],
        **_references(asked, "probe"),
    }


def _nat_rule(_: Making, asked: Json) -> Json:
    ports = ("frontendPort", "frontendPortRangeStart", "frontendPortRangeEnd", "backendPort")
    return {
        **_references(asked, "frontendIPConfiguration", POOLS.removesuffix("s")),
        **{name: asked[name] for name in ports if asked.get(name) is not None},
        **_of_flows(asked),
    }


def _outbound_rule(_: Making, asked: Json) -> Json:
    return {
        "allocatedOutboundPorts": asked.get("allocatedOutboundPorts") or 0,
        "protocol": asked.get("protocol") or "All",
        "enableTcpReset": bool(asked.get("enableTcpReset")),
        "idleTimeoutInMinutes": asked.get("idleTimeoutInMinutes") or 4,
        **_references(asked, "backendAddressPool"),
        "frontendIPConfigurations": [_reference(one) for one in asked.get("frontendIPConfigurations") or ()],
    }


def _of_flows(asked: Json) -> Json:
    return {
        "enableFloatingIP": bool(asked.get("enableFloatingIP")),
        "idleTimeoutInMinutes": asked.get("idleTimeoutInMinutes") or 4,
        "protocol": asked.get("protocol") or "Tcp",
        "enableDestinationServiceEndpoint": False,
        "enableTcpReset": bool(asked.get("enableTcpReset")),
        "allowBackendPortConflict": False,
    }


def _references(asked: Json, *names: str) -> Json:
    return {name: _reference(asked[name]) for name in names if asked.get(name)}


def _reference(asked: Json) -> Json:
    return {"id": asked["id"]}


MAKERS: dict[str, Callable[[Making, Json], Json]] = {
    FRONTENDS: _frontend,
    POOLS: _pool,
    RULES: _rule,
    PROBES: _probe,
    NAT_RULES: _nat_rule,
    OUTBOUND_RULES: _outbound_rule,
}


def make_part(making: Making, kind: str, asked: Json) -> Json:
    """Make what is stored of one part; raises ArmError 400."""
    name = asked["name"]
    part = {"name": name, "id": f"{making.balancer_id}/{kind}/{name}"}
    zones = {"zones": list(asked["zones"])} if asked.get("zones") else {}
    return part | {"properties": MAKERS[kind](making, asked.get("properties") or {})} | zones
