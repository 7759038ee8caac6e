"""What to put into a Bicep file to have it do what an action does."""

from __future__ import annotations

import json

from shared.decide.command_lines import COMPUTE_API_VERSION, azure_cli
from shared.decide.declarations import comment, extension_properties, identifier, parent_of, path_of, rule_properties
from shared.decide.literals import Code, Language, Value, escape, write_lines, write_value
from shared.model.estate import SecurityRule
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.resource_id import EXTENSION, NETWORK_SECURITY_GROUP, SECURITY_RULE, VIRTUAL_MACHINE, ResourceId

_NETWORK_API_VERSION = "2024-05-01"
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LARGEST_INTEGER = 2**63 - 1


def bicep(action: Action) -> str:
    """Write an action as Bicep, or what Bicep can't say as a comment that tells what to do instead."""
    match action:
        case PutExtension():
            return _put_extension(action)
        case PutSecurityRule():
            return _put_security_rule(action)
        case RefreshExtension():
            return comment(
                "//",
                f"Where a template has extension {quote(path_of(action.id))}, set in its properties:",
                f"  forceUpdateTag: {quote(action.force_update_tag)}",
                "Where none has it:",
                f"  {azure_cli(action)}",
            )
        case DeleteExtension() | DeleteSecurityRule():
            return _delete(action)
        case PatchApplication():
            return _patch_application(action)


def quote(text: str) -> str:
    """Write a text as a Bicep string."""
    escaped = escape(text, _ESCAPES, lambda code: f"\\u{{{code:x}}}")
    return "'" + escaped.replace("${", "\\${") + "'"


def _number(value: float) -> str:
    """Write a number: Bicep has 64-bit integers, and takes others only as JSON."""
    is_integer = isinstance(value, int) and abs(value) <= _LARGEST_INTEGER
    return str(value) if is_integer else f"json({quote(json.dumps(value))})"


_BICEP = Language(quote, _number, assign=": ", item_end="", aligns=False)


def _put_extension(action: PutExtension) -> str:
    properties = _in_camel_case(extension_properties(action.desired))
    body: dict[str, Value] = {
        "location": action.desired.location,
        "properties": {**properties, "settings": dict(action.desired.settings)},
    }
    types = (VIRTUAL_MACHINE, EXTENSION)
    return _scope(action.id) + _child(action.id, ("machine", "extension"), types, COMPUTE_API_VERSION, body)


def _put_security_rule(action: PutSecurityRule) -> str:
    listed = comment(
        "//",
        "Where a template has this NSG with its securityRules, put the properties into that list instead:",
        "deploying such a list takes away every rule that is not in it.",
    )
    types = (NETWORK_SECURITY_GROUP, SECURITY_RULE)
    body: dict[str, Value] = {"properties": _rule(action.desired)}
    return _scope(action.id) + listed + _child(action.id, ("group", "rule"), types, _NETWORK_API_VERSION, body)


def _rule(rule: SecurityRule) -> dict[str, Value]:
    named = rule_properties(rule)
    for side, groups in (
        ("source", rule.source_application_security_group_ids),
        ("destination", rule.destination_application_security_group_ids),
    ):
        if named.pop(f"{side}_application_security_group_ids", None):
            named[f"{side}_application_security_groups"] = tuple({"id": str(one)} for one in groups)
    return _in_camel_case(named)


def _child(
    identity: ResourceId, kinds: tuple[str, str], types: tuple[str, str], version: str, body: dict[str, Value]
) -> str:
    """Declare a child of a resource that is there. Its kind before a name makes of any name an identifier."""
    parent = parent_of(identity)
    owner, child = identifier(kinds[0], parent.name), identifier(kinds[1], parent.name, identity.name)
    body = {"parent": Code(owner), "name": identity.name, **body}
    return (
        f"resource {owner} {quote(f'{types[0]}@{version}')} existing = "
        f"{write_value({'name': parent.name}, _BICEP)}\n\n"
        f"resource {child} {quote(f'{types[1]}@{version}')} = {write_value(body, _BICEP)}\n"
    )


def _delete(action: DeleteExtension | DeleteSecurityRule) -> str:
    what = quote(path_of(action.id))
    if isinstance(action, DeleteExtension) and action.to_reinstall:
        first = f"{what} is to be installed again: leave it in the templates."
    else:
        first = f"Take {what} out of the templates."
    return comment(
        "//",
        first,
        "A deployment does not delete what is there, unless it is a stack. Run:",
        f"  {azure_cli(action)}",
    )


def _patch_application(action: PatchApplication) -> str:
    """Say what to change where it is declared: a registration made elsewhere has no uniqueName to declare it by.

    https://learn.microsoft.com/graph/templates/bicep/how-to-reference-existing-resources
    """
    lines = write_lines(action.desired.body.items(), _BICEP, depth=1)
    return comment(
        "//",
        f"Where a template has app registration {quote(action.id.name)} (Microsoft.Graph/applications), set in it:",
        *(line for text in lines for line in text.split("\n")),
        "Where none has it, don't declare it: its uniqueName is not known, so that a second one would be made. Run:",
        f"  {azure_cli(action)}",
    )


def _scope(identity: ResourceId) -> str:
    """Say where it deploys to: a child can't be declared from another scope than its parent's."""
    subscription, group = quote(identity.subscription_id), quote(identity.resource_group)
    return comment(
        "//",
        f"scope: resourceGroup({subscription}, {group})",
        "In a file for another scope, make this a module with that scope.",
    )


def _in_camel_case(properties: dict[str, Value]) -> dict[str, Value]:
    return {_camel_case(name): value for name, value in properties.items()}


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
