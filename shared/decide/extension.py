"""The AdminCenter extension of a VM: what it lacks, and what to write for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from shared.decide.extension_version import decide_version
from shared.model.desired import DesiredState
from shared.model.estate import (
    ADMIN_CENTER_PUBLISHER,
    ADMIN_CENTER_TYPE,
    AgentState,
    Extension,
    PowerState,
    VirtualMachine,
)
from shared.model.plan import Action, ExtensionRequest, Finding, PutExtension, Reason, RefreshExtension

type Decision = tuple[tuple[Finding, ...], tuple[Action, ...]]

_NOT_RUNNING = frozenset({PowerState.STOPPED, PowerState.STOPPING, PowerState.DEALLOCATED, PowerState.DEALLOCATING})
_SETTLED_STATES = frozenset({"succeeded", "failed", "canceled"})
_IN_TRANSIT = frozenset({"creating", "updating", "transitioning"})
_STATUS = "provisioningstate/"
_TYPE_HANDLER_VERSION = "0.0"
_SALT_LENGTH = 32


def decide_what_is_on_its_way(vm: VirtualMachine) -> tuple[Finding, ...]:
    """Tell what has to end before anything else about the extension, or the network it needs, is worth a look."""
    extension = vm.admin_center
    if extension is None:
        return not_ready_to_install(vm)
    state = extension.provisioning_state.casefold()
    evidence = {"extension": str(extension.id), "provisioning_state": extension.provisioning_state}
    if state == "deleting":
        message = f"Extension {extension.name} is being removed from {vm.id.name}."
        return (Finding(vm.id, Reason.EXTENSION_DELETING, message, evidence),)
    if state in _IN_TRANSIT or _reported(extension).startswith("transitioning"):
        message = f"Extension {extension.name} is being installed or updated on {vm.id.name}; that takes minutes."
        return (Finding(vm.id, Reason.EXTENSION_INSTALLING, message, evidence),)
    return ()


def not_ready_to_install(vm: VirtualMachine) -> tuple[Finding, ...]:
    """Tell why no extension can be written to a VM now."""
    name = vm.id.name
    if vm.power_state in _NOT_RUNNING:
        message = f"{name} is {vm.power_state}; an extension can be written to a running VM alone: start it."
        return (Finding(vm.id, Reason.VM_STOPPED, message, {"power_state": vm.power_state.value}),)
    found: list[Finding] = []
    if vm.power_state is PowerState.STARTING or vm.provisioning_state.casefold() not in _SETTLED_STATES:
        evidence = {"power_state": vm.power_state.value, "provisioning_state": vm.provisioning_state}
        message = (
            f"{name} is not ready yet (power {vm.power_state}, provisioning {vm.provisioning_state or 'unknown'})."
        )
        found.append(Finding(vm.id, Reason.VM_NOT_PROVISIONED, message, evidence))
    if vm.agent is not AgentState.READY:
        said = f": {vm.agent_message.rstrip(' .')}" if vm.agent_message else ""
        message = f"The VM agent of {name} is {vm.agent}{said}. It has to be ready to install an extension."
        found.append(Finding(vm.id, Reason.AGENT_NOT_READY, message, {"agent": vm.agent.value}))
    return tuple(found)


def decide_extension(vm: VirtualMachine, desired: DesiredState, *, outbound_allowed: bool) -> Decision:
    """Decide on the extension of an eligible VM on which nothing is on its way."""
    extension = vm.admin_center
    if extension is None:
        return _install(vm, desired, outbound_allowed=outbound_allowed)
    failure = _failure(vm, extension)
    findings, tag = decide_version(vm, extension, desired)
    if tag is None:
        return (*failure, *findings), ()
    waits = not_ready_to_install(vm)
    actions = () if failure or waits else (RefreshExtension(extension.id, extension, tag),)
    return (*failure, *findings, *waits), actions


def _install(vm: VirtualMachine, desired: DesiredState, *, outbound_allowed: bool) -> Decision:
    missing = f"{vm.id.name} has no AdminCenter extension"
    if not outbound_allowed:
        message = f"{missing}; it waits for the outbound path, which the install and its first start need."
        return (Finding(vm.id, Reason.EXTENSION_MISSING, message),), ()
    if not vm.vm_id:
        message = f"Azure reports no vmId for {vm.id.name}, from which the extension's salt is made."
        return (
            Finding(vm.id, Reason.EXTENSION_MISSING, f"{missing}."),
            Finding(vm.id, Reason.READ_FAILED, message),
        ), ()
    message = f"{missing}; it can be installed now, on port {desired.port}."
    identity = vm.id.child("extensions", _free_name(vm.extensions))
    return (
        (Finding(vm.id, Reason.EXTENSION_MISSING, message, {"port": desired.port}),),
        (PutExtension(identity, None, _request(vm.location, vm.vm_id, desired.port)),),
    )


def _request(location: str, vm_id: str, port: int) -> ExtensionRequest:
    salt = hashlib.sha256(vm_id.casefold().encode()).hexdigest()[:_SALT_LENGTH]
    return ExtensionRequest(
        location=location,
        publisher=ADMIN_CENTER_PUBLISHER,
        type=ADMIN_CENTER_TYPE,
        type_handler_version=_TYPE_HANDLER_VERSION,
        auto_upgrade_minor_version=True,
        settings={"port": str(port), "salt": salt},
    )


def _free_name(others: Iterable[Extension]) -> str:
    """Choose a name: writing to one that another extension has would replace that extension."""
    taken = {extension.name.casefold() for extension in others}
    number, name = 1, ADMIN_CENTER_TYPE
    while name.casefold() in taken:
        number += 1
        name = f"{ADMIN_CENTER_TYPE}-{number}"
    return name


def _failure(vm: VirtualMachine, extension: Extension) -> tuple[Finding, ...]:
    reported = _reported(extension)
    if extension.provisioning_state.casefold() == "succeeded" and not reported.startswith("failed"):
        return ()
    said = f" ({extension.status_message.strip()})" if extension.status_message else ""
    message = (
        f"Extension {extension.name} of {vm.id.name} has failed{said}."
        " Remove it and install it again; its logs are in C:\\WindowsAzure\\Logs\\Plugins\\AdminCenter on the VM."
    )
    evidence = {
        "extension": str(extension.id),
        "provisioning_state": extension.provisioning_state,
        "status_code": extension.status_code,
    }
    return (Finding(vm.id, Reason.EXTENSION_FAILED, message, evidence),)


def _reported(extension: Extension) -> str:
    """Give what the agent says of the extension, without what all its codes begin with."""
    return (extension.status_code or "").casefold().removeprefix(_STATUS)
