"""What is wrong with a deployment, as far as the documents of Azure Resource Manager tell; nothing is asked here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from handlers.events import OPERATIONS
from shared.azure.operations import EXTENSION_WRITES, NETWORK_WRITES, READS
from shared.settings import SettingsError, parse_settings
from simulator.host.schedule import parse_schedule

type Json = Mapping[str, Any]

EVENT_FUNCTIONS = {"virtual_machine_events": "Microsoft.Compute/", "network_events": "Microsoft.Network/"}
# Azure's own roles for the app's state, its events and its telemetry.
STATE_ROLES = frozenset({"Storage Queue Data Contributor", "Storage Table Data Contributor"})
OTHER_ROLES = frozenset(
    {
        "Reader",
        "Storage Blob Data Owner",
        "Storage Blob Data Contributor",
        "EventGrid Data Sender",
        "Monitoring Metrics Publisher",
    }
)


def site_faults(site: Json, config: Json) -> Iterator[str]:
    """Tell what is wrong with a `Microsoft.Web/sites` and its `config/web`."""
    if site["properties"].get("httpsOnly") is not True:
        yield "the app answers http: set httpsOnly"
    if site["properties"].get("state") != "Running":
        yield f"the app is {site['properties'].get('state')}, not Running"
    if config["properties"].get("ftpsState") != "Disabled":
        yield f"FTPS is {config['properties'].get('ftpsState')}: set ftpsState to Disabled"


def function_faults(listed: Collection[Json], expected: Collection[str]) -> Iterator[str]:
    """Tell which functions are absent, disabled, or not the app's, of `Microsoft.Web/sites/functions`."""
    there = {one["name"].rpartition("/")[2]: one for one in listed}
    for name in sorted(set(expected) - there.keys()):
        yield f"the function {name} is not there"
    for name in sorted(there.keys() - set(expected)):
        yield f"the function {name} is none of this version of the app"
    yield from (f"the function {name} is disabled" for name, one in there.items() if _is_disabled(one))


def _is_disabled(function: Json) -> bool:
    return bool(function.get("properties", {}).get("isDisabled"))


def storage_faults(account: Json) -> Iterator[str]:
    """Tell what is wrong with a `Microsoft.Storage/storageAccounts`; a key is allowed where nothing is said."""
    if account["properties"].get("allowSharedKeyAccess") is not False:
        yield f"{account['name']} takes shared keys: set allowSharedKeyAccess to false"
    if account["properties"].get("supportsHttpsTrafficOnly") is not True:
        yield f"{account['name']} answers http: set supportsHttpsTrafficOnly"


def settings_faults(settings: Mapping[str, str]) -> Iterator[str]:
    """Tell what is wrong with app settings, as the app would; never a setting's value."""
    try:
        parse_settings(settings)
    except SettingsError as error:
        yield str(error)
    if settings.get("AZURE_TOKEN_CREDENTIALS") != "ManagedIdentityCredential":
        yield "AZURE_TOKEN_CREDENTIALS is not ManagedIdentityCredential"
    if settings.get("AzureWebJobsStorage"):
        yield "AzureWebJobsStorage is a connection string: the app reaches its storage with its identity"


def event_faults(subscriptions: Collection[Json], site_id: str) -> Iterator[str]:
    """Tell which functions are not told of exactly the operations that the app looks at."""
    for function, provider in EVENT_FUNCTIONS.items():
        wanted = {operation for operation in OPERATIONS if operation.startswith(provider)}
        target = f"{site_id}/functions/{function}".lower()
        found = [one for one in subscriptions if _destination(one) == target]
        if len(found) != 1:
            yield f"{len(found)} event subscriptions lead to {function}, not one"
        for one in found:
            yield from _subscription_faults(one, function, wanted)


def _subscription_faults(subscription: Json, function: str, wanted: set[str]) -> Iterator[str]:
    properties = subscription["properties"]
    told = _operations(properties.get("filter") or {})
    if told != {operation.lower() for operation in wanted}:
        differing = sorted(told ^ {operation.lower() for operation in wanted})
        yield f"the events of {function} differ in {', '.join(differing)}"
    if properties.get("provisioningState") != "Succeeded":
        yield f"the event subscription of {function} is {properties.get('provisioningState')}"
    if not (properties.get("deadLetterDestination") or properties.get("deadLetterWithResourceIdentity")):
        yield f"what {function} does not take is lost: its event subscription has no dead-letter destination"


def _operations(event_filter: Json) -> set[str]:
    filters = [one for one in event_filter.get("advancedFilters") or () if one["key"] == "data.operationName"]
    return {value.lower() for one in filters if one["operatorType"] == "StringIn" for value in one["values"]}


def _destination(subscription: Json) -> str:
    properties = subscription["properties"]
    found = properties.get("destination") or (properties.get("deliveryWithResourceIdentity") or {}).get("destination")
    return str(((found or {}).get("properties") or {}).get("resourceId", "")).lower()


def role_faults(definitions: Collection[Json]) -> Iterator[str]:
    """Tell what the app's identities lack, or may do beyond what the app does, by their role definitions."""
    names = {one["properties"]["roleName"] for one in definitions}
    yield from (f"the role {name} is not assigned" for name in sorted(STATE_ROLES - names))
    custom = [one for one in definitions if one["properties"]["type"] == "CustomRole"]
    known = STATE_ROLES | OTHER_ROLES | {one["properties"]["roleName"] for one in custom}
    yield from (f"the role {name} is more than the app needs" for name in sorted(names - known))
    granted = {
        action.lower() for one in custom for part in one["properties"]["permissions"] for action in part["actions"]
    }
    needed = {each.action.lower() for each in READS}
    allowed = needed | {each.action.lower() for each in EXTENSION_WRITES + NETWORK_WRITES}
    yield from (f"the action {action} is more than the app calls" for action in sorted(granted - allowed))
    if "Reader" not in names:
        yield from (f"the action {action} is not granted" for action in sorted(needed - granted))


def sweep_faults(lines: Collection[Json], schedule: str, now: datetime) -> Iterator[str]:
    """Tell whether the newest sweep is older than two rounds of its schedule (NCRONTAB)."""
    if not lines:
        yield "the subscription was never swept"
        return
    newest = max(datetime.fromisoformat(line["at"]) for line in lines)
    first = parse_schedule(schedule).next_after(newest)
    second = parse_schedule(schedule).next_after(first) if first else None
    if second and second < now:
        yield f"the last sweep was at {newest.isoformat()}: two more were due since"
