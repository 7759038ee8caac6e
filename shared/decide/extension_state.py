"""How far an extension is, and whether its VM can take a write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.model.estate import AgentState, Extension, PowerState, VirtualMachine
from shared.model.past import Past
from shared.model.plan import Action, Finding
from shared.model.reason import Reason

# Azure gives an extension no longer than this.
LONGEST_INSTALL = timedelta(minutes=90)
LOGS = r"its logs are in C:\WindowsAzure\Logs\Plugins\AdminCenter on the VM"

_NOT_RUNNING = frozenset({PowerState.STOPPED, PowerState.STOPPING, PowerState.DEALLOCATED, PowerState.DEALLOCATING})
# Resource Graph tells all but that: whoever acts on what it shows looks first.
MAY_BE_READY = frozenset({AgentState.READY, AgentState.UNTOLD})
_SETTLED_STATES = frozenset({"succeeded", "failed", "canceled"})
_IN_TRANSIT = frozenset({"creating", "updating", "transitioning"})
_STATUS = "provisioningstate/"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is so of a VM's extension, what to write, and when that can go on by itself."""

    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    look_at: datetime | None = None


def decide_what_is_on_its_way(vm: VirtualMachine, past: Past, now: datetime) -> Decision:
    """Tell what has to end before anything else about the extension, or the network it needs, is worth a look."""
    extension = vm.admin_center
    if extension is None:
        return Decision(not_ready_to_install(vm))
    if is_deleting(extension):
        return Decision((explain_deleting(vm, extension),))
    state = extension.provisioning_state.casefold()
    if state in _IN_TRANSIT or _reported(extension).startswith("transitioning"):
        return _installing(vm, extension, past, now)
    return Decision()


def is_deleting(extension: Extension) -> bool:
    """Tell whether an extension is being removed."""
    return extension.provisioning_state.casefold() == "deleting"


def has_failed(extension: Extension) -> bool:
    """Tell whether an extension on which nothing is on its way is anything but healthy."""
    return extension.provisioning_state.casefold() != "succeeded" or _reported(extension).startswith("failed")


def explain_deleting(vm: VirtualMachine, extension: Extension) -> Finding:
    """Say that an extension is being removed."""
    message = f"Extension {extension.name} is being removed from {vm.id.name}."
    return Finding(vm.id, Reason.EXTENSION_DELETING, message, _evidence(extension))


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
    if vm.agent not in MAY_BE_READY:
        said = f": {vm.agent_message.rstrip(' .')}" if vm.agent_message else ""
        message = f"The VM agent of {name} is {vm.agent}{said}. It has to be ready to install an extension."
        found.append(Finding(vm.id, Reason.AGENT_NOT_READY, message, {"agent": vm.agent.value}))
    return tuple(found)


def _installing(vm: VirtualMachine, extension: Extension, past: Past, now: datetime) -> Decision:
    began, evidence = _began(past), _evidence(extension)
    what = f"Extension {extension.name} is being installed or updated on {vm.id.name}"
    if began is None or now - began < LONGEST_INSTALL:
        finding = Finding(vm.id, Reason.EXTENSION_INSTALLING, f"{what}; that takes minutes.", evidence)
        return Decision((finding,), look_at=None if began is None else began + LONGEST_INSTALL)
    message = (
        f"{what} since {began:%Y-%m-%d %H:%M} UTC or longer, and an install ends within 90 minutes if it ever does."
        f" See why: {LOGS}. Then remove the extension, and it will be installed again; or restart the VM."
    )
    evidence |= {"since": began.isoformat()}
    return Decision((Finding(vm.id, Reason.EXTENSION_STUCK, message, evidence),))


def _began(past: Past) -> datetime | None:
    """Tell since when an install is known to be on its way: a stuck one may be remembered as that alone."""
    stuck = past.since.get(Reason.EXTENSION_STUCK)
    known = (past.since.get(Reason.EXTENSION_INSTALLING), stuck and stuck - LONGEST_INSTALL)
    return min((at for at in known if at is not None), default=None)


def _evidence(extension: Extension) -> dict[str, object]:
    return {"extension": str(extension.id), "provisioning_state": extension.provisioning_state}


def _reported(extension: Extension) -> str:
    """Give what the agent says of the extension, without what all its codes begin with."""
    return (extension.status_code or "").casefold().removeprefix(_STATUS)
