"""Brings a world into the situation in which a recording was made."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from simulator.arm.ids import RESOURCE_GROUP_TYPE, ArmId
from simulator.faults import Fault, FaultKind
from simulator.world import World
from tests.simulator.raw_client import RawClient
from tests.simulator.recorded.queried import arrange_queried
from tests.simulator.recorded.recording import Exchange, Recording
from tests.simulator.recorded.showing import Showing, set_machine
from tests.simulator.recorded.surroundings import Surroundings
from tests.simulator.recorded.watched import arrange_watched

SOON, NEVER = 600.0, 10.0**6


@dataclass(frozen=True, slots=True)
class Situation:
    """What a situation is made from: `first` is the request that met it."""

    world: World
    recording: Recording
    surroundings: Surroundings
    showing: Showing

    @property
    def first(self) -> Exchange:
        return self.recording.first

    @property
    def target(self) -> ArmId:
        """What is written, or acted on."""
        path = self.first.path
        return ArmId.parse(path.rpartition("/")[0] if self.first.method == "POST" else path)

    @property
    def body(self) -> dict[str, Any]:
        return self.first.body if isinstance(self.first.body, dict) else {}

    @property
    def message(self) -> str:
        """The recorded error's message, or that of its first detail."""
        error = self.first.error
        details = error.get("details") or [{}]
        return str(details[0].get("message") or error.get("message", ""))

    def named(self, pattern: str) -> tuple[str, ...]:
        """Give what the message names at a pattern's groups; empty where it does not match."""
        found = re.search(pattern, self.message, re.S)
        return found.groups() if found else ()


async def arrange(world: World, client: RawClient, recording: Recording) -> None:
    """Make the situation."""
    surroundings = Surroundings(world, _location(recording))
    situation = Situation(world, recording, surroundings, Showing(world, client, surroundings))
    if recording.first.status == 503:
        body_or_not = FaultKind.UNAVAILABLE if recording.first.answer else FaultKind.UNAVAILABLE_WITHOUT_BODY
        world.faults.add(Fault(body_or_not))
    code = recording.first.error.get("code")
    if recording.first.is_query:
        await arrange_queried(world, recording.first, situation.showing)
    elif code in ERRORS:
        await ERRORS[code](situation)
    elif recording.first.resource is not None or recording.subscription_id in recording.first.path:
        await _meets_no_trouble(situation)


async def _meets_no_trouble(situation: Situation) -> None:
    exchange = situation.first
    if exchange.path.endswith("/instanceView"):
        vm_id = exchange.path.rpartition("/")[0]
        for extension in exchange.answer.get("extensions", ()):
            situation.surroundings.add(f"{vm_id}/extensions/{extension['name']}")
        situation.surroundings.add(vm_id)
        set_machine(situation.world, vm_id, exchange.answer)
    elif "/networkWatchers/" in exchange.path and exchange.method == "POST":
        context, surroundings = situation.recording.context, situation.surroundings
        await arrange_watched(situation.world, exchange, context, surroundings, situation.showing)
    elif exchange.method == "GET":
        await situation.showing.show_all(exchange.answer)
    elif situation.target.type != RESOURCE_GROUP_TYPE:
        await _meets_what_is_needed(situation)
    elif exchange.status != 201:
        situation.surroundings.group(situation.target)


async def _meets_what_is_needed(situation: Situation) -> None:
    """Make what a write refers to, and what it changes if that was there."""
    exchange = situation.first
    situation.surroundings.add_parents(situation.target)
    for document in (exchange.answer, exchange.body):
        if isinstance(document, dict):
            situation.showing.make_subnets(document)
    situation.surroundings.add_referenced(exchange.body)
    if exchange.status == 200 and isinstance(exchange.answer, dict):
        await situation.showing.show(_earlier(exchange))
    elif exchange.method in {"DELETE", "POST"} and exchange.status != 204:
        situation.surroundings.add(situation.target.text)
    _foresee(situation)


async def _meets_nothing(_: Situation) -> None:
    """Leave the world as it is: even the group is absent."""


async def _meets_something_absent(situation: Situation) -> None:
    """Make all that a request needs, but for what Azure said is not there."""
    absent = _absent(situation)
    situation.surroundings.group(situation.target)
    if situation.target.text.lower().startswith(absent.text.lower()):
        situation.surroundings.add_parents(absent)
    situation.surroundings.add_referenced(situation.first.body, but=absent.text)


def _absent(situation: Situation) -> ArmId:
    if named := situation.named(r"(/subscriptions/[^ ']+)'? (?:not found|referenced|could not)"):
        return ArmId.parse(named[0])
    if named := situation.named(r"The Resource '([^']+)' under"):
        return ArmId.parse(f"{situation.target.group_id}/providers/{named[0]}")
    return situation.target


async def _meets_a_missing_permission(situation: Situation) -> None:
    linked = situation.named(r"linked scope\(s\) '([^']+)'")
    kind = FaultKind.LINKED_AUTHORIZATION_FAILED if linked else FaultKind.AUTHORIZATION_FAILED
    situation.world.faults.add(Fault(kind, name=linked[0] if linked else None))


