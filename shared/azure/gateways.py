"""What is kept of the gateways that app registrations tell of, for the checks of VMs and of other registrations."""

from __future__ import annotations

from shared.azure.clients import AzureClients
from shared.azure.entities import partition_of, read_plain
from shared.azure.subjects import SUBJECTS
from shared.azure.tables import Table
from shared.model.application import Gateway


async def list_gateways(clients: AzureClients) -> list[Gateway]:
    """Read what is kept of all gateways. Raises UnreadableRow, PassingFailure, Refusal."""
    rows = await Table(clients, SUBJECTS).query(partition_of(""), select=("gateway",), where=("gateway", "gt", ""))
    return [read_plain(row, "gateway", Gateway) for row in rows]
