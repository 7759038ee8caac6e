"""Queue messages as the extension for storage queues reads and writes them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from azure.storage.queue import QueueMessage

from simulator.host.values import Input, Json, Output

POISON = "-poison"
LONGEST_QUEUE_NAME = 63


class Undecodable(ValueError):
    """A message is not in the encoding that host.json names."""


def decode_message(text: str, encoding: str) -> bytes:
    """Decode a message's stored text. Raises Undecodable."""
    if encoding == "none":
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Undecodable(str(error)) from error


def encode_message(body: bytes, encoding: str) -> str:
    """Encode a message for storing."""
    return base64.b64encode(body).decode() if encoding == "base64" else body.decode()


def describe_message(message: QueueMessage, body: str) -> Mapping[str, Input]:
    """Give the trigger metadata of a message, with the types that the real host sends."""
    times = {
        "InsertionTime": message.inserted_on,
        "ExpirationTime": message.expires_on,
        "NextVisibleTime": message.next_visible_on,
    }
    return {
        "QueueTrigger": body,
        "Id": message.id,
        "PopReceipt": message.pop_receipt or "",
        "DequeueCount": Json(json.dumps(message.dequeue_count)),
        **{name: Json(json.dumps(time.isoformat())) for name, time in times.items() if time},
    }


def messages_of(output: Output) -> list[bytes]:
    """Give the bodies that a queue output binding asks to send: a list in JSON is one message an item."""
    match output:
        case str():
            return [output.encode()]
        case bytes():
            return [output]
        case Json(text):
            value = json.loads(text)
            return [_body(item) for item in (value if isinstance(value, list) else [value])]
    return []


def _body(item: object) -> bytes:
    # The library writes a QueueMessage as an object with `id` and `body`, of which the host sends the body.
    if isinstance(item, dict) and "body" in item:
        return str(item["body"]).encode()
    return (item if isinstance(item, str) else json.dumps(item)).encode()


def name_poison_queue(queue: str) -> str | None:
    """Name the poison queue of a queue; a poison queue itself has none, nor has one with too long a name."""
    poison = queue + POISON
    return None if queue.endswith(POISON) or len(poison) > LONGEST_QUEUE_NAME else poison
