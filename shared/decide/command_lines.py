"""What to type to do by hand what an action does."""

from __future__ import annotations

import json
import shlex

from shared.decide.declarations import parent_of
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.resource_id import ResourceId

COMPUTE_API_VERSION = "2024-07-01"
_GRAPH_APPLICATIONS = "https://graph.microsoft.com/v1.0/applications"


def azure_cli(action: Action) -> str:
    """Write an action as one line of Azure CLI, quoted for a POSIX shell."""
    match action:
        case PutExtension():
            words = _put_extension(action)
        case RefreshExtension():
            words = _refresh_extension(action)
        case DeleteExtension():
            where = _where(action.id, "--vm-name")
            words = ["az", "vm", "extension", "delete", *where, "--name", action.id.name]
        case PutSecurityRule():
            words = _put_security_rule(action)
        case DeleteSecurityRule():
            where = _where(action.id, "--nsg-name")
            words = ["az", "network", "nsg", "rule", "delete", *where, "--name", action.id.name]
        case PatchApplication():
            words = _patch_application(action)
    return shlex.join(words)


def _put_extension(action: PutExtension) -> list[str]:
    desired = action.desired
    upgrade = [] if desired.auto_upgrade_minor_version else ["--no-auto-upgrade-minor-version", "true"]
    return [
        *("az", "vm", "extension", "set"),
        *_where(action.id, "--vm-name"),
        *("--extension-instance-name", action.id.name),
        *("--publisher", desired.publisher, "--name", desired.type),
        *("--version", desired.type_handler_version),
        *upgrade,
        *("--settings", json.dumps(dict(desired.settings), sort_keys=True)),
    ]


def _refresh_extension(action: RefreshExtension) -> list[str]:
    """Patch by REST: `az vm extension set --force-update` would put the extension anew, without its settings."""
    body = {"properties": {"forceUpdateTag": action.force_update_tag}}
    return [
        *("az", "rest", "--method", "patch"),
        *("--url", f"{action.id}?api-version={COMPUTE_API_VERSION}"),
        *("--body", json.dumps(body)),
    ]


def _put_security_rule(action: PutSecurityRule) -> list[str]:
    """Replace a rule that is there too: `update` would leave what it does not name, such as security groups."""
    rule = action.desired
    return [
        *("az", "network", "nsg", "rule", "create"),
        *_where(action.id, "--nsg-name"),
        *("--name", action.id.name, "--priority", str(rule.priority)),
        *("--direction", rule.direction, "--access", rule.access, "--protocol", rule.protocol),
        *("--source-address-prefixes", *rule.source_address_prefixes),
        *("--source-port-ranges", *rule.source_port_ranges),
        *("--destination-address-prefixes", *rule.destination_address_prefixes),
        *("--destination-port-ranges", *rule.destination_port_ranges),
        *("--description", rule.description or ""),
    ]


def _patch_application(action: PatchApplication) -> list[str]:
    """Patch by REST: `az ad app update` has no option for the single-page application platform."""
    return [
        *("az", "rest", "--method", "patch"),
        *("--url", f"{_GRAPH_APPLICATIONS}/{action.id.name}"),
        *("--body", json.dumps(action.desired.body)),
    ]


def _where(child: ResourceId, parent_option: str) -> list[str]:
    subscription, group = child.subscription_id, child.resource_group
    return ["--subscription", subscription, "--resource-group", group, parent_option, parent_of(child).name]
