"""A line for each sweep of a subscription, so that people see where it is going."""

from __future__ import annotations

from datetime import timedelta

from shared.azure.clients import AzureClients
from shared.azure.entities import partition_of, read_record, record, stamp, versioned
from shared.azure.tables import Table
from shared.model.sweep import SweepLine

SWEEPS = "wacsweeps"
_KEPT = timedelta(days=90)


async def add_line(clients: AzureClients, subscription_id: str, line: SweepLine) -> None:
    """Add a line, and drop those that are older than 90 days. Raises PassingFailure, Refusal."""
    table, partition = Table(clients, SWEEPS), partition_of(subscription_id)
    counted = {"machines": line.machines, "changes": line.changes, "limit": line.limit, "checks": line.checks}
    properties = versioned({"at": line.at, "plan": line.plan}, counted, record("line", line, SweepLine))
    await table.put(partition, stamp(line.at), properties)
    for old in await table.query(partition, select=("at",), where=("RowKey", "lt", stamp(line.at - _KEPT))):
        await table.delete(partition, old.row)


async def list_lines(clients: AzureClients, subscription_id: str) -> list[SweepLine]:
    """List a subscription's sweeps, the newest first. Raises UnreadableRow, PassingFailure, Refusal."""
    rows = await Table(clients, SWEEPS).query(partition_of(subscription_id))
    return [read_record(row, "line", SweepLine) for row in sorted(rows, key=lambda row: row.row, reverse=True)]
