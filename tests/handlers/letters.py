"""Dead letters in the container that Event Grid leaves them in, and what is asked of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from handlers.dead_letters import order_take_up, show_dead_letters
from handlers.guard import Guard
from shared.azure.dead_letters import CONTAINER
from shared.model.check import Check
from simulator.local import LocalAzure
from simulator.storage import put_blob
from simulator.world import SUBSCRIPTION_ID
from tests.handlers.requesting import read, take

type Event = dict[str, Any]

HALF_PAST_NINE = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-web/providers"
NSG = f"{GROUP}/Microsoft.Network/networkSecurityGroups/nsg"
NAME = "VIRTUAL_MACHINE_EVENTS/2026/11/2/9/0d2b3ad5-4c62-4d9b-8a3a-7c2f5f0f6a11.json"


def vm(name: str) -> str:
    return f"{GROUP}/Microsoft.Compute/virtualMachines/{name}"


def given_up(name: str = "web", minutes: int = 0, **changes: Any) -> Event:
    """Make an event of a VM, given up after a day of trying."""
    event = {
        "id": f"{name}-{minutes}",
        "topic": f"/subscriptions/{SUBSCRIPTION_ID}",
        "subject": vm(name),
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "eventTime": (HALF_PAST_NINE + timedelta(minutes=minutes)).isoformat(),
        "dataVersion": "2",
        "metadataVersion": "1",
        "data": {
            "operationName": "Microsoft.Compute/virtualMachines/write",
            "correlationId": f"c-{name}-{minutes}",
            "claims": {"name": "Erika Mustermann"},
        },
    }
    told = {"deadLetterReason": "TimeToLiveExceeded", "deliveryAttempts": 11, "lastDeliveryOutcome": "NotFound"}
    return event | told | changes


async def put(azure: LocalAzure, content: object, name: str = NAME) -> None:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    assert await put_blob(azure.blobs, CONTAINER, name, text)


async def names(azure: LocalAzure) -> list[str]:
    """Give the blobs that are there."""
    return [blob.name async for blob in azure.blobs.get_container_client(CONTAINER).list_blobs()]


async def taken(azure: LocalAzure) -> list[Check]:
    """Take the checks that are queued, by the time of their events: they are sent several at once."""
    try:
        checks = await take(azure)
    except ResourceNotFoundError:
        return []
    return sorted(checks, key=lambda check: (check.asked_at or HALF_PAST_NINE, str(check.subject)))


async def show(guard: Guard) -> dict[str, Any]:
    answer = await show_dead_letters(guard, {})
    assert answer.status == 200, answer.body
    return read(answer)


async def take_up(guard: Guard, body: bytes = b"") -> dict[str, Any]:
    answer = await order_take_up(guard, body)
    assert answer.status == 202, answer.body
    return read(answer)
