"""The instance view: what the platform and the agent report of a VM at this moment."""

from __future__ import annotations

from datetime import datetime

from simulator.arm.answers import timestamp
from simulator.arm.compute.machine import ExtensionReport, Machine, Power
from simulator.store import Json
from simulator.world import World

AGENT_VERSION = "2.7.41491.1131"
NOT_POPULATED = "VM status blob is found but not yet populated."
UNRESPONSIVE = "VM Agent is unresponsive."
DISPLAY = {"succeeded": "Provisioning succeeded", "failed": "Provisioning failed", "transitioning": "Transitioning"}
OFF = frozenset({Power.DEALLOCATING, Power.DEALLOCATED})


def instance_view(world: World, vm: Json, machine: Machine) -> Json:
    """Give a VM's instance view. A deallocated one has no agent; OS and names come from an agent that is ready."""
    now = world.clock.now()
    view: Json = {}
    if machine.agent_is_ready(now):
        view |= {"computerName": machine.computer_name, "osName": machine.os_name, "osVersion": machine.os_version}
    if machine.power not in OFF:
        view["vmAgent"] = _agent(machine, now)
    storage = vm["properties"]["storageProfile"]
    view["disks"] = [_disk(disk, machine) for disk in (storage["osDisk"], *storage["dataDisks"])]
    extensions = [
        extension_view(extension, machine) for extension in world.resources.in_collection(f"{vm['id']}/extensions")
    ]
    if extensions and machine.power not in OFF:
        view["extensions"] = extensions
    if machine.power not in OFF:
        view["hyperVGeneration"] = machine.generation
    return view | {"statuses": _statuses(vm, machine)}


def extension_view(extension: Json, machine: Machine) -> Json:
    """Give an extension's own instance view: its name alone until the agent has reported."""
    report = machine.reports.get(extension["name"].lower())
    if report is None:
        return {"name": extension["name"]}
    status = _status(report) | ({"message": report.message} if report.message else {})
    view: Json = {"name": extension["name"], "type": report.handler, "typeHandlerVersion": report.version}
    view |= {"substatuses": list(report.substatuses)} if report.substatuses else {}
    return view | {"statuses": [status | {"time": timestamp(report.time)}]}


def _status(report: ExtensionReport) -> Json:
    word = report.code.split("/")[1]
    level = "Error" if report.failed else "Info"
    return {"code": report.code, "level": level, "displayStatus": DISPLAY[word]}


def _agent(machine: Machine, now: datetime) -> Json:
    if not machine.agent_is_ready(now):
        message = NOT_POPULATED if machine.agent_ready_at is None or machine.agent_ready_at > now else UNRESPONSIVE
        status = {
            "code": "ProvisioningState/Unavailable",
            "level": "Warning",
            "displayStatus": "Not Ready",
            "message": message,
            "time": timestamp(now),
        }
        return {"vmAgentVersion": "Unknown", "statuses": [status]}
    status = {
        "code": "ProvisioningState/succeeded",
        "level": "Info",
        "displayStatus": "Ready",
        "message": "GuestAgent is running and processing the extensions.",
        "time": timestamp(now),
    }
    agent: Json = {"vmAgentVersion": AGENT_VERSION, "statuses": [status]}
    handlers = [_handler(report) for report in machine.reports.values()]
    return agent | ({"extensionHandlers": handlers} if handlers else {})


def _handler(report: ExtensionReport) -> Json:
    state = {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Ready"}
    if report.failed:
        state = {"code": "ProvisioningState/NotReady/1", "level": "Error", "displayStatus": "Not Ready"}
    return {"type": report.handler, "typeHandlerVersion": report.version, "status": state}


def _disk(disk: Json, machine: Machine) -> Json:
    status = {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Provisioning succeeded"}
    return {"name": disk["name"], "statuses": [status | {"time": timestamp(machine.since)}]}


def _statuses(vm: Json, machine: Machine) -> list[Json]:
    generalized = {"code": "OSState/generalized", "level": "Info", "displayStatus": "VM generalized"}
    return [_provisioning(vm, machine), *([generalized] if machine.generalized else []), power_status(machine)]


def _provisioning(vm: Json, machine: Machine) -> Json:
    state = vm["properties"]["provisioningState"]
    failed = state == "Failed"
    code = "ProvisioningState/failed/InternalOperationError" if failed else f"ProvisioningState/{state.lower()}"
    display = {"Succeeded": "Provisioning succeeded", "Failed": "Provisioning failed"}.get(state, state)
    level = "Error" if failed else "Info"
    return {"code": code, "level": level, "displayStatus": display, "time": timestamp(machine.since)}


def power_status(machine: Machine) -> Json:
    """Give the one status that tells a VM's power."""
    return {"code": f"PowerState/{machine.power}", "level": "Info", "displayStatus": f"VM {machine.power}"}
