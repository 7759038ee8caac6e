"""What an api-version does not know yet, it does not show: since when each field is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# As recorded: the oldest api-version with which Azure shows a field, by its name and that of what holds it.
COMPUTE = {
    "etag": "2024-03-01",
    "properties.timeCreated": "2021-11-01",
    "osDisk.deleteOption": "2021-03-01",
    "dataDisks.deleteOption": "2021-03-01",
    "dataDisks.toBeDetached": "2019-03-01",
    "imageReference.exactVersion": "2019-12-01",
    "storageProfile.diskControllerType": "2022-08-01",
    "osProfile.allowExtensionOperations": "2018-06-01",
    "osProfile.requireGuestProvisionSignal": "2019-07-01",
    "linuxConfiguration.provisionVMAgent": "2019-07-01",
    "linuxConfiguration.patchSettings": "2020-06-01",
    "linuxConfiguration.enableVMAgentPlatformUpdates": "2022-03-01",
    "windowsConfiguration.patchSettings": "2020-06-01",
    "windowsConfiguration.enableVMAgentPlatformUpdates": "2022-03-01",
    "patchSettings.assessmentMode": "2021-03-01",
    "hyperVGeneration": "2019-12-01",
    "instanceView.hyperVGeneration": "2019-12-01",
    "value.locationInfo": "2017-09-01",
}
NETWORK = {
    "properties.hostedWorkloads": "2018-08-01",
    "properties.tapConfigurations": "2018-08-01",
    "properties.nicType": "2019-12-01",
    "properties.vnetEncryptionSupported": "2020-11-01",
    "properties.allowPort25Out": "2021-05-01",
    "kind": "2021-05-01",
    "value.kind": "2021-05-01",
    "properties.auxiliaryMode": "2022-01-01",
    "properties.auxiliarySku": "2022-11-01",
    "properties.disableTcpStateTracking": "2022-11-01",
    "sku.tier": "2020-07-01",
    "properties.ddosSettings": "2022-09-01",
    "properties.enableDdosProtection": "2017-09-01",
    "properties.delegations": "2018-04-01",
    "properties.privateEndpointNetworkPolicies": "2019-04-01",
    "properties.privateLinkServiceNetworkPolicies": "2019-04-01",
    "properties.sourcePortRanges": "2017-06-01",
    "properties.destinationPortRanges": "2017-06-01",
    "properties.sourceAddressPrefixes": "2017-06-01",
    "properties.destinationAddressPrefixes": "2017-06-01",
}
RESOURCE_GROUPS = {"type": "2019-05-01", "value.type": "2019-05-01"}
SUBSCRIPTIONS = {
    "tenantId": "2018-06-01",
    "value.tenantId": "2018-06-01",
    "managedByTenants": "2019-06-01",
    "value.managedByTenants": "2019-06-01",
    "count": "2019-06-01",
}
PROVIDERS: dict[str, Mapping[str, str]] = {
    "Microsoft.Compute": COMPUTE,
    "Microsoft.Network": NETWORK,
    "Microsoft.Resources": SUBSCRIPTIONS,
}

# What people write is theirs: a setting may have any name.
FREE = frozenset({"tags", "settings", "userAssignedIdentities"})


def shown_to(api_version: str, body: Any, since: Mapping[str, str]) -> Any:
    """Give a body without the fields that are newer than an api-version."""
    hidden = {field for field, version in since.items() if api_version < version}
    return _without(hidden, "", body) if hidden else body


def _without(hidden: set[str], holder: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_without(hidden, holder, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inner if key in FREE else _without(hidden, key, inner)
        for key, inner in value.items()
        if (f"{holder}.{key}" if holder else key) not in hidden
    }
