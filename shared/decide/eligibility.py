"""Whether WAC can manage a VM at all, and if not, why."""

from __future__ import annotations

from shared.decide.exclusion import decide_exclusion, decide_group_readable, decide_ownership
from shared.decide.gateways import decide_gateways
from shared.decide.operating_system import Kind, decide_operating_system
from shared.model.desired import DesiredState
from shared.model.estate import Estate, VirtualMachine
from shared.model.plan import Finding
from shared.model.reason import Reason, Status

_OLDEST_SERVER = 2016
_LEAST_MEMORY_GIB = 3
_NETBIOS_NAME_LENGTH = 15


def decide_eligibility(estate: Estate, vm: VirtualMachine, desired: DesiredState) -> tuple[Finding, ...]:
    """Give every reason why a VM is not, or not certainly, one for WAC; none means that it is."""
    return (
        *_operating_system(vm),
        *_memory(estate, vm),
        *decide_ownership(estate, vm.id, vm.managed_by),
        *decide_exclusion(estate, vm.id, vm.tags, desired),
        *decide_extension_operations(vm),
        *_gateway(vm, desired),
        *_registered_gateway(estate, vm),
        *decide_group_readable(estate, vm.id),
    )


def is_certainly_ineligible(findings: tuple[Finding, ...]) -> bool:
    """Tell whether one reason suffices, whatever else could not be told."""
    return any(finding.status is Status.NOT_APPLICABLE for finding in findings)


def decide_extension_operations(vm: VirtualMachine) -> tuple[Finding, ...]:
    """Tell that no extension of a VM can ever be written."""
    if vm.allow_extension_operations:
        return ()
    message = f"{vm.id.name} allows no extension operations: set osProfile.allowExtensionOperations to true."
    return (Finding(vm.id, Reason.EXTENSIONS_DISALLOWED, message),)


def _operating_system(vm: VirtualMachine) -> tuple[Finding, ...]:
    system = decide_operating_system(vm)
    name = vm.id.name
    evidence = {"os": system.name}
    if system.kind is Kind.UNKNOWN:
        message = (
            f"Neither the VM agent nor the image of {name} tells its operating system:"
            " start the VM and see that its agent reports."
        )
        return (Finding(vm.id, Reason.OS_UNKNOWN, message, evidence),)
    if system.kind is not Kind.WINDOWS_SERVER:
        message = f"{name} runs {system.name}; Windows Admin Center in Azure is for Windows Server 2016 or newer."
        return (Finding(vm.id, Reason.NOT_WINDOWS_SERVER, message, evidence),)
    if system.year is not None and system.year < _OLDEST_SERVER:
        message = f"{name} runs {system.name}; Windows Admin Center needs Windows Server 2016 or newer: upgrade it."
        return (Finding(vm.id, Reason.WINDOWS_TOO_OLD, message, evidence),)
    return ()


def _memory(estate: Estate, vm: VirtualMachine) -> tuple[Finding, ...]:
    size = vm.vm_size or "unknown"
    memory = estate.sizes.get(size.casefold())
    evidence = {"vm_size": size, "memory_gib": memory}
    if memory is None:
        why = (
            f"its size {size} is not among the region's sizes" if estate.sizes else "the region's sizes can't be read"
        )
        message = f"How much memory {vm.id.name} has can't be told: {why}."
        return (Finding(vm.id, Reason.MEMORY_UNKNOWN, message, evidence),)
    if memory < _LEAST_MEMORY_GIB:
        message = (
            f"{vm.id.name} has {memory:g} GiB of memory (size {size}); Windows Admin Center needs"
            f" {_LEAST_MEMORY_GIB} GiB: choose a larger size."
        )
        return (Finding(vm.id, Reason.TOO_LITTLE_MEMORY, message, evidence),)
    return ()


def _gateway(vm: VirtualMachine, desired: DesiredState) -> tuple[Finding, ...]:
    """Tell that a gateway is installed on a VM by hand, as the operator says."""
    gateway = next((one for one in sorted(desired.gateways) if _is_called(vm, one)), None)
    if gateway is None:
        return ()
    message = (
        f"{vm.id.name} is the Windows Admin Center gateway {gateway} of WAC_GATEWAYS, installed by hand to manage"
        " other machines: the extension would reduce it to this one VM, or remove it. If it is none, unlist it."
    )
    return (Finding(vm.id, Reason.IS_GATEWAY, message, {"gateway": gateway, "computer_name": vm.computer_name}),)


def _registered_gateway(estate: Estate, vm: VirtualMachine) -> tuple[Finding, ...]:
    """Tell that the audit of app registrations knows a gateway on a host of that name."""
    for host, registrations in decide_gateways(estate.gateways).items():
        if _is_called(vm, host.partition(".")[0]):
            named = " and ".join(f"{one.display_name or one.id.name} ({one.app_id})" for one in registrations)
            message = (
                f"{vm.id.name} is named like the Windows Admin Center gateway {host} of app registration {named}: the"
                " extension would reduce a gateway that manages other machines to this one VM, or remove it. If there"
                " is none any more, delete that registration."
            )
            evidence = {
                "gateway": host,
                "registrations": [str(one.id) for one in registrations],
                "computer_name": vm.computer_name,
            }
            return (Finding(vm.id, Reason.GATEWAY_HOST, message, evidence),)
    return ()


def _is_called(vm: VirtualMachine, name: str) -> bool:
    """Tell whether that is a VM's computer name. Windows knows a longer one by its first 15 letters, too."""
    called = (vm.computer_name or vm.id.name).casefold().partition(".")[0]
    return called in (name, name[:_NETBIOS_NAME_LENGTH])
