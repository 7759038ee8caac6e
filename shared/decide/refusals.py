"""What Azure's refusal of a write means to people: which lock, policy or permission, and what to do about it.

Azure names them in sentences, whose wording it promises nobody: one that names nothing is passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId

_LOCKS = re.compile(r"scopes?(?:\(s\))? (?:is|are) locked: '([^']+)'", re.IGNORECASE)
_POLICY_REASONS = re.compile(r"Reasons?: '(.+?)'\.(?: |$)", re.IGNORECASE | re.DOTALL)
_DENY_ASSIGNMENT = re.compile(r"deny assignment with name '([^']*)' and id '([^']*)'", re.IGNORECASE)
_AT_SCOPE = re.compile(r" at scope '([^']+)'", re.IGNORECASE)
_ACTION = re.compile(r"not have (?:authorization|permission) to perform action(?:\(s\))? '([^']+)'", re.IGNORECASE)
_SCOPE = re.compile(r"scopes?(?:\(s\))? '(/[^']*)'", re.IGNORECASE)
_ROLES = (
    ("microsoft.compute/virtualmachines/extensions/", "WAC Guard extension enforcer"),
    ("microsoft.network/networksecuritygroups/securityrules/", "WAC Guard network enforcer"),
    ("microsoft.compute/virtualmachines/", "Virtual Machine Contributor"),
    ("microsoft.network/", "Network Contributor"),
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What to do about a refusal; what it is about, in words and as evidence, if Azure's sentence named that."""

    advice: str
    cause: str = ""
    named: Mapping[str, Any] = field(default_factory=dict)


def explain_refusal(
    subject: ResourceId, target: ResourceId, code: str, message: str, details: Mapping[str, Any]
) -> Finding:
    """Tell what kept Azure from writing `target`; `details` are the fields of the error's additionalInfo."""
    said = message.removeprefix(f"{code}: ").strip()
    reason, explain = _EXPLANATIONS.get(code.casefold(), (Reason.WRITE_REFUSED, _other))
    told = explain(target, said, details)
    cause = told.cause or said or f"it said {code} alone"
    end = "" if cause[-1] in ".!?" else "."
    what = target.name if target == subject else f"{target.name} of {subject.name}"
    text = f"Azure refused to write {what}: {cause}{end} {told.advice}"
    return Finding(subject, reason, text, {"code": code, "resource": str(target), **told.named})


def _locked(_: ResourceId, said: str, __: Mapping[str, Any]) -> _Told:
    advice = "Remove the lock (`az lock list` shows those there are), or opt out what it protects."
    found = _LOCKS.search(said)
    if found is None:
        return _Told(advice)
    scopes = [scope.strip() for scope in found[1].split(",")]
    return _Told(advice, f"there is a lock on {' and on '.join(scopes)}", {"locks": scopes})


def _refused_by_policy(target: ResourceId, said: str, details: Mapping[str, Any]) -> _Told:
    advice = f"Exempt {target.name} from it, change it, or opt out what it is meant for."
    assignments, definitions = (_policies(kind, said, details) for kind in ("Assignment", "Definition"))
    if not assignments and not definitions:
        return _Told(advice)
    reasons = _POLICY_REASONS.search(said)
    words = [
        f"policy assignment {' and '.join(assignments)}" if assignments else "a policy",
        f"(definition {' and '.join(definitions)})" if definitions else "",
        f"forbids it, which says: {reasons[1]}" if reasons else "forbids it",
    ]
    named = {"policy_assignments": assignments, "policy_definitions": definitions}
    return _Told(advice, " ".join(filter(None, words)), named)


def _policies(kind: str, said: str, details: Mapping[str, Any]) -> list[str]:
    """Give the names of the policy assignments, or definitions, that the details tell, or else the sentence."""
    for name in (f"policy{kind}DisplayName", f"policy{kind}Name", f"policy{kind}Id"):
        value = details.get(name)
        names = [str(one) for one in (value if isinstance(value, list | tuple) else [value]) if one]
        if names:
            return names
    in_sentence = re.findall(rf'"policy{kind}"\s*:\s*{{\s*"name"\s*:\s*"([^"]+)"', said, re.IGNORECASE)
    return list(dict.fromkeys(in_sentence))


def _denied(_: ResourceId, said: str, __: Mapping[str, Any]) -> _Told:
    advice = (
        "No role outweighs that: have whoever made it (a deployment stack, a managed application) exclude the app's"
        " identity, or opt out what it protects."
    )
    found = _DENY_ASSIGNMENT.search(said)
    if found is None:
        return _Told(advice)
    name, identity, at = found[1] or found[2], found[2], _AT_SCOPE.search(said, found.end())
    named = {"deny_assignment": name, "deny_assignment_id": identity, "scope": at[1] if at else None}
    return _Told(advice, f"deny assignment {name}{f' at {at[1]}' if at else ''} forbids it", named)


def _missing_permission(target: ResourceId, said: str, _: Mapping[str, Any]) -> _Told:
    found = _ACTION.search(said)
    action = found[1] if found else f"{target.type}/write"
    role = next((name for start, name in _ROLES if action.casefold().startswith(start)), None)
    such_as = f", such as {role}," if role else ""
    advice = f"Grant the app's identity a role with that permission{such_as} on the resource group."
    if found is None:
        return _Told(advice)
    at = _SCOPE.search(said, found.end())
    cause = f"the app's identity may not {action}{f' on {at[1]}' if at else ''}"
    return _Told(advice, cause, {"action": action, "scope": at[1] if at else None, "role": role})


def _denied_by_graph(_: ResourceId, said: str, __: Mapping[str, Any]) -> _Told:
    advice = (
        "Grant the app's identity the Graph permission Application.ReadWrite.OwnedBy, and make it an owner of this"
        " app registration: it may write none but its own."
    )
    return _Told(advice, said)


def _other(_: ResourceId, __: str, ___: Mapping[str, Any]) -> _Told:
    return _Told("Mend what it names, or opt out what can't be mended.")


_EXPLANATIONS = {
    "scopelocked": (Reason.LOCKED, _locked),
    "requestdisallowedbypolicy": (Reason.POLICY_REFUSED, _refused_by_policy),
    "denyassignmentauthorizationfailed": (Reason.ASSIGNMENT_DENIED, _denied),
    "authorizationfailed": (Reason.PERMISSION_MISSING, _missing_permission),
    "linkedauthorizationfailed": (Reason.PERMISSION_MISSING, _missing_permission),
    "authorization_requestdenied": (Reason.PERMISSION_MISSING, _denied_by_graph),
}
