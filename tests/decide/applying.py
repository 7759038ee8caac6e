"""What an estate looks like after a plan's actions were carried out and Azure has settled."""

from __future__ import annotations

from dataclasses import replace

from shared.model.estate import Estate, Extension, NetworkSecurityGroup, VirtualMachine
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    Plan,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)


def applied(estate: Estate, plan: Plan) -> Estate:
    """Carry out a plan on paper."""
    for action in plan.actions:
        estate = _applied(estate, action)
    return estate


def _applied(estate: Estate, action: Action) -> Estate:
    parent = action.id.parent
    assert parent is not None
    match action:
        case PutExtension():
            return with_machine(estate, _installed(estate.virtual_machines[parent], action))
        case RefreshExtension():
            return with_machine(estate, _refreshed(estate.virtual_machines[parent], action))
        case DeleteExtension():
            return with_machine(estate, _removed(estate.virtual_machines[parent], action))
        case PutSecurityRule():
            return _with_group(estate, _ruled(estate.network_security_groups[parent], action))
        case DeleteSecurityRule():
            return _with_group(estate, _unruled(estate.network_security_groups[parent], action))


def _installed(vm: VirtualMachine, action: PutExtension) -> VirtualMachine:
    assert not any(one.id == action.id for one in vm.extensions), "it would replace another extension"
    extension = Extension(
        action.id,
        action.desired.publisher,
        action.desired.type,
        "Succeeded",
        settings=action.desired.settings,
        type_handler_version=action.desired.type_handler_version,
        auto_upgrade_minor_version=action.desired.auto_upgrade_minor_version,
        running_version="99.0",
        status_code="ProvisioningState/succeeded",
    )
    return replace(vm, extensions=(*vm.extensions, extension))


def _refreshed(vm: VirtualMachine, action: RefreshExtension) -> VirtualMachine:
    return replace(
        vm,
        extensions=tuple(
            replace(one, force_update_tag=action.force_update_tag) if one.id == action.id else one
            for one in vm.extensions
        ),
    )


def _removed(vm: VirtualMachine, action: DeleteExtension) -> VirtualMachine:
    assert action.existing in vm.extensions, "it would take away what nobody looked at"
    return replace(vm, extensions=tuple(one for one in vm.extensions if one.id != action.id))


def _unruled(group: NetworkSecurityGroup, action: DeleteSecurityRule) -> NetworkSecurityGroup:
    assert action.existing in group.security_rules, "it would take away what nobody looked at"
    left = tuple(one for one in group.security_rules if one.name.casefold() != action.id.name.casefold())
    return replace(group, security_rules=left)


def _ruled(group: NetworkSecurityGroup, action: PutSecurityRule) -> NetworkSecurityGroup:
    """Put a rule as Azure would, and hold it to what Azure would refuse."""
    others = [one for one in group.security_rules if one.name.casefold() != action.id.name.casefold()]
    taken = {(one.direction, one.priority) for one in others}
    assert (action.desired.direction, action.desired.priority) not in taken, "SecurityRuleConflict"
    assert 100 <= action.desired.priority <= 4096
    assert (action.existing is not None) == (len(others) < len(group.security_rules)), "it would replace another rule"
    return replace(group, security_rules=(*others, action.desired))


def with_machine(estate: Estate, vm: VirtualMachine) -> Estate:
    return replace(estate, virtual_machines={**estate.virtual_machines, vm.id: vm})


def _with_group(estate: Estate, group: NetworkSecurityGroup) -> Estate:
    return replace(estate, network_security_groups={**estate.network_security_groups, group.id: group})
