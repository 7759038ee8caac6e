"""What Event Grid gives up, and the blobs that it writes of it.

It waits five minutes after the last attempt, so that there are fewer blobs, and writes an array of events that have
why they were given up among their members, in camel case or, with CloudEvents, in small letters
(https://learn.microsoft.com/azure/event-grid/delivery-and-retry#dead-letter-events). The blob is named after the
event subscription, in capitals, and the hour, without leading zeros
(https://learn.microsoft.com/azure/event-grid/manage-event-delivery#set-dead-letter-location).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import uuid4

from simulator.arm.answers import zulu
from simulator.store import Json

DELAY = timedelta(minutes=5)

type Deposit = Callable[[str, str, bytes], Awaitable[bool]]
"""Writes a blob, by its container, its name and its content; False where there is no such container."""

# Event Grid's words for how a delivery ended, where they are documented; HTTP's are for the rest.
_OUTCOMES = {None: "TimedOut", 408: "TimedOut", 413: "RequestEntityTooLarge", 429: "Busy", 503: "Busy"}


@dataclass(slots=True)
class DeadLetter:
    """An event that was given up, in its subscription's schema, and the blob that it is in, once it is."""

    subscription: str
    container: str | None
    event: Json
    reason: str
    attempts: int
    outcome: str
    published_at: datetime
    attempted_at: datetime
    blob: str | None = None


def outcome_of(status: int | None) -> str:
    """Name what became of a delivery that was answered with a status, or not at all."""
    if status in _OUTCOMES:
        return _OUTCOMES[status]
    try:
        return HTTPStatus(status or 0).phrase.replace(" ", "")
    except ValueError:
        return "GenericError"


def blob_name(subscription: str, now: datetime) -> str:
    """Name a dead-letter blob of an event subscription."""
    return f"{subscription.upper()}/{now.year}/{now.month}/{now.day}/{now.hour}/{uuid4()}.json"


def write_blob(letters: Sequence[DeadLetter]) -> bytes:
    """Write the content of a dead-letter blob."""
    return json.dumps([_write(letter) for letter in letters]).encode()


def _write(letter: DeadLetter) -> Json:
    told = {
        "deadLetterReason": letter.reason,
        "deliveryAttempts": letter.attempts,
        "lastDeliveryOutcome": letter.outcome,
        "publishTime": zulu(letter.published_at),
        "lastDeliveryAttemptTime": zulu(letter.attempted_at),
    }
    in_small_letters = "specversion" in letter.event
    return letter.event | {(name.lower() if in_small_letters else name): value for name, value in told.items()}
