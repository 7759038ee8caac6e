"""The AdminCenter extension of a VM: what it lacks, and what to write for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.decide.extension_request import request_again, request_new
from shared.decide.extension_state import Decision, has_failed, not_ready_to_install
from shared.decide.extension_version import decide_version
from shared.decide.reinstall import decide_reinstall
from shared.model.desired import DesiredState
from shared.model.estate import ADMIN_CENTER_TYPE, Extension, VirtualMachine
from shared.model.past import Past
from shared.model.plan import Finding, PutExtension, RefreshExtension
from shared.model.reason import Reason


def decide_extension(
    vm: VirtualMachine, desired: DesiredState, past: Past, now: datetime, *, outbound_allowed: bool
) -> Decision:
    """Decide on the extension of an eligible VM on which nothing is on its way."""
    extension = vm.admin_center
    if extension is None:
        return _install(vm, desired, past, outbound_allowed=outbound_allowed)
    findings, tag = decide_version(vm, extension, desired)
    if has_failed(extension):
        reinstall = decide_reinstall(vm, extension, past, now, outbound_allowed=outbound_allowed)
        failure, *waits = reinstall.findings
        # An agent that has nothing to say of a failed one's version is no news.
        told = (one for one in findings if one.reason is not Reason.AGENT_NOT_READY)
        return replace(reinstall, findings=(failure, *told, *waits))
    if tag is None:
        return Decision(findings)
    waiting = not_ready_to_install(vm)
    return Decision((*findings, *waiting), () if waiting else (RefreshExtension(extension.id, extension, tag),))


def _install(vm: VirtualMachine, desired: DesiredState, past: Past, *, outbound_allowed: bool) -> Decision:
    removed = past.removed if past.removed is not None and past.removed.is_admin_center else None
    missing = f"{vm.id.name} has no AdminCenter extension"
    if removed is not None:
        missing += ", since it was removed to be installed again"
    elif past.removed is not None:
        # This app removes no other: somebody else wrote that row. What is decided without it is safe.
        missing += (
            f" (what is remembered as removed, {past.removed.type} of {past.removed.publisher}, is none, and is never"
            " put back: look who else writes to the app's tables)"
        )
    if not outbound_allowed:
        message = f"{missing}; it waits for the outbound path, which the install and its first start need."
        return Decision((Finding(vm.id, Reason.EXTENSION_MISSING, message),))
    if removed is not None:
        return _install_again(vm, removed, missing)
    if not vm.vm_id:
        message = f"Azure reports no vmId for {vm.id.name}, from which the extension's salt is made."
        return Decision(
            (
                Finding(vm.id, Reason.EXTENSION_MISSING, f"{missing}."),
                Finding(vm.id, Reason.READ_FAILED, message),
            )
        )
    message = f"{missing}; it can be installed now, on port {desired.port}."
    identity = vm.id.child("extensions", _free_name(vm.extensions))
    return Decision(
        (Finding(vm.id, Reason.EXTENSION_MISSING, message, {"port": desired.port}),),
        (PutExtension(identity, None, request_new(vm.location, vm.vm_id, desired.port)),),
    )


def _install_again(vm: VirtualMachine, removed: Extension, missing: str) -> Decision:
    message = f"{missing}; it can be put back now, with all of its settings."
    evidence = {"removed": str(removed.id), "settings": sorted(removed.settings)}
    identity = vm.id.child("extensions", _free_name(vm.extensions, removed.name))
    return Decision(
        (Finding(vm.id, Reason.EXTENSION_MISSING, message, evidence),),
        (PutExtension(identity, removed, request_again(removed, vm.location)),),
    )


def _free_name(others: Iterable[Extension], wanted: str = ADMIN_CENTER_TYPE) -> str:
    """Choose a name: writing to one that another extension has would replace that extension."""
    taken = {extension.name.casefold() for extension in others}
    number, name = 1, wanted
    while name.casefold() in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
