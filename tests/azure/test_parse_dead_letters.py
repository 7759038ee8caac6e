"""Dead-letter blobs are read in every form that Event Grid writes; nothing in one keeps the rest from being read."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.azure.parse_dead_letters import DeadLetter, parse_dead_letters, parse_time

EVENT = {
    "id": "1",
    "topic": "/subscriptions/s",
    "subject": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web",
    "eventType": "Microsoft.Resources.ResourceWriteSuccess",
    "eventTime": "2026-11-02T09:30:00.1234567Z",
    "dataVersion": "2",
    "metadataVersion": "1",
    "data": {"operationName": "Microsoft.Compute/virtualMachines/write", "claims": {"name": "Erika Mustermann"}},
}
CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": EVENT["topic"],
    "type": EVENT["eventType"],
    "time": EVENT["eventTime"],
    "subject": EVENT["subject"],
    "data": EVENT["data"],
}
GIVEN_UP = {
    "deadLetterReason": "MaxDeliveryAttemptsExceeded",
    "deliveryAttempts": 30,
    "lastDeliveryOutcome": "NotFound",
    "publishTime": "2026-11-02T09:30:01Z",
    "lastDeliveryAttemptTime": "2026-11-03T09:30:01Z",
}
IN_SMALL_LETTERS = {name.lower(): value for name, value in GIVEN_UP.items()}
OF_NAMESPACES = {
    "deadletterreason": "MaxDeliveryAttemptsExceeded",
    "deliveryattempts": 30,
    "deliveryresult": "NotFound",
    "publishutc": "2026-11-02T09:30:01Z",
    "deliveryattemptutc": "2026-11-03T09:30:01Z",
}
WITHOUT_VERSION = {name: value for name, value in CLOUD_EVENT.items() if name != "specversion"}

FORMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Event Grid's own schema": (EVENT | GIVEN_UP, EVENT),
    "Event Grid's own schema, told before the event": (GIVEN_UP | EVENT, EVENT),
    "Event Grid's own schema, with the status": (EVENT | GIVEN_UP | {"lastHttpStatusCode": 404}, EVENT),
    "CloudEvents": (CLOUD_EVENT | IN_SMALL_LETTERS, CLOUD_EVENT),
    "CloudEvents, told in camel case": (CLOUD_EVENT | GIVEN_UP, CLOUD_EVENT),
    "CloudEvents as Microsoft's example has them": (WITHOUT_VERSION | IN_SMALL_LETTERS, CLOUD_EVENT),
    "a namespace's": ({"deadLetterProperties": OF_NAMESPACES, "event": CLOUD_EVENT}, CLOUD_EVENT),
    "a namespace's, by its other name": ({"brokerProperties": OF_NAMESPACES, "event": WITHOUT_VERSION}, CLOUD_EVENT),
    "an event within its data, too": (EVENT | {"data": {"event": {}}} | GIVEN_UP, EVENT | {"data": {"event": {}}}),
}


@pytest.mark.parametrize(("written", "event"), FORMS.values(), ids=FORMS.keys())
def test_an_event_is_read_as_it_was_to_be_delivered_with_why_it_was_given_up(
    written: dict[str, Any], event: dict[str, Any]
) -> None:
    (letter,) = parse_dead_letters(json.dumps([written]).encode())
    assert letter == DeadLetter(
        event,
        subject=event["subject"],
        operation=event["data"].get("operationName"),
        event_time=EVENT["eventTime"],  # type: ignore[arg-type]  # a text among others
        reason="MaxDeliveryAttemptsExceeded",
        attempts=30,
        outcome="NotFound",
    )


def test_one_blob_holds_events_of_both_schemas_and_what_is_none_in_their_order() -> None:
    written = [EVENT | GIVEN_UP, 7, CLOUD_EVENT | IN_SMALL_LETTERS, None, [], "x", {}]
    read = parse_dead_letters(json.dumps(written).encode())
    assert [letter.event for letter in read] == [EVENT, 7, CLOUD_EVENT, None, [], "x", {}]


def test_one_event_without_an_array_is_read_too() -> None:
    assert len(parse_dead_letters(json.dumps(EVENT | GIVEN_UP).encode())) == 1


def test_an_empty_array_has_no_events() -> None:
    assert parse_dead_letters(b" [] ") == ()


def test_thousands_of_events_are_read() -> None:
    assert len(parse_dead_letters(json.dumps([EVENT | GIVEN_UP] * 5000).encode())) == 5000


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16"])
def test_a_blob_that_begins_with_a_byte_order_mark_is_read(mark: str) -> None:
    assert len(parse_dead_letters(json.dumps([EVENT]).encode(mark))) == 1


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"hello",
    "half of a blob": json.dumps([EVENT | GIVEN_UP]).encode()[:-40],
    "one event to a line": b"{}\n{}",
    "no text": b"\xff\xfe\x00\xd8",
    "a depth that nobody reads": b"[" * 100_000,
    "a number that nobody reads": b"1" * 10_000,
    "a text": b'"x"',
    "a number": b"7",
    "null": b"null",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_array_of_events_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"can't be read as JSON|no array of events"):
        parse_dead_letters(content)


ODD: dict[str, dict[str, Any]] = {
    "a subject that is no text": {"subject": 7},
    "data that is a list": {"data": ["x"]},
    "an operation that is an object": {"data": {"operationName": {}}},
    "attempts that are a text": {"deliveryAttempts": "many"},
    "attempts that are a truth value": {"deliveryAttempts": True},
    "a reason that is a list": {"deadLetterReason": ["x"]},
    "half of a surrogate pair": {"subject": "\ud800", "deadLetterReason": "\udfff"},
    "a subject of a mile": {"subject": "x" * 100_000},
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD.keys())
def test_what_is_odd_about_an_event_can_be_shown(change: dict[str, Any]) -> None:
    (letter,) = parse_dead_letters(json.dumps([EVENT | GIVEN_UP | change]).encode())
    for text in (letter.subject, letter.operation, letter.event_time, letter.reason, letter.outcome):
        assert text is None or len(text.encode()) <= 2000
    assert letter.attempts in (None, 30)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = [*EVENT, *CLOUD_EVENT, *GIVEN_UP, *IN_SMALL_LETTERS, "event", "deadLetterProperties"]


@given(st.lists(st.dictionaries(st.sampled_from(MEMBERS), json_values, max_size=4) | json_values, max_size=4))
def test_nothing_in_an_array_is_lost(written: list[Any]) -> None:
    assert len(parse_dead_letters(json.dumps(written).encode())) == len(written)


TIMES = {
    "2026-11-02T09:30:00.1234567Z": "2026-11-02T09:30:00.123456+00:00",
    "2026-11-02T09:30:00+01:00": "2026-11-02T09:30:00+01:00",
    "2026-11-02T09:30:00": None,
    "yesterday": None,
    None: None,
}


@pytest.mark.parametrize(("text", "time"), TIMES.items())
def test_a_time_is_one_with_a_zone(text: str | None, time: str | None) -> None:
    assert parse_time(text) == (datetime.fromisoformat(time) if time else None)
