"""What Event Grid writes into a dead-letter blob, read into the events that it gave up, and why it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

_LONGEST_TEXT = 500
_OF_GIVING_UP = frozenset(
    {
        "deadletterreason",
        "deliveryattempts",
        "lastdeliveryoutcome",
        "publishtime",
        "lastdeliveryattempttime",
        "lasthttpstatuscode",
    }
)
_APART = frozenset({"deadletterproperties", "brokerproperties"})


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that was given up: `event` as it was to be delivered, the rest as far as the blob tells.

    `reason` and `outcome` are Event Grid's words (`MaxDeliveryAttemptsExceeded`, `NotFound`). Texts have no more than
    500 characters, all of which JSON can say.
    """

    event: object
    subject: str | None = None
    operation: str | None = None
    event_time: str | None = None
    reason: str | None = None
    attempts: int | None = None
    outcome: str | None = None


def parse_dead_letters(content: bytes) -> tuple[DeadLetter, ...]:
    """Read a dead-letter blob: a JSON array of one event or more. Raises ValueError, with what it is instead.

    What Event Grid tells of giving up stands among the event's own members, in camel case for its own schema and in
    small letters for CloudEvents: https://learn.microsoft.com/azure/event-grid/delivery-and-retry#dead-letter-events.
    The newer form of Event Grid namespaces has it in `deadLetterProperties`, beside `event`. What is no event stays
    in, for whoever drops it with the reason.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it can't be read as JSON ({type(error).__name__})") from None
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise ValueError("it is JSON, and no array of events")
    return tuple(_parse(one) for one in found)


def _parse(raw: object) -> DeadLetter:
    if not isinstance(raw, dict):
        return DeadLetter(raw)
    members = {str(name): value for name, value in raw.items()}
    told, event = _apart(members) if isinstance(members.get("event"), dict) else _together(members)
    data = event.get("data")
    operation = data.get("operationName") if isinstance(data, dict) else None
    attempts = told.get("deliveryattempts")
    return DeadLetter(
        event,
        subject=_text(event.get("subject")),
        operation=_text(operation),
        event_time=_text(event.get("eventTime") or event.get("time")),
        reason=_text(told.get("deadletterreason")),
        attempts=attempts if isinstance(attempts, int) and not isinstance(attempts, bool) else None,
        outcome=_text(told.get("lastdeliveryoutcome") or told.get("deliveryresult")),
    )


def _together(members: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    told = {name.casefold(): value for name, value in members.items() if name.casefold() in _OF_GIVING_UP}
    # Azure's parser takes an attribute of CloudEvents in capitals for a broken event.
    event = {name: value for name, value in members.items() if name.casefold() not in _OF_GIVING_UP}
    return told, _named(event)


def _apart(members: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    found = [value for name, value in members.items() if name.casefold() in _APART and isinstance(value, dict)]
    told = {name.casefold(): value for one in found for name, value in one.items()}
    return MappingProxyType(told), _named(members["event"])


def _named(event: dict[str, Any]) -> dict[str, Any]:
    """Name the schema of an event in CloudEvents: Microsoft's examples of dead letters leave that out."""
    is_cloud_event = "source" in event and "eventType" not in event
    return {"specversion": "1.0"} | event if is_cloud_event else event


def _text(value: object) -> str | None:
    """Give a text to show: half of a surrogate pair, which JSON admits, is no character."""
    return value[:_LONGEST_TEXT].encode(errors="replace").decode() if isinstance(value, str) and value else None


def parse_time(text: str | None) -> datetime | None:
    """Read an event's time; None for what is none, or has no zone."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None
