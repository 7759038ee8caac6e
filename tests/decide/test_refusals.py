"""What people are told of a refusal: what kept Azure from it, by name, and what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.decide.refusals import explain_refusal
from shared.model.plan import Finding
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from tests.decide.applications import APP
from tests.decide.estates import GROUP, NSG, SUBSCRIPTION, VM

EXTENSION = VM.child("extensions", "AdminCenter")
RULE = NSG.child("securityRules", "PortForWACService")
IDENTITY = "The client '5a0c' with object id '77ee'"
POLICIES = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization"
BY_POLICY = (
    "Resource 'AdminCenter' was disallowed by policy. Policy identifiers: "
    f'\'[{{"policyAssignment":{{"name":"no-extensions","id":"{POLICIES}/policyAssignments/no-extensions"}},'
    f'"policyDefinition":{{"name":"9daedab3","id":"{POLICIES}/policyDefinitions/9daedab3"}}}},'
    '{"policyAssignment":{"name":"nothing new"},"policyDefinition":{"name":"0a1b"}}]\'.'
)


@dataclass(frozen=True)
class Case:
    code: str
    message: str
    reason: Reason
    said: tuple[str, ...]
    named: dict[str, Any] = field(default_factory=dict)
    target: ResourceId = EXTENSION
    details: dict[str, Any] = field(default_factory=dict)


CASES = {
    "a lock on the group": Case(
        "ScopeLocked",
        f"The scope '{EXTENSION}' cannot perform write operation because following scope(s) are locked: '{GROUP}'."
        " Please remove the lock and try again.",
        Reason.LOCKED,
        (f"there is a lock on {GROUP}. Remove the lock", "az lock list"),
        {"locks": [str(GROUP)]},
    ),
    "several locks": Case(
        "ScopeLocked",
        f"The scope '{RULE}' cannot perform delete operation because following scope(s) are locked:"
        f" '{GROUP},{NSG}'. Please remove the lock and try again.",
        Reason.LOCKED,
        (f"there is a lock on {GROUP} and on {NSG}.",),
        {"locks": [str(GROUP), str(NSG)]},
        RULE,
    ),
    "a lock told in other words": Case(
        "ScopeLocked",
        "Somebody has locked this",
        Reason.LOCKED,
        ("Azure refused to write AdminCenter of vm-1: Somebody has locked this. Remove the lock",),
    ),
    "a policy, by what Azure adds": Case(
        "RequestDisallowedByPolicy",
        "Resource 'AdminCenter' was disallowed by policy. Reasons: 'Only approved extensions.'. See error details for"
        " policy resource IDs.",
        Reason.POLICY_REFUSED,
        (
            "policy assignment Approved extensions (definition 9daedab3) forbids it, which says: Only approved"
            " extensions. Exempt AdminCenter from it",
        ),
        {"policy_assignments": ["Approved extensions"], "policy_definitions": ["9daedab3"]},
        details={
            "policyAssignmentName": "no-extensions",
            "policyAssignmentDisplayName": "Approved extensions",
            "policyDefinitionName": "9daedab3",
            "policyDefinitionDisplayName": "",
        },
    ),
    "two policies, by what Azure adds": Case(
        "RequestDisallowedByPolicy",
        "Resource 'AdminCenter' was disallowed by policy.",
        Reason.POLICY_REFUSED,
        ("policy assignment a and b (definition d) forbids it.",),
        {"policy_assignments": ["a", "b"], "policy_definitions": ["d"]},
        details={"policyAssignmentName": ["a", "b"], "policyDefinitionName": "d"},
    ),
    "policies, by Azure's sentence": Case(
        "RequestDisallowedByPolicy",
        BY_POLICY,
        Reason.POLICY_REFUSED,
        ("policy assignment no-extensions and nothing new (definition 9daedab3 and 0a1b) forbids it.",),
        {"policy_assignments": ["no-extensions", "nothing new"], "policy_definitions": ["9daedab3", "0a1b"]},
    ),
    "a policy told in other words": Case(
        "RequestDisallowedByPolicy",
        "A policy is against it.",
        Reason.POLICY_REFUSED,
        ("vm-1: A policy is against it. Exempt AdminCenter",),
    ),
    "a deny assignment": Case(
        "DenyAssignmentAuthorizationFailed",
        f"{IDENTITY} has permission to perform action 'Microsoft.Compute/virtualMachines/extensions/write' on scope"
        f" '{EXTENSION}'; however, the access is denied because of the deny assignment with name 'stack' and Id"
        f" 'f00d' at scope '{GROUP}'.",
        Reason.ASSIGNMENT_DENIED,
        (f"deny assignment stack at {GROUP} forbids it. No role outweighs that", "a deployment stack"),
        {"deny_assignment": "stack", "deny_assignment_id": "f00d", "scope": str(GROUP)},
    ),
    "a deny assignment without a name is named by its id": Case(
        "DenyAssignmentAuthorizationFailed",
        f"{IDENTITY} is denied access because of the deny assignment with name '' and Id 'f00d'.",
        Reason.ASSIGNMENT_DENIED,
        ("deny assignment f00d forbids it.",),
        {"deny_assignment": "f00d", "deny_assignment_id": "f00d", "scope": None},
    ),
    "a missing permission on extensions": Case(
        "AuthorizationFailed",
        f"{IDENTITY} does not have authorization to perform action"
        f" 'Microsoft.Compute/virtualMachines/extensions/write' over scope '{EXTENSION}' or the scope is invalid. If"
        " access was recently granted, please refresh your credentials.",
        Reason.PERMISSION_MISSING,
        (
            f"the app's identity may not Microsoft.Compute/virtualMachines/extensions/write on {EXTENSION}.",
            "WAC Guard extension enforcer",
        ),
        {
            "action": "Microsoft.Compute/virtualMachines/extensions/write",
            "scope": str(EXTENSION),
            "role": "WAC Guard extension enforcer",
        },
    ),
    "a missing permission on rules": Case(
        "AuthorizationFailed",
        f"{IDENTITY} does not have authorization to perform action"
        f" 'microsoft.network/networksecuritygroups/securityrules/delete' over scope '{RULE}'.",
        Reason.PERMISSION_MISSING,
        ("such as WAC Guard network enforcer,",),
        {
            "action": "microsoft.network/networksecuritygroups/securityrules/delete",
            "scope": str(RULE),
            "role": "WAC Guard network enforcer",
        },
        RULE,
    ),
    "a missing permission on something linked, not the one that is there": Case(
        "LinkedAuthorizationFailed",
        f"{IDENTITY} has permission to perform action 'Microsoft.Compute/virtualMachines/extensions/write' on scope"
        f" '{EXTENSION}'; however, it does not have permission to perform action"
        " 'Microsoft.KeyVault/vaults/deploy/action' on the linked scope(s) '/subscriptions/s/vaults/v' or the linked"
        " scope(s) are invalid.",
        Reason.PERMISSION_MISSING,
        ("may not Microsoft.KeyVault/vaults/deploy/action on /subscriptions/s/vaults/v. Grant the app's identity",),
        {"action": "Microsoft.KeyVault/vaults/deploy/action", "scope": "/subscriptions/s/vaults/v", "role": None},
    ),
    "a missing permission told in other words": Case(
        "AuthorizationFailed",
        "You may not",
        Reason.PERMISSION_MISSING,
        ("AdminCenter of vm-1: You may not. Grant the app's identity a role", "WAC Guard extension enforcer"),
    ),
    "anything else": Case(
        "InvalidParameter",
        "The value of parameter x is invalid",
        Reason.WRITE_REFUSED,
        ("AdminCenter of vm-1: The value of parameter x is invalid. Mend what it names",),
    ),
    "a code in other letters": Case("scopelocked", "Locked.", Reason.LOCKED, ("Locked. Remove the lock",)),
    "a refusal without a word": Case("Forbidden", "", Reason.WRITE_REFUSED, ("it said Forbidden alone.",)),
}


def explained(one: Case, message: str) -> Finding:
    subject = one.target.parent
    assert subject is not None
    return explain_refusal(subject, one.target, one.code, message, one.details)


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_a_refusal_names_what_it_is_about_and_says_what_to_do(one: Case) -> None:
    finding = explained(one, one.message)
    assert (finding.reason, finding.status) == (one.reason, Status.NON_COMPLIANT)
    for words in (*one.said, "or opt out" if one.reason is not Reason.PERMISSION_MISSING else "Grant"):
        assert words in finding.message
    assert finding.message.endswith(".")
    assert finding.subject == one.target.parent
    assert finding.evidence == {"code": one.code, "resource": str(one.target), **one.named}
    json.dumps(dict(finding.evidence))


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_it_is_the_same_where_the_message_has_the_code_before_it(one: Case) -> None:
    assert explained(one, f"{one.code}: {one.message}") == explained(one, one.message)


def test_graph_s_refusal_names_the_application_the_permission_and_the_ownership() -> None:
    said = "Insufficient privileges to complete the operation."
    finding = explain_refusal(APP, APP, "Authorization_RequestDenied", f"Authorization_RequestDenied: {said}", {})
    assert finding.reason is Reason.PERMISSION_MISSING
    assert finding.message.startswith(f"Azure refused to write {APP.name}: {said} Grant the app's identity")
    assert "Application.ReadWrite.OwnedBy, and make it an owner of this app registration" in finding.message
