"""Why Compute does not change a VM or its extensions, in the reported words."""

from __future__ import annotations

from simulator.arm.errors import ArmError, compute
from simulator.store import Json


def fixed(field: str) -> ArmError:
    """Refuse to change a field that stays as it was created."""
    return compute(409, "PropertyChangeNotAllowed", f"Changing property '{field}' is not allowed.", field)


def not_running() -> ArmError:
    """Refuse a change of extensions on a VM that does not run."""
    return compute(409, "OperationNotAllowed", "Cannot modify extensions in the VM when the VM is not running.")


def being_deleted() -> ArmError:
    """Refuse a change of what is being deleted."""
    text = (
        "The request failed due to conflict with a concurrent request. To resolve it, please refer to "
        "https://aka.ms/activitylog to get more details on the conflicting requests."
    )
    return compute(409, "Conflict", text)


def extensions_disallowed() -> ArmError:
    """Refuse a change of extensions where the VM's profile forbids them: the same code as for a stopped VM."""
    text = (
        "This operation cannot be performed when extension operations are disallowed. To allow, please ensure VM "
        "Agent is installed on the VM and the osProfile.allowExtensionOperations property is true."
    )
    return compute(409, "OperationNotAllowed", text)


def second_instance(vm: Json, name: str, handler: str) -> ArmError:
    """Refuse a second name under a handler (`Publisher.Type`)."""
    system = vm["properties"]["storageProfile"]["osDisk"]["osType"]
    text = (
        f"Multiple VMExtensions per handler not supported for OS type '{system}'. VMExtension '{name}' with handler "
        f"'{handler}' already added or specified in input."
    )
    return compute(400, "BadRequest", text)
