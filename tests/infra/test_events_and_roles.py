"""The deployment has Event Grid tell of exactly what the app looks at, and permits it exactly what it does."""

import re
from collections.abc import Mapping
from typing import Any

from handlers.events import _FAILURE, _SUCCESSES, OPERATIONS
from simulator.deployment import EVENTS
from tests.infra.bicep import INFRA, ROOT, config_of, parsed

_EVENTS = parsed(INFRA / "modules" / "event-subscriptions.bicep")
_ROLES = parsed(INFRA / "modules" / "roles.bicep")
BINDINGS = ROOT / "function_app.py"
_MOST_VALUES = 25


def deliveries() -> Mapping[str, Mapping[str, Any]]:
    return {one["function"]: one for one in _EVENTS["variables"]["deliveries"]["value"]}


def event_triggers() -> set[str]:
    return {
        found[1]
        for found in re.finditer(r"@app\.event_grid_trigger\([^)]*\)\nasync def (\w+)\(", BINDINGS.read_text())
    }


def test_each_function_that_takes_events_has_them_delivered_and_none_other() -> None:
    assert set(deliveries()) == event_triggers()


def test_exactly_the_operations_are_delivered_that_are_looked_at() -> None:
    delivered = [operation for one in deliveries().values() for operation in one["operations"]]
    assert sorted(delivered) == sorted(OPERATIONS)
    assert all(len(one["operations"]) <= _MOST_VALUES for one in deliveries().values())


def test_the_local_azure_delivers_what_the_deployment_has_delivered() -> None:
    assert {name: tuple(one["operations"]) for name, one in deliveries().items()} == dict(EVENTS)


def test_exactly_the_types_of_events_are_delivered_that_are_looked_at() -> None:
    assert tuple(_EVENTS["variables"]["successes"]["value"]) == _SUCCESSES
    assert deliveries()["network_events"]["eventTypes"] == "successes"
    assert deliveries()["virtual_machine_events"]["eventTypes"]["function"]["parameters"] == {
        "arg_1": "successes",
        "arg_2": [_FAILURE],
    }


def test_what_can_t_be_delivered_is_tried_for_a_day_and_then_kept() -> None:
    delivery = config_of(_EVENTS["resources"]["eventSubscriptions"])["properties"]["function"]["parameters"]
    assert delivery["arg_1"] == "deadLetters"
    assert delivery["arg_2"]["retryPolicy"] == {"eventTimeToLiveInMinutes": 1440, "maxDeliveryAttempts": 30}


def test_each_role_is_that_of_its_file_and_can_be_given_in_its_subscription_alone() -> None:
    for name in ("auditor", "extensionEnforcer", "networkEnforcer", "diagnostician"):
        role = config_of(_ROLES["resources"][f"{name}Role"])["properties"]
        assert len(role["assignableScopes"]) == 1
        (permissions,) = role["permissions"]
        assert permissions["actions"]["operator"]["operands"] == {"operand_1": name, "operand_2": "actions"}
        assert permissions["notActions"] == permissions["dataActions"] == permissions["notDataActions"] == []


def test_nobody_is_a_diagnostician_by_default() -> None:
    for path in sorted(INFRA.rglob("*.bicep")):
        for module in parsed(path).get("modules", {}).values():
            assert "diagnostician" not in str(config_of(module).get("params", {}))
