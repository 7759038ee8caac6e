"""Taking an extension away for good."""

from __future__ import annotations

from shared.decide.eligibility import decide_extension_operations
from shared.decide.extension_state import Decision, explain_deleting, is_deleting, not_ready_to_install
from shared.model.estate import Extension, VirtualMachine
from shared.model.plan import DeleteExtension


def remove_extension(vm: VirtualMachine, extension: Extension) -> Decision:
    """Take an extension away, in whatever state it is, once its VM can take that."""
    if is_deleting(extension):
        return Decision((explain_deleting(vm, extension),))
    waits = decide_extension_operations(vm) or not_ready_to_install(vm)
    return Decision(waits, () if waits else (DeleteExtension(extension.id, extension),))
