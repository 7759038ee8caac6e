"""What is wrong with a deployment is seen in the documents that Azure Resource Manager gives of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.events import OPERATIONS
from shared.azure.operations import READS
from tests.verify.deployed_app import functions
from tests.verify.deployment_faults import (
    EVENT_FUNCTIONS,
    event_faults,
    function_faults,
    role_faults,
    settings_faults,
    site_faults,
    storage_faults,
    sweep_faults,
)

SITE_ID = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/guard"
SITE = {"id": SITE_ID, "name": "guard", "properties": {"state": "Running", "httpsOnly": True}}
CONFIG = {"properties": {"ftpsState": "Disabled"}}
SETTINGS = {
    "AzureWebJobsStorage__accountName": "stguard",
    "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
    "WAC_CLIENT_ID": "11111111-1111-4111-8111-111111111111",
}


def account(**properties: Any) -> dict[str, Any]:
    return {
        "name": "stguard",
        "properties": {"supportsHttpsTrafficOnly": True, "allowSharedKeyAccess": False} | properties,
    }


def subscription(function: str, **properties: Any) -> dict[str, Any]:
    told = [operation for operation in OPERATIONS if operation.startswith(EVENT_FUNCTIONS[function])]
    whole = {
        "provisioningState": "Succeeded",
        "destination": {
            "endpointType": "AzureFunction",
            "properties": {"resourceId": f"{SITE_ID}/functions/{function}", "maxEventsPerBatch": 1},
        },
        "filter": {"advancedFilters": [{"operatorType": "StringIn", "key": "data.operationName", "values": told}]},
        "deadLetterDestination": None,
        "deadLetterWithResourceIdentity": {"identity": {"type": "UserAssigned"}},
    }
    return {"name": function, "properties": whole | properties}


def role(name: str, *actions: str) -> dict[str, Any]:
    kind = "CustomRole" if actions else "BuiltInRole"
    return {"properties": {"roleName": name, "type": kind, "permissions": [{"actions": list(actions)}]}}


AUDITOR = role("WAC Guard auditor", *(each.action for each in READS))
STATE = (role("Storage Queue Data Contributor"), role("Storage Table Data Contributor"))
BOTH = [subscription(function) for function in EVENT_FUNCTIONS]


def test_a_deployment_that_is_as_it_should_be_has_no_faults() -> None:
    names = [each.name for each in functions()]
    listed = [{"name": f"guard/{name}", "properties": {"isDisabled": False}} for name in names]
    now = datetime(2026, 5, 1, 11, 59, tzinfo=UTC)
    assert not [
        *site_faults(SITE, CONFIG),
        *function_faults(listed, names),
        *storage_faults(account()),
        *settings_faults(SETTINGS),
        *event_faults(BOTH, SITE_ID.upper()),
        *role_faults([AUDITOR, *STATE]),
        *sweep_faults([{"at": "2026-05-01T10:00:03+00:00"}], "0 0 * * * *", now),
    ]


def test_http_ftp_and_a_stopped_app_are_told() -> None:
    faults = list(site_faults({"properties": {"state": "Stopped"}}, {"properties": {"ftpsState": "FtpsOnly"}}))
    assert [fault.split(":")[0] for fault in faults] == [
        "the app answers http",
        "the app is Stopped, not Running",
        "FTPS is FtpsOnly",
    ]


def test_functions_that_are_absent_foreign_or_disabled_are_told() -> None:
    listed = [
        {"name": "guard/checks", "properties": {"isDisabled": True}},
        {"name": "guard/old", "properties": {}},
    ]
    assert list(function_faults(listed, ["checks", "stop"])) == [
        "the function stop is not there",
        "the function old is none of this version of the app",
        "the function checks is disabled",
    ]


@pytest.mark.parametrize("properties", [{"allowSharedKeyAccess": None}, {"allowSharedKeyAccess": True}])
def test_storage_that_says_nothing_of_keys_takes_them(properties: dict[str, Any]) -> None:
    assert list(storage_faults(account(**properties))) == [
        "stguard takes shared keys: set allowSharedKeyAccess to false"
    ]


def test_a_setting_that_the_app_does_not_know_is_told_without_any_value() -> None:
    [fault] = settings_faults(SETTINGS | {"WAC_FROBNICATE": "confidential"})
    assert "WAC_FROBNICATE" in fault
    assert "confidential" not in fault


def test_a_connection_string_for_storage_is_told_without_it() -> None:
    [fault] = settings_faults(SETTINGS | {"AzureWebJobsStorage": "AccountKey=confidential"})
    assert "confidential" not in fault


@pytest.mark.parametrize(
    ("subscriptions", "told"),
    [
        (BOTH[:1], "0 event subscriptions lead to network_events, not one"),
        ([*BOTH, BOTH[0]], "2 event subscriptions lead to virtual_machine_events, not one"),
        ([BOTH[0], subscription("network_events", filter={})], "the events of network_events differ in"),
        ([BOTH[0], subscription("network_events", filter=None)], "the events of network_events differ in"),
        ([BOTH[0], subscription("network_events", deadLetterWithResourceIdentity=None)], "is lost"),
        ([BOTH[0], subscription("network_events", provisioningState="Failed")], "is Failed"),
    ],
)
def test_events_that_do_not_come_or_are_lost_are_told(subscriptions: list[dict[str, Any]], told: str) -> None:
    faults = list(event_faults(subscriptions, SITE_ID))
    assert faults
    assert told in faults[0]


def test_delivery_with_an_identity_counts_as_well() -> None:
    plain = subscription("network_events")["properties"]["destination"]
    with_identity = {"destination": plain, "identity": {"type": "UserAssigned"}}
    one = subscription("network_events", destination=None, deliveryWithResourceIdentity=with_identity)
    assert not list(event_faults([BOTH[0], one], SITE_ID))


@pytest.mark.parametrize(
    ("definitions", "told"),
    [
        ([AUDITOR, *STATE, role("Contributor")], "the role Contributor is more than the app needs"),
        ([AUDITOR, STATE[0]], "the role Storage Table Data Contributor is not assigned"),
        ([*STATE], "the action microsoft.compute/skus/read is not granted"),
        (
            [AUDITOR, *STATE, role("Extra", "Microsoft.Compute/virtualMachines/runCommand/action")],
            "the action microsoft.compute/virtualmachines/runcommand/action is more than the app calls",
        ),
        ([AUDITOR, *STATE, role("Extra", "*")], "the action * is more than the app calls"),
    ],
)
def test_roles_that_are_too_much_or_too_little_are_told(definitions: list[dict[str, Any]], told: str) -> None:
    assert told in list(role_faults(definitions))


def test_reader_is_enough_to_read() -> None:
    assert not list(role_faults([role("Reader"), *STATE]))


@pytest.mark.parametrize("lines", [[], [{"at": "2026-05-01T09:00:00Z"}, {"at": "2026-05-01T08:00:00Z"}]])
def test_a_sweep_that_is_two_rounds_late_is_told(lines: list[dict[str, Any]]) -> None:
    assert list(sweep_faults(lines, "0 0 * * * *", datetime(2026, 5, 1, 11, 0, 1, tzinfo=UTC)))
