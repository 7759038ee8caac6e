"""What sweeps found, kept until a person has read it: a plan of a subscription, and all its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.azure.clients import AzureClients
from shared.azure.entities import document, partition_of, plain, read_document, stamp, versioned
from shared.azure.tables import Row, Table

PLANS = "wacplans"
_PARTS_IN_A_ROW = 100
_HEAD = "head"


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan as it is kept: `head` tells of it as a whole, `parts` has a document for each VM or NSG."""

    id: str
    subscription_id: str
    at: datetime
    seen_at: datetime
    expires_at: datetime
    head: Mapping[str, Any]
    parts: tuple[Mapping[str, Any], ...] = ()


async def keep_plan(clients: AzureClients, plan: KeptPlan) -> None:
    """Keep a plan and its parts, the head last: what has none is not there. Raises PassingFailure, Refusal."""
    table, partition = Table(clients, PLANS), partition_of(plan.subscription_id)
    starts = range(0, len(plan.parts), _PARTS_IN_A_ROW)
    for number, start in enumerate(starts):
        some = plan.parts[start : start + _PARTS_IN_A_ROW]
        await table.put(partition, f"{plan.id}-{number:05}", versioned(document("parts", list(some))))
    await table.put(partition, _head_key(plan.id), _head_properties(plan, len(starts)))


async def revise_plan(clients: AzureClients, plan: KeptPlan, change: Callable[[KeptPlan], KeptPlan]) -> None:
    """Keep what `change` makes of a plan as it is kept by now, without its parts; one that is gone stays so.

    Raises UnreadableRow, PassingFailure, Refusal.
    """
    table, partition = Table(clients, PLANS), partition_of(plan.subscription_id)

    def revise(found: Row | None) -> Mapping[str, Any] | None:
        return None if found is None else _head_properties(change(_parse(found)), int(found.properties["rows"]))

    await table.revise(partition, _head_key(plan.id), revise)


async def list_plans(clients: AzureClients, subscription_id: str) -> list[KeptPlan]:
    """List a subscription's plans, the newest first, without their parts.

    Raises UnreadableRow, PassingFailure, Refusal.
    """
    rows = await Table(clients, PLANS).query(partition_of(subscription_id), where=("kind", "eq", _HEAD))
    return sorted((_parse(row) for row in rows), key=lambda plan: plan.at, reverse=True)


async def read_plan(clients: AzureClients, subscription_id: str, plan_id: str) -> KeptPlan | None:
    """Read a plan with all its parts; None where there is none. Raises UnreadableRow, PassingFailure, Refusal."""
    table, partition = Table(clients, PLANS), partition_of(subscription_id)
    head = await table.read(partition, _head_key(plan_id))
    if head is None:
        return None
    parts: list[Mapping[str, Any]] = []
    for number in range(int(head.properties["rows"])):
        row = await table.read(partition, f"{plan_id}-{number:05}")
        # Somebody is deleting it: it has expired.
        if row is None:
            return None
        parts += read_document(row, "parts")
    return _parse(head, tuple(parts))


async def prune_plans(clients: AzureClients, subscription_id: str, kept: Iterable[str], before: datetime) -> None:
    """Delete all that was begun before then and is not of a plan to be kept: what a process left half-way, too.

    Raises PassingFailure, Refusal.
    """
    table, partition, ids = Table(clients, PLANS), partition_of(subscription_id), frozenset(kept)
    for row in await table.query(partition, select=("kind",), where=("RowKey", "lt", stamp(before))):
        if row.row.rpartition("-")[0] not in ids:
            await table.delete(partition, row.row)


def _head_key(plan_id: str) -> str:
    return f"{plan_id}-{_HEAD}"


def _head_properties(plan: KeptPlan, rows: int) -> Mapping[str, Any]:
    return versioned(
        {
            "kind": _HEAD,
            "plan": plan.id,
            "subscription": plain(plan.subscription_id),
            "at": plan.at,
            "seen_at": plan.seen_at,
            "expires_at": plan.expires_at,
            "rows": rows,
        },
        document("head", dict(plan.head)),
    )


def _parse(row: Row, parts: tuple[Mapping[str, Any], ...] = ()) -> KeptPlan:
    head = read_document(row, "head")
    told = row.properties
    return KeptPlan(
        told["plan"], told["subscription"], told["at"], told["seen_at"], told["expires_at"], head or {}, parts
    )
