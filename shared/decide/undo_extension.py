"""Undoing the write of an extension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.decide.extension_request import request_again
from shared.decide.extension_state import Decision, explain_deleting, is_deleting, not_ready_to_install
from shared.decide.removal import remove_extension
from shared.model.estate import Extension, VirtualMachine
from shared.model.plan import DeleteExtension, PutExtension, RefreshExtension
from shared.model.write import Fate


def undo_extension(
    vm: VirtualMachine, action: PutExtension | RefreshExtension | DeleteExtension, fate: Fate
) -> Decision | str:
    """Take away what was installed, put back what was removed, or say why that can't be."""
    if not vm.allow_extension_operations:
        return f"{vm.id.name} allows no extension operations"
    match action:
        case RefreshExtension():
            return "Azure can't bring back the older version that ran before"
        case PutExtension(existing=Extension()):
            return "it put back, with the same settings, an extension that had been removed before"
        case PutExtension():
            return _take_away(vm, action)
        case DeleteExtension():
            return _put_back(vm, action, fate)


def _take_away(vm: VirtualMachine, action: PutExtension) -> Decision | str:
    now = next((one for one in vm.extensions if one.id == action.id), None)
    if now is None:
        return Decision()
    if not now.is_admin_center:
        return f"extension {now.name} has been replaced by one of {now.publisher} since"
    if is_deleting(now) or now.settings == action.desired.settings:
        return remove_extension(vm, now)
    return f"somebody has changed its settings ({_differing(now.settings, action.desired.settings)}) since"


def _put_back(vm: VirtualMachine, action: DeleteExtension, fate: Fate) -> Decision | str:
    before = action.existing
    now = vm.admin_center or next((one for one in vm.extensions if one.id == action.id), None)
    if now is None:
        waits = not_ready_to_install(vm)
        put = PutExtension(action.id, before, request_again(before, vm.location))
        return Decision(waits, () if waits else (put,))
    is_as_before = (now.id, now.is_admin_center) == (action.id, True) and now.settings == before.settings
    if is_deleting(now) or (is_as_before and fate is Fate.ACCEPTED):
        return Decision((explain_deleting(vm, now),))
    if is_as_before:
        return Decision()
    differing = _differing(now.settings, before.settings) if now.id == action.id else ""
    return f"extension {now.name} has been installed since{f', with another {differing}' if differing else ''}"


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    return ", ".join(sorted(name for name in {*one, *other} if one.get(name) != other.get(name)))
