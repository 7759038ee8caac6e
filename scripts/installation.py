"""What an installation is made of, read from the values that azd gives to its hooks; nothing here reaches out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

EVENTS_RESOURCE_GROUP = "rg-wac-guard-events"
SYSTEM_TOPIC = "evgst-wac-guard"
DEAD_LETTER_ALERT = "wac-guard-dead-letters"
EVENT_SUBSCRIPTIONS = ("wac-guard-virtual-machines", "wac-guard-networks")
ROLES = ("auditor", "extension enforcer", "network enforcer", "diagnostician")
_TOPIC_TYPE = "microsoft.resources.subscriptions"
_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SCOPE = re.compile(rf"/?(?:subscriptions/)?({_GUID})(?:/resourceGroups/([^/]+))?/?", re.IGNORECASE)
_ROLE_NAME = re.compile(rf"WAC Guard ({'|'.join(ROLES)}) \({_GUID}\)")


class NotInstalled(Exception):
    """A value is missing that azd has once the app is provisioned; or one can't be read."""


@dataclass(frozen=True, slots=True)
class EnforcedScopes:
    """Where in a subscription something may be written: in all of it, or in those resource groups."""

    subscription: bool = False
    resource_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemTopic:
    """The topic that a subscription has already. `takes_dead_letters`: it has our identity for them."""

    name: str
    resource_group: str
    takes_dead_letters: bool

    @property
    def is_ours(self) -> bool:
        return self.name == SYSTEM_TOPIC and self.resource_group.casefold() == EVENTS_RESOURCE_GROUP


def value_of(environment: Mapping[str, str], name: str) -> str:
    """Give a value that provisioning left behind; raises NotInstalled."""
    value = environment.get(name, "").strip()
    if not value:
        raise NotInstalled(f"{name} is not set: run azd provision first, or give it as an environment variable")
    return value


def watched_subscriptions(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Give the app's own subscription, and those of WAC_WATCH_SUBSCRIPTIONS; raises NotInstalled."""
    further = [part.strip() for part in environment.get("WAC_WATCH_SUBSCRIPTIONS", "").split(",")]
    for subscription in filter(None, further):
        if not re.fullmatch(_GUID, subscription, re.IGNORECASE):
            raise NotInstalled(
                f"WAC_WATCH_SUBSCRIPTIONS: {subscription!r} is no subscription id: give GUIDs and commas"
            )
    return tuple(dict.fromkeys([value_of(environment, "AZURE_SUBSCRIPTION_ID"), *filter(None, further)]))


def enforced_scopes(environment: Mapping[str, str], subscription_id: str) -> EnforcedScopes:
    """Read of WAC_ENFORCE_SCOPES what concerns a subscription; raises NotInstalled for what is no scope."""
    whole, groups = False, dict[str, str]()
    for text in filter(None, (part.strip() for part in environment.get("WAC_ENFORCE_SCOPES", "").split(","))):
        found = _SCOPE.fullmatch(text)
        if found is None:
            raise NotInstalled(
                f"WAC_ENFORCE_SCOPES: {text!r} is no scope: give /subscriptions/<id>[/resourceGroups/<name>]"
            )
        if found[1].casefold() == subscription_id.casefold():
            whole = whole or found[2] is None
            groups |= {found[2].casefold(): found[2]} if found[2] else {}
    return EnforcedScopes(whole, () if whole else tuple(groups.values()))


def topic_of(topics: Iterable[Mapping[str, Any]], events_identity_id: str) -> SystemTopic | None:
    """Find the one that tells of the whole subscription, among its system topics as the Azure CLI lists them."""
    for topic in topics:
        if str(topic.get("topicType")).casefold() == _TOPIC_TYPE:
            identities = (topic.get("identity") or {}).get("userAssignedIdentities") or {}
            known = events_identity_id.casefold() in map(str.casefold, identities)
            return SystemTopic(topic["name"], topic["resourceGroup"], known)
    return None


def watch_parameters(
    environment: Mapping[str, str], subscription_id: str, topic: SystemTopic | None
) -> dict[str, dict[str, Any]]:
    """Give the parameters of watch.bicep for a subscription, as a file of them would; raises NotInstalled."""
    scopes = enforced_scopes(environment, subscription_id)
    values: dict[str, Any] = {
        "functionAppId": value_of(environment, "WAC_FUNCTION_APP_ID"),
        "storageAccountId": value_of(environment, "WAC_STORAGE_ACCOUNT_ID"),
        "eventsIdentityId": value_of(environment, "WAC_EVENTS_IDENTITY_ID"),
        "guardPrincipalId": value_of(environment, "WAC_GUARD_PRINCIPAL_ID"),
        "extensionsPrincipalId": value_of(environment, "WAC_EXTENSIONS_PRINCIPAL_ID"),
        "networkPrincipalId": value_of(environment, "WAC_NETWORK_PRINCIPAL_ID"),
        "actionGroupId": value_of(environment, "WAC_ACTION_GROUP_ID"),
        "documentation": f"{environment.get('WAC_DOCUMENTATION', '').strip().rstrip('/') or 'docs'}/",
        "enforceExtensions": _is(environment, "WAC_EXTENSION_MODE", "enforce"),
        "enforceNetwork": _is(environment, "WAC_NETWORK_MODE", "enforce"),
        "enforceSubscription": scopes.subscription,
        "enforceResourceGroups": list(scopes.resource_groups),
    }
    if topic is not None and not topic.is_ours:
        values |= {
            "systemTopicName": topic.name,
            "systemTopicResourceGroup": topic.resource_group,
            "systemTopicIdentityId": values["eventsIdentityId"] if topic.takes_dead_letters else "",
        }
    return {name: {"value": value} for name, value in values.items()}


def surplus_assignments(
    assignments: Iterable[Mapping[str, Any]], parameters: Mapping[str, Mapping[str, Any]], subscription_id: str
) -> tuple[str, ...]:
    """Find the assignments of our roles that are wanted no more, by their ids: Bicep only ever adds.

    `assignments` are those of the subscription, as the Azure CLI lists them.
    """
    whole = f"/subscriptions/{subscription_id}".casefold()
    groups = [f"{whole}/resourcegroups/{name.casefold()}" for name in parameters["enforceResourceGroups"]["value"]]
    enforced = {whole} if parameters["enforceSubscription"]["value"] else set(groups)
    extensions = enforced if parameters["enforceExtensions"]["value"] else set[str]()
    network = enforced if parameters["enforceNetwork"]["value"] else set[str]()
    wanted = {("auditor", parameters["guardPrincipalId"]["value"], whole)}
    wanted |= {("extension enforcer", parameters["extensionsPrincipalId"]["value"], scope) for scope in extensions}
    wanted |= {("network enforcer", parameters["networkPrincipalId"]["value"], scope) for scope in network}
    return tuple(
        assignment["id"]
        for assignment in assignments
        if (role := role_of(assignment)) not in (None, "diagnostician")
        and (role, assignment["principalId"], str(assignment["scope"]).rstrip("/").casefold()) not in wanted
    )


def role_of(document: Mapping[str, Any]) -> str | None:
    """Tell which of our roles an assignment gives, or a definition is; None for everybody else's."""
    found = _ROLE_NAME.fullmatch(str(document.get("roleDefinitionName") or document.get("roleName") or ""))
    return found[1] if found else None


def _is(environment: Mapping[str, str], name: str, wanted: str) -> bool:
    return environment.get(name, "").strip().casefold() == wanted
