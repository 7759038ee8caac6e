"""What happens in the guest when an extension is installed: how long it takes, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.compute.machine import ExtensionReport, Install, Machine
from simulator.arm.compute.models import EXTENSION_TYPE
from simulator.arm.compute.work import prepare
from simulator.arm.ids import subscription_of
from simulator.arm.operations import Completion, Failure, Operation, State
from simulator.faults import FaultKind
from simulator.store import Json
from simulator.world import World

AGENT_SECONDS = 25 * 60
LONGEST_INSTALL_SECONDS = 90 * 60
PREEMPTED = Failure("OperationPreempted", "Operation execution has been preempted by a more recent operation.")


@dataclass(frozen=True, slots=True)
class Course:
    """How an install goes: after `seconds` it has failed as said, or succeeded."""

    seconds: float
    failure: Failure | None = None


def foresee(world: World, machine: Machine, extension: Json) -> Course:
    """Decide how an install that begins now will go, by the agent and the faults in force."""
    wait = machine.seconds_to_agent(world.clock.now())
    if wait is None or wait > AGENT_SECONDS:
        return Course(AGENT_SECONDS, _no_agent(machine))
    fault = world.faults.for_install(extension["id"], EXTENSION_TYPE)
    if fault and fault.kind is FaultKind.STUCK_INSTALL:
        return Course(LONGEST_INSTALL_SECONDS, _timed_out(extension))
    seconds = world.install_seconds if machine.install_seconds is None else machine.install_seconds
    if fault:
        return Course(wait + seconds, _handler_failed(extension, fault.name or "The handler exited with code 1603."))
    return Course(wait + seconds)


def begin_install(
    world: World, machine: Machine, extension: Json, correlation_id: str = ""
) -> tuple[Course, Completion]:
    """Begin to install; an earlier install of the same extension is given up."""
    preempt(world, machine, extension)
    course = foresee(world, machine, extension)
    world.installs.append(Install(world.clock.now(), extension["id"], correlation_id))
    name = extension["name"].lower()
    machine.reports.pop(name, None)
    machine.failures.pop(name, None)
    if machine.agent_is_ready(world.clock.now()):
        machine.reports[name] = _report(world, extension, "ProvisioningState/transitioning", "")
    return course, lambda: _end(world, machine, extension, course.failure)


def preempt(world: World, machine: Machine, extension: Json) -> None:
    """Give up the operation that installs this extension, if one is under way."""
    operation = under_way(machine, extension)
    if operation is not None:
        world.operations.finish(operation, PREEMPTED)


def interrupt_all(world: World, machine: Machine) -> None:
    """Give up every install on a VM that stops."""
    for name in list(machine.installing):
        operation = machine.installing.pop(name)
        extension = world.resources.get(f"{machine.vm_id}/extensions/{name}")
        if operation.state is State.IN_PROGRESS and extension is not None:
            world.operations.finish(operation, PREEMPTED)
            _fail(world, machine, extension, PREEMPTED)


def retry_failed(world: World, machine: Machine) -> None:
    """Install again what had failed: Azure does so by itself at a VM's start."""
    for extension in world.resources.in_collection(f"{machine.vm_id}/extensions"):
        if extension["properties"]["provisioningState"] == "Failed":
            extension["properties"]["provisioningState"] = "Updating"
            course, complete = begin_install(world, machine, extension)
            request = ArmRequest("PUT", extension["id"], params={"subscription": subscription_of(extension["id"])})
            operation = prepare(world, request, complete)
            operation.reported = False
            machine.installing[extension["name"].lower()] = operation
            world.operations.begin(operation, Answer(200, extension), course.seconds)


def under_way(machine: Machine, extension: Json) -> Operation | None:
    """Give the operation that installs this extension now."""
    operation = machine.installing.get(extension["name"].lower())
    return operation if operation and operation.state is State.IN_PROGRESS else None


def _end(world: World, machine: Machine, extension: Json, failure: Failure | None) -> Failure | None:
    if world.resources.get(extension["id"]) is not extension:
        return PREEMPTED
    if failure:
        _fail(world, machine, extension, failure)
    else:
        extension["properties"]["provisioningState"] = "Succeeded"
        machine.reports[extension["name"].lower()] = _report(world, extension, "ProvisioningState/succeeded", "")
    return failure


def _fail(world: World, machine: Machine, extension: Json, failure: Failure) -> None:
    extension["properties"]["provisioningState"] = "Failed"
    machine.failures[extension["name"].lower()] = failure
    if failure.code == "VMExtensionProvisioningError":
        report = _report(world, extension, "ProvisioningState/failed/1", failure.message)
        machine.reports[extension["name"].lower()] = report


def _report(world: World, extension: Json, code: str, message: str) -> ExtensionReport:
    properties = extension["properties"]
    handler = f"{properties['publisher']}.{properties['type']}"
    version = world.handler_versions.get(handler.lower(), f"{properties['typeHandlerVersion']}.0.0")
    return ExtensionReport(handler, version, code, message, world.clock.now())


def _no_agent(machine: Machine) -> Failure:
    name = machine.vm_id.rsplit("/", 1)[1]
    system = "windows" if machine.os_name.startswith("Windows") else "linux"
    text = (
        f"VM '{name}' has not reported status for VM agent or extensions. Verify that the OS is up and healthy, the "
        "VM has a running VM agent, and that it can establish outbound connections to Azure storage. Please refer to "
        f"https://aka.ms/vmextension{system}troubleshoot for additional VM agent troubleshooting information."
    )
    return Failure("VMAgentStatusCommunicationError", text)


def _handler_failed(extension: Json, reason: str) -> Failure:
    properties = extension["properties"]
    text = (
        f"VM has reported a failure when processing extension '{extension['name']}' (publisher "
        f"'{properties['publisher']}' and type '{properties['type']}'). Error message: \"{reason}\". More "
        "information on troubleshooting is available at https://aka.ms/VMExtensionCSEWindowsTroubleshoot. "
    )
    return Failure("VMExtensionProvisioningError", text)


def _timed_out(extension: Json) -> Failure:
    text = (
        f"Provisioning of VM extension {extension['name']} has timed out. Extension provisioning has taken too long "
        "to complete. The extension last reported 'Transitioning'."
    )
    return Failure("VMExtensionProvisioningTimeout", text)