async def _meets_other_work(situation: Situation) -> None:
    situation.surroundings.add_parents(situation.target)
    _update_until_later(situation, situation.target.parent_id, SOON)


async def _meets_passing_trouble(situation: Situation) -> None:
    situation.surroundings.add_parents(situation.target)
    situation.surroundings.add_referenced(situation.body)
    if referenced := situation.named(r"because resource (\S+) used by"):
        refused = sum(exchange.status == 429 for exchange in situation.recording.exchanges)
        _update_until_later(situation, referenced[0], SOON if refused == 1 else NEVER)
    else:
        situation.world.faults.add(Fault(FaultKind.BUSY))


def _update_until_later(situation: Situation, resource_id: str, seconds: float) -> None:
    def be(state: str) -> None:
        situation.world.resources[resource_id]["properties"]["provisioningState"] = state

    be("Updating")
    situation.world.clock.call_later(seconds, lambda: be("Succeeded"))


async def _meets_a_user(situation: Situation) -> None:
    """Make the thing to be deleted, and what uses it, as the message names them."""
    if used := situation.named(r"Subnet (\S+) is in use by (\S+) and"):
        subnet = f"{situation.target.text.partition('/subnets/')[0]}/subnets/{used[0]}"
        situation.surroundings.add(subnet)
        situation.surroundings.connect({"id": subnet, "properties": {"ipConfigurations": [{"id": used[1]}]}})
        return
    situation.surroundings.add(situation.target.text)
    if user := situation.named(r"used by existing resource (\S+)\. "):
        situation.showing.attach(situation.target.text, user[0])


async def _meets_a_vm(situation: Situation) -> None:
    """Make the VM that may not be changed as asked, of another price and priority than asked."""
    situation.surroundings.add_parents(situation.target)
    situation.surroundings.add_referenced(situation.body)
    if situation.first.method == "POST":
        situation.surroundings.add(situation.target.text)
    elif situation.first.method == "PATCH":
        before = dict(situation.body["properties"]) | {"billingProfile": {"maxPrice": 1.0}, "priority": "Low"}
        identity = {"id": situation.target.text, "location": "westeurope"}
        await situation.showing.show(situation.body | identity | {"properties": before})


def _foresee(situation: Situation) -> None:
    """Let an install fail where the recorded one did, for the same reason."""
    last = situation.recording.last_poll
    failure = (last.answer.get("error") if last and isinstance(last.answer, dict) else None) or {}
    if failure.get("code") == "VMAgentStatusCommunicationError":
        situation.world.machine(situation.target.parent_id).agent_ready_at = None
    elif failure:
        reason = re.search(r"Error message: ['\"](.*)['\"]\.", failure["message"], re.S)
        situation.world.faults.add(Fault(FaultKind.FAILED_INSTALL, name=reason[1] if reason else None))


def _earlier(exchange: Exchange) -> dict[str, Any]:
    """Give a resource as it was before the recorded change: settled, and an extension was asked for otherwise."""
    shown: dict[str, Any] = exchange.answer
    properties = shown["properties"] | {"provisioningState": "Succeeded"}
    if "/extensions/" in shown["id"] and exchange.method == "PUT":
        properties["forceUpdateTag"] = "before"
    if storage := properties.get("storageProfile"):
        there = [disk for disk in storage["dataDisks"] if "id" in disk.get("managedDisk", {})]
        properties["storageProfile"] = storage | {"dataDisks": there}
    return shown | {"properties": properties}


def _location(recording: Recording) -> str:
    for exchange in recording.exchanges:
        for text in (*exchange.headers.values(), str(exchange.error)):
            if named := re.search(r"/locations/([^/]+)/operation(?:Result)?s/", text):
                return named[1].lower()
    answer = recording.first.answer
    items = answer.get("value", []) if isinstance(answer, dict) else []
    for document in (recording.first.body, answer, *items):
        if isinstance(document, dict) and isinstance(document.get("location"), str):
            return str(document["location"]).replace(" ", "").lower()
    return "westeurope"


ERRORS: dict[str, Callable[[Situation], Awaitable[None]]] = {
    "AnotherOperationInProgress": _meets_other_work,
    "AuthorizationFailed": _meets_a_missing_permission,
    "InUseSubnetCannotBeDeleted": _meets_a_user,
    "InvalidResourceReference": _meets_something_absent,
    "LinkedAuthorizationFailed": _meets_a_missing_permission,
    "NicInUse": _meets_a_user,
    "NotFound": _meets_something_absent,
    "OperationNotAllowed": _meets_a_vm,
    "ParentResourceNotFound": _meets_something_absent,
    "PropertyChangeNotAllowed": _meets_a_vm,
    "ResourceGroupNotFound": _meets_nothing,
    "ResourceNotFound": _meets_something_absent,
    "RetryableError": _meets_passing_trouble,
    "ServerTimeout": _meets_nothing,
}
