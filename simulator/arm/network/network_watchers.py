"""Network Watcher: what it answers of one packet. It looks at security groups and routes as they are stored."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from simulator.arm.answers import Answer, ArmRequest, Handler
from simulator.arm.errors import ArmError, network
from simulator.arm.ids import same, subscription_of
from simulator.arm.network import writes
from simulator.arm.network.interfaces import INTERFACE_TYPE
from simulator.arm.network.packets import ALLOW, DENY, INBOUND, OUTBOUND, Look, Packet, Passage, walk
from simulator.arm.network.tracked import TrackedType
from simulator.arm.network.vantage import Address, Vantage
from simulator.arm.operations import Operation
from simulator.store import Json
from simulator.world import World

COLLECTION = "networkWatchers"
WATCHER_TYPE = f"{writes.PROVIDER}/{COLLECTION}"
PROTOCOLS = {"ipFlowVerify": ("tcp", "udp"), "diagnostic": ("tcp", "udp", "icmp", "esp", "ah", "any")}


def view(_: World, watcher: Json) -> Json:
    """Give a watcher as Azure shows it."""
    state = watcher["properties"]["provisioningState"]
    return watcher | {"properties": {"provisioningState": state, "runningOperationIds": []}}


def store_watcher(world: World, watcher_id: str, document: Json, state: str) -> Json:
    """Put a watcher into the world."""
    watcher = writes.head(world.resources.get(watcher_id), watcher_id, WATCHER_TYPE, document)
    watcher["properties"]["provisioningState"] = state
    world.resources[watcher_id] = watcher
    return watcher


WATCHERS = TrackedType(COLLECTION, store_watcher, view)


def _verify_flow(world: World, watcher: Json, asked: Json) -> Json:
    """Answer IP flow verify: the rule of the group that denies the packet, or of the last that lets it through."""
    local, remote = (_address(asked, f"{side}IPAddress") for side in ("local", "remote"))
    interface, configuration = _place(world, watcher, asked, local)
    ports = _port(asked, "localPort"), _port(asked, "remotePort")
    inbound = _direction(asked) == INBOUND
    near, far = (local, ports[0]), (remote, ports[1])
    packet = Packet(
        _direction(asked),
        _protocol(asked, "ipFlowVerify"),
        *(far if inbound else near),
        *(near if inbound else far),
    )
    passages = _walked(world, interface, configuration, packet)
    access = passages[-1].access if passages else ALLOW
    return {"access": access, "ruleName": _path_of(passages[-1].decider) if passages else "", "ruleId": ""}


def _diagnose(world: World, watcher: Json, asked: Json) -> Json:
    """Answer the configuration diagnostic: each profile with the rules that were looked at, group by group."""
    interface, configuration = _place(world, watcher, asked, None)
    return {"results": [_profile(world, interface, configuration, profile) for profile in asked["profiles"]]}


def _profile(world: World, interface: Json, configuration: Json, profile: Json) -> Json:
    packet = Packet(
        _direction(profile),
        _protocol(profile, "diagnostic"),
        _address(profile, "source"),
        None,
        _address(profile, "destination"),
        _port(profile, "destinationPort"),
    )
    passages = _walked(world, interface, configuration, packet)
    denied = any(passage.access == DENY for passage in passages)
    names = ("direction", "protocol", "source", "destination", "destinationPort")
    return {
        "profile": {name: profile[name] for name in names},
        "networkSecurityGroupResult": {
            "securityRuleAccessResult": DENY if denied else ALLOW,
            "evaluatedNetworkSecurityGroups": [_evaluated(passage) for passage in passages],
        },
    }


def _evaluated(passage: Passage) -> Json:
    return {
        "networkSecurityGroupId": passage.group_id,
        "appliedTo": passage.applied_to,
        "matchedRule": {"ruleName": _marked(passage.decider), "action": passage.access},
        "rulesEvaluationResult": [{"name": _marked(look), **look.parts} for look in passage.looks],
    }


def _next_hop(world: World, watcher: Json, asked: Json) -> Json:
    """Answer where a packet goes from an address of a VM."""
    _, configuration = _place(world, watcher, asked, _address(asked, "sourceIPAddress"))
    subnet = world.resources[configuration["properties"]["subnet"]["id"]]
    hop = Vantage(world, subnet).next_hop(_address(asked, "destinationIPAddress"))
    address = {"nextHopIpAddress": hop.address} if hop.address else {}
    return {"nextHopType": hop.type, **address, "routeTableId": hop.table}


def _walked(world: World, interface: Json, configuration: Json, packet: Packet) -> list[Passage]:
    subnet = world.resources[configuration["properties"]["subnet"]["id"]]
    return list(walk(world, interface, subnet, packet))


def _path_of(look: Look) -> str:
    return f"{'defaultSecurityRules' if look.is_default else 'securityRules'}/{look.rule['name']}"


def _marked(look: Look) -> str:
    return f"{'DefaultRule' if look.is_default else 'UserRule'}_{look.rule['name']}"


def _place(world: World, watcher: Json, asked: Json, local: Address | None) -> tuple[Json, Json]:
    """Find the interface of the target that has an address, or else its primary one; raises ArmError 400."""
    target = writes.require(world, {"id": asked["targetResourceId"]}, watcher["id"])
    nic = asked.get("targetNicResourceId") or asked["targetResourceId"]
    for interface in world.resources.of_type(subscription_of(watcher["id"]), INTERFACE_TYPE) if target else ():
        attached = (interface["properties"].get("virtualMachine") or {}).get("id", "")
        if not same(interface["id"], nic) and not (same(attached, nic)):
            continue
        for configuration in interface["properties"]["ipConfigurations"]:
            if local is None and interface["properties"].get("primary", True):
                return interface, configuration
            if local is not None and configuration["properties"].get("privateIPAddress") == str(local):
                return interface, configuration
    raise _invalid("localIPAddress", local)


def _address(asked: Json, name: str) -> Address:
    try:
        return ipaddress.ip_address(asked[name])
    except ValueError as error:
        raise _invalid(name, asked[name]) from error


def _port(asked: Json, name: str) -> int | None:
    text = str(asked[name])
    if text != "*" and not (text.isdecimal() and int(text) <= 65535):
        raise _invalid(name, text)
    return None if text == "*" else int(text)


def _direction(asked: Json) -> str:
    if asked["direction"] not in {INBOUND, OUTBOUND}:
        raise _invalid("direction", asked["direction"])
    return str(asked["direction"])


def _protocol(asked: Json, of: str) -> str:
    if str(asked["protocol"]).lower() not in PROTOCOLS[of]:
        raise _invalid("protocol", asked["protocol"])
    return str(asked["protocol"])


def _invalid(name: str, value: object) -> ArmError:
    return network(400, "InvalidParameter", f"Value provided for parameter {name} is invalid: {value}.")


def _asynchronously(question: Callable[[World, Json, Json], Json]) -> Handler:
    """Make the handler of a question: 202, and its answer in the end under `Location`."""

    def answer(world: World, request: ArmRequest) -> Answer:
        watcher = writes.find(world, request, COLLECTION, "name")
        operation = Operation(
            request,
            world.subscriptions[request.params["subscription"].lower()],
            writes.PROVIDER,
            watcher["location"],
            world.clock.now(),
            complete=lambda: None,
            output=question(world, watcher, request.document),
            answers_a_question=True,
        )
        return world.operations.begin(operation, Answer(202, says_null=True), world.network_seconds)

    return answer


QUESTIONS: dict[str, Handler] = {
    "ipFlowVerify": _asynchronously(_verify_flow),
    "networkConfigurationDiagnostic": _asynchronously(_diagnose),
    "nextHop": _asynchronously(_next_hop),
}
