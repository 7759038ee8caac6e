"""What an estate looks like after a plan's actions were carried out and Azure has settled."""

from __future__ import annotations

from dataclasses import replace

from shared.model.application import Application
from shared.model.estate import Estate, Extension, NetworkSecurityGroup, VirtualMachine
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    PatchApplication,
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
    if isinstance(action, PatchApplication):
        return with_application(estate, _patched(estate.applications[action.id], action))
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


def _patched(application: Application, action: PatchApplication) -> Application:
    """Patch an application as Graph would, and hold it to what Graph would refuse."""
    there = (application.web_redirect_uris, application.spa_redirect_uris)
    known = (action.existing.web_redirect_uris, action.existing.spa_redirect_uris)
    assert there == known, "it would write over what nobody looked at"
    body = action.desired.body
    web, spa = body["web"]["redirectUris"], body["spa"]["redirectUris"]
    uris = [*web, *spa, *application.public_client_redirect_uris]
    has_personal_accounts = application.sign_in_audience == "AzureADandPersonalMicrosoftAccount"
    assert len({uri.lower() for uri in uris}) == len(uris), "Redirect URIs must have distinct values"
    assert len(uris) <= (100 if has_personal_accounts else 256)
    assert all(len(uri) <= 256 for uri in uris)
    flags = body["web"].get("implicitGrantSettings", {})
    return replace(
        application,
        web_redirect_uris=tuple(web),
        spa_redirect_uris=tuple(spa),
        access_token_issuance=flags.get("enableAccessTokenIssuance", application.access_token_issuance),
        id_token_issuance=flags.get("enableIdTokenIssuance", application.id_token_issuance),
    )


def with_application(estate: Estate, application: Application) -> Estate:
    return replace(estate, applications={**estate.applications, application.id: application})


def with_machine(estate: Estate, vm: VirtualMachine) -> Estate:
    return replace(estate, virtual_machines={**estate.virtual_machines, vm.id: vm})


def _with_group(estate: Estate, group: NetworkSecurityGroup) -> Estate:
    return replace(estate, network_security_groups={**estate.network_security_groups, group.id: group})
