"""Load balancers: their parts, and which IP configurations lie behind them. The interfaces say which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import network_child_not_found
from simulator.arm.ids import same, subscription_of
from simulator.arm.network import writes
from simulator.arm.network.interfaces import INTERFACE_TYPE
from simulator.arm.network.load_balancer_parts import (
    FRONTENDS,
    MAKERS,
    NAT_RULES,
    OUTBOUND_RULES,
    POOLS,
    PROBES,
    RULES,
    Making,
    make_part,
)
from simulator.arm.network.tracked import TrackedType
from simulator.arm.paging import page
from simulator.store import Json
from simulator.world import World

COLLECTION = "loadBalancers"
BALANCER_TYPE = f"{writes.PROVIDER}/{COLLECTION}"
POOLS_OF_INTERFACES, NAT_RULES_OF_INTERFACES = "loadBalancerBackendAddressPools", "loadBalancerInboundNatRules"
# Which parts name a frontend, a pool or a probe: Azure tells it there, too.
USERS = {
    FRONTENDS: (RULES, NAT_RULES, OUTBOUND_RULES),
    POOLS: (RULES, OUTBOUND_RULES, NAT_RULES),
    PROBES: (RULES,),
}


def view(world: World, balancer: Json) -> Json:
    """Give a load balancer as Azure shows it: every part has its etag, and names those that use it."""
    properties = dict(balancer["properties"])
    for kind in MAKERS:
        properties[kind] = [_part_view(world, balancer, kind, part) for part in properties[kind]]
    return balancer | {"properties": properties | {"inboundNatPools": []}}


def store_balancer(world: World, balancer_id: str, document: Json, state: str) -> Json:
    """Check a load balancer and put it into the world; raises ArmError 400."""
    balancer = writes.head(world.resources.get(balancer_id), balancer_id, BALANCER_TYPE, document)
    asked = document.get("properties") or {}
    making = Making(world, balancer["id"], set())
    balancer["properties"]["provisioningState"] = state
    for kind in MAKERS:
        balancer["properties"][kind] = [make_part(making, kind, part) for part in asked.get(kind) or ()]
    _refuse_what_leads_nowhere(balancer)
    sku = document.get("sku") or {}
    balancer["sku"] = {"name": sku.get("name") or "Standard", "tier": sku.get("tier") or "Regional"}
    world.resources[balancer_id] = balancer
    return balancer


def _refuse_what_leads_nowhere(balancer: Json) -> None:
    there = {part["id"].lower() for kind in MAKERS for part in balancer["properties"][kind]}
    for kind in (RULES, NAT_RULES, OUTBOUND_RULES):
        for part in balancer["properties"][kind]:
            for reference in _ids_in(part["properties"]):
                if reference.lower() not in there:
                    raise writes.invalid_reference(reference, part["id"])


def _part_view(world: World, balancer: Json, kind: str, part: Json) -> Json:
    state = {"provisioningState": balancer["properties"]["provisioningState"]}
    users = {
        user: [{"id": one["id"]} for one in balancer["properties"][user] if _names(one["properties"], part["id"])]
        for user in USERS.get(kind, ())
    }
    shown = part | {"etag": balancer["etag"], "type": f"{BALANCER_TYPE}/{kind}"}
    used = {user: found for user, found in users.items() if found}
    return shown | {"properties": state | part["properties"] | used | _behind(world, kind, part)}


def _behind(world: World, kind: str, part: Json) -> Json:
    """Give the IP configurations behind a pool, or the one behind an inbound NAT rule."""
    if kind not in {POOLS, NAT_RULES}:
        return {}
    found = [{"id": one["id"]} for one in world.resources.users_of(part["id"], INTERFACE_TYPE, _memberships)]
    if not found:
        return {}
    return {"backendIPConfigurations": found} if kind == POOLS else {"backendIPConfiguration": found[0]}


def _memberships(interface: Json) -> Iterator[tuple[str, Json]]:
    for configuration in interface["properties"]["ipConfigurations"]:
        for field in (POOLS_OF_INTERFACES, NAT_RULES_OF_INTERFACES):
            for reference in configuration["properties"].get(field) or ():
                yield reference["id"], configuration


def _configurations(world: World, balancer: Json) -> Iterator[Json]:
    for interface in world.resources.of_type(subscription_of(balancer["id"]), INTERFACE_TYPE):
        yield from interface["properties"]["ipConfigurations"]


def _names(value: Any, part_id: str) -> bool:
    return any(same(reference, part_id) for reference in _ids_in(value))


def _ids_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "id":
                yield str(inner)
            else:
                yield from _ids_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids_in(inner)


def _release(world: World, balancer: Json) -> None:
    """Take the interfaces out of the pools and NAT rules of a load balancer that goes."""
    for configuration in _configurations(world, balancer):
        for field in (POOLS_OF_INTERFACES, NAT_RULES_OF_INTERFACES):
            kept = [
                one
                for one in configuration["properties"].pop(field, ())
                if not one["id"].lower().startswith(f"{balancer['id']}/".lower())
            ]
            configuration["properties"] |= {field: kept} if kept else {}


BALANCERS = TrackedType(COLLECTION, store_balancer, view, _release)


def _kind(request: ArmRequest) -> str:
    """Give the parts' kind that a path names, in Azure's casing."""
    asked = request.path.split("/")[9].lower()
    return next(kind for kind in MAKERS if kind.lower() == asked)


def list_parts(world: World, request: ArmRequest) -> Answer:
    """Answer the list of one kind of a load balancer's parts."""
    balancer = view(world, writes.find(world, request, COLLECTION, "name"))
    return page(request, balancer["properties"][_kind(request)], world.page_size)


def get_part(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one part."""
    balancer = view(world, writes.find(world, request, COLLECTION, "name"))
    kind, name = _kind(request), request.params["part"]
    for part in balancer["properties"][kind]:
        if same(part["name"], name):
            return writes.with_etag(part)
    raise network_child_not_found(f"{balancer['id']}/{kind}/{name}")


def put_part(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT of one part: the whole load balancer is a new version by it."""
    balancer = writes.find(world, request, COLLECTION, "name")
    writes.refuse_if_busy(request, balancer)
    kind, name = _kind(request), request.params["part"]
    parts = balancer["properties"][kind]
    others = [part for part in parts if not same(part["name"], name)]
    making = Making(world, balancer["id"], set())
    balancer["properties"][kind] = [*others, make_part(making, kind, request.document | {"name": name})]
    _refuse_what_leads_nowhere(balancer)
    writes.settle(balancer, writes.UPDATING)
    shown = view(world, balancer)["properties"][kind][-1]
    answer = Answer(200 if len(others) < len(parts) else 201, shown)
    return writes.begin(world, request, answer, balancer["location"], lambda: writes.settle(balancer))


def delete_part(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE of one part: refused while a rule names it, 204 if it is not there."""
    balancer = writes.find(world, request, COLLECTION, "name")
    kind, name = _kind(request), request.params["part"]
    parts = balancer["properties"][kind]
    others = [part for part in parts if not same(part["name"], name)]
    if len(others) == len(parts):
        return Answer(204)
    writes.refuse_if_busy(request, balancer)
    balancer["properties"][kind] = others
    _refuse_what_leads_nowhere(balancer)
    writes.settle(balancer, writes.UPDATING)
    return writes.begin(world, request, Answer(202), balancer["location"], lambda: writes.settle(balancer))
