"""Why a write that its caller may do otherwise is refused, word for word as reported."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.arm.answers import ArmRequest
from simulator.arm.errors import ArmError, gateway
from simulator.restrictions import DenyAssignment, PolicyAssignment


def who(request: ArmRequest) -> str:
    """Name the caller as the gateway does."""
    return f"The client '{request.caller.client_id}' with object id '{request.caller.object_id}'"


def scope_of(request: ArmRequest) -> str:
    """Give the resource that a request is about: of an action, the one that it acts on."""
    return request.path.rsplit("/", 1)[0] if request.method == "POST" else request.path


def scope_locked(request: ArmRequest, locked: Iterable[str]) -> ArmError:
    """Refuse what locks at these scopes forbid; the message doesn't name the locks themselves."""
    verb = "delete" if request.method == "DELETE" else "write"
    scopes = ",".join(f"'{scope}'" for scope in locked)
    text = (
        f"The scope '{scope_of(request)}' cannot perform {verb} operation because following scope(s) are locked: "
        f"{scopes}. Please remove the lock and try again."
    )
    return gateway(409, "ScopeLocked", text)


def disallowed_by_policy(request: ArmRequest, policy: PolicyAssignment) -> ArmError:
    """Refuse what a policy denies."""
    definition_id = f"/{'/'.join(policy.scope.split('/')[1:3])}/providers/Microsoft.Authorization/policyDefinitions/"
    definition_id += policy.name
    resource = scope_of(request).rsplit("/", 1)[-1]
    text = (
        f"Resource '{resource}' was disallowed by policy. Policy identifiers: "
        f'\'[{{"policyAssignment":{{"name":"{policy.name}","id":"{policy.id}"}},'
        f'"policyDefinition":{{"name":"{policy.name}","id":"{definition_id}"}}}}]\'.'
    )
    info = {
        "policyDefinitionDisplayName": policy.name,
        "policyDefinitionId": definition_id,
        "policyDefinitionName": policy.name,
        "policyDefinitionEffect": "deny",
        "policyAssignmentId": policy.id,
        "policyAssignmentName": policy.name,
        "policyAssignmentDisplayName": policy.name,
        "policyAssignmentScope": policy.scope,
        "policyAssignmentParameters": {},
        "policyExemptionIds": [],
    }
    extra = {"additionalInfo": [{"type": "PolicyViolation", "info": info}]}
    return ArmError(403, "RequestDisallowedByPolicy", text, target=resource, extra=extra, cause="gateway")


def denied_by_assignment(request: ArmRequest, denied: DenyAssignment) -> ArmError:
    """Refuse what a deny assignment forbids to all."""
    text = (
        f"{who(request)} has permission to perform action '{request.operation_name}' on scope '{scope_of(request)}'; "
        f"however, the access is denied because of the deny assignment with name '{denied.name}' and Id "
        f"'{denied.key}' at scope '{denied.scope}'."
    )
    return gateway(403, "DenyAssignmentAuthorizationFailed", text)


def authorization_failed(request: ArmRequest, action: str, scope: str) -> ArmError:
    """Refuse what no role permits to the caller."""
    text = (
        f"{who(request)} does not have authorization to perform action '{action}' over scope '{scope}' or the scope "
        "is invalid. If access was recently granted, please refresh your credentials."
    )
    return gateway(403, "AuthorizationFailed", text)
