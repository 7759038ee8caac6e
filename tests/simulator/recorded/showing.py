"""Puts into a world what an answer of Azure shows, so that asking again should show the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulator.arm.compute.machine import ExtensionReport, Power
from simulator.arm.ids import RESOURCE_GROUP_TYPE, ArmId
from simulator.arm.network import interfaces
from simulator.store import Json
from simulator.world import World
from tests.simulator.raw_client import RawClient
from tests.simulator.recorded.surroundings import Surroundings

VM = "microsoft.compute/virtualmachines"
DEFAULT_RULES = "microsoft.network/networksecuritygroups/defaultsecurityrules"
API_VERSION = {"api-version": "2026-04-01"}


class Showing:
    """Writes resources by PUT, and what no PUT can say straight into the world."""

    def __init__(self, world: World, client: RawClient, surroundings: Surroundings) -> None:
        self._world = world
        self._client = client
        self._surroundings = surroundings

    async def show_all(self, answer: Any) -> None:
        """Show one resource, or each item of a list."""
        for shown in answer["value"] if isinstance(answer, dict) and "value" in answer else [answer]:
            if isinstance(shown, dict) and "/resourcegroups/" in str(shown.get("id", "")).lower():
                await self.show(shown)

    async def show(self, shown: Json) -> None:
        """Put one resource into the world as it is shown."""
        resource = ArmId.parse(shown["id"])
        if resource.type.lower() == DEFAULT_RULES:
            self._surroundings.add(resource.parent_id)
        elif "properties" not in shown and resource.type != RESOURCE_GROUP_TYPE:
            self._world.resources[resource.text] = {"properties": {}} | shown
        else:
            await self._put(resource, shown)
            await self._complete(resource, shown)

    async def _put(self, resource: ArmId, shown: Json) -> None:
        if resource.type != RESOURCE_GROUP_TYPE:
            self._surroundings.add_parents(resource)
            self.make_subnets(shown)
            self._surroundings.add_referenced(shown)
        answer = await self._client.send("PUT", shown["id"], _completed(resource, shown), query=API_VERSION)
        if answer.status >= 300:
            raise AssertionError(f"the simulator does not take what Azure shows: {answer.status} {answer.body}")

    async def _complete(self, resource: ArmId, shown: Json) -> None:
        """Make so what no PUT says: who uses the resource, in what state it is, what its agent reports."""
        properties = shown.get("properties", {})
        self._surroundings.connect(shown)
        self._set_state(resource, shown)
        for extension in shown.get("resources", ()):
            await self.show({"location": shown["location"], "properties": {}} | extension)
        if "instanceView" in properties and resource.type.lower() == VM:
            set_machine(self._world, resource.text, properties["instanceView"])
        elif "instanceView" in properties:
            seen = properties["instanceView"]
            report = _report(seen, self._world.clock.now())
            self._world.machine(resource.parent_id).reports[resource.name.lower()] = report
        if "virtualMachine" in properties:
            primary = properties.get("primary", True)
            self.attach(shown["id"], properties["virtualMachine"]["id"], primary=primary)

    def attach(self, interface_id: str, vm_id: str, *, primary: bool = True) -> None:
        """Give an interface to a VM, which need not be in the world."""
        interfaces.attach(self._world.resources[interface_id], vm_id, primary=primary)

    def make_subnets(self, shown: Json) -> None:
        """Make the subnets of an interface, or a load balancer, wide enough for the addresses that it has."""
        shown_properties = shown.get("properties", {})
        for configuration in (
            *shown_properties.get("ipConfigurations", ()),
            *shown_properties.get("frontendIPConfigurations", ()),
        ):
            properties = configuration.get("properties", {})
            subnet, address = properties.get("subnet"), properties.get("privateIPAddress", "")
            if subnet and "." in address and subnet["id"] not in self._world.resources:
                self._surroundings.subnet(subnet["id"], f"{address.rpartition('.')[0]}.0/24")

    def _set_state(self, resource: ArmId, shown: Json) -> None:
        stored = self._world.resources[resource.text]["properties"]
        state = shown.get("properties", {}).get("provisioningState", "Succeeded")
        if "provisioningState" in stored:
            stored["provisioningState"] = state


def _completed(resource: ArmId, shown: Json) -> Json:
    """Give what a PUT needs and an answer does not always show."""
    properties = dict(shown.get("properties", {}))
    if resource.type.lower() == VM and "osProfile" in properties:
        properties["osProfile"] = {"adminUsername": "azureuser"} | properties["osProfile"]
    if resource.type.lower() == f"{VM}/extensions":
        properties = {"publisher": "Example", "type": resource.name, "typeHandlerVersion": "1.0"} | properties
    return shown | {"properties": properties}


def set_machine(world: World, vm_id: str, view: Json) -> None:
    """Bring a VM's machine into the state that an instance view shows."""
    machine = world.machine(vm_id)
    now = world.clock.now()
    for status in view["statuses"]:
        kind, _, value = status["code"].partition("/")
        if kind == "PowerState":
            machine.power = Power(value)
        elif value in {"creating", "updating", "deleting"}:
            world.resources[vm_id]["properties"]["provisioningState"] = value.capitalize()
    _set_disks(world.resources[vm_id]["properties"]["storageProfile"], view["disks"])
    machine.generation = view.get("hyperVGeneration", machine.generation)
    machine.os_name = view.get("osName", machine.os_name)
    machine.os_version = view.get("osVersion", machine.os_version)
    machine.computer_name = view.get("computerName", machine.computer_name)
    ready = "Ready" in [status["displayStatus"] for status in view.get("vmAgent", {}).get("statuses", ())]
    machine.agent_ready_at = now if ready else None
    machine.reports = {one["name"].lower(): _report(one, now) for one in view.get("extensions", ()) if "type" in one}
    machine.generalized = any(status["code"] == "OSState/generalized" for status in view["statuses"])


def _set_disks(storage: Json, disks: list[Json]) -> None:
    storage["osDisk"] |= {"name": disks[0]["name"]}
    if not storage["dataDisks"]:
        storage["dataDisks"] = [{"lun": number, "name": disk["name"]} for number, disk in enumerate(disks[1:])]


def _report(seen: Json, now: datetime) -> ExtensionReport:
    status = seen["statuses"][0]
    return ExtensionReport(
        seen["type"],
        seen["typeHandlerVersion"],
        status["code"],
        status.get("message", ""),
        now,
        tuple(seen.get("substatuses", ())),
    )
