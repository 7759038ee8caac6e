"""Events become Checks, and nothing that comes in the place of an event ever raises but as a reason to drop it."""

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.events import OPERATIONS, parse_event, receive_event
from handlers.guard import Guard
from shared.azure.check_queue import CHECKS, parse_check, send_check, write_check
from shared.model.check import Check
from shared.model.resource_id import ResourceId
from shared.settings import parse_settings
from simulator.local import LocalAzure

EVENTS = Path(__file__).parents[1] / "events"
SETTINGS = parse_settings({"AzureWebJobsStorage__accountName": "wacguard"})
GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-web/providers"
VM = f"{GROUP}/Microsoft.Compute/virtualMachines/web-1"
NSG = f"{GROUP}/Microsoft.Network/networkSecurityGroups/nsg-web"

SUBJECTS = {
    "virtual_machine_written": VM,
    "virtual_machine_started": VM,
    "extension_written": VM,
    "extension_failed": VM,
    "extension_deleted": VM,
    "security_group_written": NSG,
    "security_rule_written": NSG,
    "security_rule_deleted": NSG,
    "network_interface_written": f"{GROUP}/Microsoft.Network/networkInterfaces/web-1-nic",
    "subnet_written": f"{GROUP}/Microsoft.Network/virtualNetworks/vnet/subnets/web",
    "virtual_network_written": f"{GROUP}/Microsoft.Network/virtualNetworks/vnet",
}


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


def as_cloud_event(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event["id"],
        "source": event["topic"],
        "type": event["eventType"],
        "time": event["eventTime"],
        "subject": event["subject"],
        "data": event["data"],
    }


@pytest.mark.parametrize(("name", "subject"), SUBJECTS.items())
def test_an_event_of_either_schema_asks_to_check_its_subject_or_parent(name: str, subject: str) -> None:
    event = load(name)
    check = parse_event(json.dumps(event), SETTINGS)
    assert check.subject == ResourceId(subject)
    assert check.correlation_id == event["data"]["correlationId"]
    assert check.asked_at is not None
    assert check.asked_at.isoformat().startswith("2026-11-02T09:30:00.123456")
    assert check.attempt == 0
    assert parse_event(json.dumps(as_cloud_event(event)), SETTINGS) == check


def test_every_operation_that_is_looked_at_has_an_event_in_the_tests() -> None:
    assert {load(name)["data"]["operationName"] for name in SUBJECTS} == set(OPERATIONS)


def test_the_case_of_operations_and_ids_does_not_matter() -> None:
    event = load("security_rule_written")
    event["data"]["operationName"] = event["data"]["operationName"].upper()
    event["subject"] = event["subject"].upper()
    assert parse_event(json.dumps(event), SETTINGS).subject == ResourceId(NSG)


DROPPED: dict[str, tuple[dict[str, Any], str]] = {
    "an operation that changes nothing for us": (
        {"data": {"operationName": "Microsoft.Storage/storageAccounts/write"}},
        "none of those that are looked at",
    ),
    "no operation": ({"data": {}}, "operationName"),
    "data that is no object": ({"data": ["x"]}, "data"),
    "data that is null": ({"data": None}, "data"),
    "an operation that is no text": ({"data": {"operationName": 7}}, "operationName"),
    "a subject of another type": ({"subject": NSG}, "which Microsoft.Compute/virtualMachines/write does not write"),
    "a subject that is no id": ({"subject": "web-1"}, "is no resource id"),
    "no subject": ({"subject": None}, "subject"),
    "a time that is none": ({"eventTime": "yesterday"}, "can't be read as one event"),
    "a time without a zone": ({"eventTime": "2026-11-02T09:30:00"}, "time"),
    "no time": ({"eventTime": None}, "time"),
    "a failed VM write": ({"eventType": "Microsoft.Resources.ResourceWriteFailure"}, "says nothing new"),
    "a cancelled write": ({"eventType": "Microsoft.Resources.ResourceWriteCancel"}, "says nothing new"),
}


@pytest.mark.parametrize(("change", "reason"), DROPPED.values(), ids=DROPPED.keys())
def test_what_is_foreign_or_malformed_is_dropped_with_its_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_event(json.dumps(load("virtual_machine_written") | change), SETTINGS)


@pytest.mark.parametrize("text", ["", "no json", "null", "7", "[]", "[{}]", "{}", '"x"', "[" * 100_000, "1" * 10_000])
def test_what_is_no_event_at_all_is_dropped(text: str) -> None:
    with pytest.raises(ValueError, match=r"can't be read as one event|no resource event"):
        parse_event(text, SETTINGS)


def test_an_event_of_a_subscription_that_is_not_watched_is_dropped() -> None:
    elsewhere = SETTINGS.model_copy(update={"subscriptions": ("99999999-2222-3333-4444-555555555555",)})
    with pytest.raises(ValueError, match="is not watched"):
        parse_event(json.dumps(load("virtual_machine_written")), elsewhere)


def test_the_reason_never_repeats_the_claims_of_an_event() -> None:
    event = load("virtual_machine_written")
    event["data"]["claims"] = {"name": "Erika Mustermann"}
    event["data"]["operationName"] = ["Erika Mustermann"]
    with pytest.raises(ValueError, match="operationName") as caught:
        parse_event(json.dumps(event), SETTINGS)
    assert "Erika" not in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["id", "topic", "subject", "eventType", "eventTime", "data", "dataVersion", "specversion", "time", "type"]


@given(
    st.sampled_from(sorted(SUBJECTS)),
    st.booleans(),
    st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3),
    st.sets(st.sampled_from(FIELDS), max_size=3),
)
def test_a_broken_event_is_either_understood_or_dropped(
    name: str, cloud: bool, changed: dict[str, Any], removed: set[str]
) -> None:
    event = as_cloud_event(load(name)) if cloud else load(name)
    broken = {key: value for key, value in (event | changed).items() if key not in removed}
    with suppress(ValueError):
        check = parse_event(json.dumps(broken), SETTINGS)
        assert check.subject.subscription_id
        assert check.asked_at is not None
        assert check.asked_at.tzinfo is not None
        assert parse_check(write_check(check)) == check


async def test_an_event_is_answered_by_queuing_its_check_and_nothing_else(
    azure: LocalAzure, auditing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    text = json.dumps(load("extension_written"))
    with caplog.at_level(logging.INFO):
        await receive_event(auditing, text)
    (queued,) = await azure.storage.get_queue_client(CHECKS).peek_messages()
    check = parse_check(queued.content)
    assert check == parse_event(text, auditing.settings)
    assert list(azure.world.requests) == []
    (line,) = (vars(record) for record in caplog.records if record.name == "handlers.events")
    assert (line["msg"], line["subject"], line["correlation_id"]) == ("Check queued", VM, check.correlation_id)


async def test_an_event_that_is_dropped_is_told_with_its_reason_and_queues_nothing(
    azure: LocalAzure, auditing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    await send_check(auditing.clients, Check(ResourceId(VM), "the one before", "c", None))
    await receive_event(auditing, json.dumps(load("virtual_machine_written") | {"subject": NSG}))
    (line,) = (vars(record) for record in caplog.records if record.name == "handlers.events")
    assert (line["levelname"], line["msg"]) == ("WARNING", "Event dropped")
    assert "does not write" in line["reason"]
    assert {"subject", "correlation_id"} <= line.keys()
    assert len(await azure.storage.get_queue_client(CHECKS).peek_messages(max_messages=32)) == 1
