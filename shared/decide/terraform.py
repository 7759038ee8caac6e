"""What to put into Terraform's code to have it do what an action does, with the providers azurerm and azuread."""

from __future__ import annotations

import json
import shlex

from shared.decide.command_lines import azure_cli
from shared.decide.declarations import comment, extension_properties, identifier, parent_of, path_of, rule_properties
from shared.decide.literals import Code, Language, Value, escape, write_lines, write_value
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.resource_id import SECURITY_RULE, VIRTUAL_MACHINE, ResourceId

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_RULE = "azurerm_network_security_rule"
_EXTENSION = "azurerm_virtual_machine_extension"
_REDIRECT_URIS = "azuread_application_redirect_uris"


def terraform(action: Action) -> str:
    """Write an action as a Terraform block, or what it can't say as a comment that tells what to do instead."""
    match action:
        case PutExtension():
            return _put_extension(action)
        case PutSecurityRule():
            return _put_security_rule(action)
        case RefreshExtension():
            return comment("#", f"{_EXTENSION} has no form for this: its code stays. Run:", f"  {azure_cli(action)}")
        case DeleteExtension():
            return _delete_extension(action)
        case DeleteSecurityRule():
            return _delete(action, f"{_RULE}, or a security_rule of its NSG")
        case PatchApplication():
            return _patch_application(action)


def quote(text: str) -> str:
    """Write a text as a quoted HCL string."""
    escaped = escape(text, _ESCAPES, lambda code: f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


_TERRAFORM = Language(quote, json.dumps, assign=" = ", item_end=",", aligns=True)


def _put_extension(action: PutExtension) -> str:
    machine = parent_of(action.id)
    settings = write_value(dict(action.desired.settings), _TERRAFORM, depth=1)
    return _of_subscription(action.id) + _block(
        _EXTENSION,
        action.id,
        {
            "name": action.id.name,
            "virtual_machine_id": _spelled(machine, VIRTUAL_MACHINE),
            **extension_properties(action.desired),
            "settings": Code(f"jsonencode({settings})"),
        },
    )


def _put_security_rule(action: PutSecurityRule) -> str:
    group = parent_of(action.id)
    inline = comment(
        "#",
        "Where azurerm_network_security_group has this NSG with its security_rule blocks, add one of them instead:",
        "rules in both ways take each other away.",
    )
    body: dict[str, Value] = {
        "name": action.id.name,
        "resource_group_name": action.id.resource_group,
        "network_security_group_name": group.name,
        **rule_properties(action.desired),
    }
    return _of_subscription(action.id) + inline + _import(action) + _block(_RULE, action.id, body)


def _import(action: PutSecurityRule) -> str:
    if action.existing is None:
        return ""
    words = ["terraform", "import", f"{_RULE}.{_label(action.id)}", _spelled(action.id, SECURITY_RULE)]
    return comment(
        "#",
        "It is there already: change the block that has it, or take it over first:",
        f"  {shlex.join(words)}",
    )


def _delete_extension(action: DeleteExtension) -> str:
    if not action.to_reinstall:
        return _delete(action, _EXTENSION)
    return comment(
        "#",
        f"It is to be installed again: where the code has {quote(path_of(action.id))} ({_EXTENSION}), run",
        "  terraform apply -replace=<its address>",
        "which does both. Where it has not:",
        f"  {azure_cli(action)}",
    )


def _delete(action: DeleteExtension | DeleteSecurityRule, block: str) -> str:
    return comment(
        "#",
        f"Take {quote(path_of(action.id))} ({block}) out of the code, and terraform apply deletes it.",
        "Where no code has it:",
        f"  {azure_cli(action)}",
    )


def _patch_application(action: PatchApplication) -> str:
    """Say what to change where it is declared: a block of its own would first have to take the registration over."""
    desired = action.desired
    flags = {
        "access_token_issuance_enabled": desired.access_token_issuance,
        "id_token_issuance_enabled": desired.id_token_issuance,
    }
    written = {name: flag for name, flag in flags.items() if flag is not None}
    implicit_grant = _nested("implicit_grant", write_lines(written.items(), _TERRAFORM, depth=1)) if written else []
    return comment(
        "#",
        f"Where the code has app registration {quote(action.id.name)} as azuread_application, set in its blocks:",
        *_nested("web", _redirect_uris(desired.web_redirect_uris), implicit_grant),
        *_nested("single_page_application", _redirect_uris(desired.spa_redirect_uris)),
        f"Where it has {_REDIRECT_URIS} of type Web and of type SPA, set these lists in them instead, and apply",
        "first the one that loses URIs (-target): Graph refuses what is in both. Where no code has it:",
        f"  {azure_cli(action)}",
    )


def _redirect_uris(uris: tuple[str, ...]) -> list[str]:
    return write_lines([("redirect_uris", uris)], _TERRAFORM, depth=1)


def _nested(block: str, *parts: list[str]) -> list[str]:
    """Write a block within a resource, as lines of their own."""
    within = [f"  {line}" for part in parts for text in part for line in text.split("\n")]
    return [f"  {block} {{", *within, "  }"]


def _block(resource_type: str, identity: ResourceId, body: dict[str, Value]) -> str:
    lines = write_lines(body.items(), _TERRAFORM, depth=1)
    return "\n".join([f'resource "{resource_type}" "{_label(identity)}" {{', *lines, "}", ""])


def _label(identity: ResourceId) -> str:
    return identifier(parent_of(identity).name, identity.name)


def _of_subscription(identity: ResourceId) -> str:
    return comment("#", f"For a provider azurerm with subscription_id = {quote(identity.subscription_id)}")


def _spelled(identity: ResourceId, resource_type: str) -> str:
    """Write an id as azurerm reads it: Azure may spell its fixed parts in any case."""
    namespace, *kinds = resource_type.split("/")
    names = str(identity).split("/")[8::2]
    parts = [part for pair in zip(kinds, names, strict=True) for part in pair]
    group = f"/subscriptions/{identity.subscription_id}/resourceGroups/{identity.resource_group}"
    return "/".join([group, "providers", namespace, *parts])
