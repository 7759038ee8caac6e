"""What people accept: a row for each waiver, those of a resource group and of all in it together."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from shared.azure.clients import AzureClients
from shared.azure.entities import digest, partition_of, plain, read_record, record, versioned
from shared.azure.tables import Row, Table
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from shared.model.waiver import Waiver

WAIVERS = "wacwaivers"


async def list_waivers(clients: AzureClients, subject: ResourceId | None = None) -> tuple[list[Waiver], datetime]:
    """List all waivers, or those of a subject's resource group and of all in it, by subject; and tell storage's time.

    One request. Those that have ended are among them. Raises UnreadableRow, PassingFailure, Refusal.
    """
    table = Table(clients, WAIVERS)
    rows = await table.query(None if subject is None else _partition(subject))
    waivers = sorted((_parse(row) for row in rows), key=lambda one: (str(one.subject).casefold(), one.reason))
    return waivers, table.answered_at


async def keep_waiver(clients: AzureClients, waiver: Waiver) -> None:
    """Keep a waiver, in the place of an earlier one of that subject and reason. Raises PassingFailure, Refusal."""
    shown = {
        "subject": plain(str(waiver.subject)),
        "reason": waiver.reason.value,
        "until": waiver.until,
        "by": plain(waiver.by),
        "why": plain(waiver.why),
        "at": waiver.at,
    }
    properties = versioned(shown, record("waiver", waiver, Waiver))
    await Table(clients, WAIVERS).put(*_keys(waiver.subject, waiver.reason), properties)


async def drop_waiver(clients: AzureClients, subject: ResourceId, reason: Reason) -> Waiver | None:
    """Delete a waiver, and give it as it was; None where there was none.

    Raises UnreadableRow, PassingFailure, Refusal.
    """
    table, keys = Table(clients, WAIVERS), _keys(subject, reason)
    found = await table.read(*keys)
    if found is None:
        return None
    waiver = _parse(found)
    await table.delete(*keys)
    return waiver


def _keys(subject: ResourceId, reason: Reason) -> tuple[str, str]:
    return _partition(subject), f"{digest(str(subject).casefold())}-{reason}"


def _partition(subject: ResourceId) -> str:
    return f"{partition_of(subject.subscription_id)}-{digest(subject.resource_group.casefold())}"


def _parse(row: Row) -> Waiver:
    return cast("Waiver", read_record(row, "waiver", Waiver))
