"""The queue of Checks: what is sent, and how it is written down."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Literal

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.azure.clients import AzureClients
from shared.model.check import Check
from shared.model.resource_id import APPLICATION, ESTATE, SUBSCRIPTION, TENANT, ResourceId

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

CHECKS = "wac-checks"
REDIRECTS = "wac-redirects"
"""The queue of what Microsoft Graph has: whatever an audit of thousands takes, no VM waits behind it."""
SWEEPS = "wac-sweeps"
"""The queue of whole subscriptions, each of which takes a while."""

_QUEUES = {
    APPLICATION.casefold(): REDIRECTS,
    TENANT.casefold(): REDIRECTS,
    SUBSCRIPTION.casefold(): SWEEPS,
    ESTATE.casefold(): SWEEPS,
}

# Azure Storage admits seven days; a look that far away is no look.
_LONGEST_DELAY = timedelta(days=1)


class CheckMessage(BaseModel):
    """A Check as it stands in the queue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    subject: str
    cause: str
    correlation_id: str
    asked_at: AwareDatetime | None
    attempt: int = Field(0, ge=0)
    look: str | None = None
    by: str | None = None
    released: tuple[str, ...] | None = None


def write_check(check: Check) -> str:
    """Write a Check down for the queue, as ASCII: the queue's XML has no way to say some characters of ids."""
    return CheckMessage(
        subject=str(check.subject),
        cause=check.cause,
        correlation_id=check.correlation_id,
        asked_at=check.asked_at and check.asked_at.astimezone(UTC),
        attempt=check.attempt,
        look=check.look,
        by=check.by,
        released=check.released,
    ).model_dump_json(ensure_ascii=True)


def parse_check(text: str | bytes) -> Check:
    """Read a Check from the queue. Raises ValueError for what is none."""
    message = CheckMessage.model_validate_json(text)
    return Check(
        subject=ResourceId(message.subject),
        cause=message.cause,
        correlation_id=message.correlation_id,
        asked_at=message.asked_at,
        attempt=message.attempt,
        look=message.look,
        by=message.by,
        released=message.released,
    )


async def send_check(clients: AzureClients, check: Check, delay: timedelta = timedelta()) -> None:
    """Queue a Check, to be seen after `delay`; make the queue if it is not there yet."""
    queue = clients.queue(_QUEUES.get(check.subject.type.casefold(), CHECKS))
    seconds = int(min(delay, _LONGEST_DELAY).total_seconds())
    try:
        await queue.send_message(write_check(check), visibility_timeout=seconds)
    except ResourceNotFoundError:
        await _create(queue)
        await queue.send_message(write_check(check), visibility_timeout=seconds)


async def _create(queue: QueueClient) -> None:
    try:
        await queue.create_queue()
    except ResourceExistsError:
        return  # another instance made it at the same moment
