"""What became of a write, by what is there at the next look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from shared.decide.application_state import SETTLING, find_application, is_as_before, is_as_written
from shared.decide.wishes import has_same_content
from shared.model.application import Application
from shared.model.estate import Estate, Extension, SecurityRule
from shared.model.plan import (
    DeleteExtension,
    DeleteSecurityRule,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.resource_id import APPLICATION, ResourceId
from shared.model.write import Fate, Write

_ENDS: Mapping[str, Fate] = MappingProxyType({"succeeded": Fate.DONE, "failed": Fate.FAILED, "canceled": Fate.FAILED})
# An accepted delete shows at once as Deleting; what still stands after that was put there anew.
_DELETING = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a write came to, and by what one sees it."""

    fate: Fate
    message: str


type Target = Extension | SecurityRule | Application


def find_target(estate: Estate, target: ResourceId) -> Target | None:
    """Give the extension or rule of that id, if its VM or NSG was observed and has it, or the application."""
    if target.is_a(APPLICATION):
        return find_application(estate, target)
    vm = estate.virtual_machines.get(target.parent) if target.parent else None
    group = estate.network_security_groups.get(target.parent) if target.parent else None
    if vm is not None:
        return next((one for one in vm.extensions if one.id == target), None)
    rules = group.security_rules if group is not None else ()
    return next((one for one in rules if one.name.casefold() == target.name.casefold()), None)


def was_observed(estate: Estate, target: ResourceId) -> bool:
    """Tell whether the VM or NSG that a target belongs to was read, or the application that it is."""
    return (
        target.parent in estate.virtual_machines
        or target.parent in estate.network_security_groups
        or find_application(estate, target) is not None
    )


def decide_settlement(write: Write, estate: Estate) -> Settlement | None:
    """Tell what became of a write; None while that can't be seen yet."""
    target = write.action.id
    whose = target.parent or target
    if whose in estate.absent:
        fate = Fate.ACCEPTED if write.fate is Fate.ACCEPTED else Fate.UNKNOWN
        return Settlement(fate, f"{whose.name} is gone, so that nobody can tell.")
    if not was_observed(estate, target):
        return None
    there = find_target(estate, target)
    match write.action:
        case PutExtension() | RefreshExtension():
            return _extension_put(write, there)
        case PutSecurityRule(desired=desired):
            return _rule_put(desired, there)
        case DeleteExtension() | DeleteSecurityRule():
            return _deleted(write, estate, there)
        case PatchApplication() as action:
            return _patched(write, action, estate, there)


def _extension_put(write: Write, there: Target | None) -> Settlement | None:
    if not isinstance(there, Extension):
        return Settlement(Fate.NOT_DONE, "It was not there when looked at next.")
    action = write.action
    if isinstance(action, RefreshExtension) and there.force_update_tag != action.force_update_tag:
        return Settlement(Fate.NOT_DONE, "It had not been asked to refresh when looked at next.")
    fate = _ENDS.get(there.provisioning_state.casefold())
    return Settlement(fate, f"Its provisioning state was {there.provisioning_state}.") if fate else None


def _rule_put(desired: SecurityRule, there: Target | None) -> Settlement:
    if not isinstance(there, SecurityRule):
        return Settlement(Fate.NOT_DONE, "It was not there when looked at next.")
    if has_same_content(there, desired) and there.priority == desired.priority:
        return Settlement(Fate.DONE, "It was there as written when looked at next.")
    return Settlement(Fate.REPLACED, "It was there, but otherwise, when looked at next.")


def _deleted(write: Write, estate: Estate, there: Target | None) -> Settlement | None:
    if there is None:
        return Settlement(Fate.DONE, "It was gone when looked at next.")
    if isinstance(there, Extension):
        is_deleting = there.provisioning_state.casefold() == "deleting"
        lately = write.fate is Fate.ACCEPTED and estate.observed_at - write.intended_at < _DELETING
        if is_deleting or lately:
            return None
    return Settlement(Fate.NOT_DONE, "It was still there when looked at next.")


def _patched(write: Write, action: PatchApplication, estate: Estate, there: Target | None) -> Settlement | None:
    if not isinstance(there, Application):
        return None
    if is_as_written(there, action):
        return Settlement(Fate.DONE, "It was there as written when looked at next.")
    if not is_as_before(there, action):
        return Settlement(Fate.REPLACED, "It was there, but otherwise, when looked at next.")
    # What was but intended, too: the process may have ended after it was sent.
    may_come = estate.observed_at - write.intended_at < SETTLING
    return None if may_come else Settlement(Fate.NOT_DONE, "It was as before when looked at next.")
