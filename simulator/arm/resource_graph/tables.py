"""The tables: all resources of the subscriptions that a query runs over, and what contains them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from simulator.arm.compute.models import EXTENSION_TYPE
from simulator.arm.ids import RESOURCE_GROUP_TYPE
from simulator.arm.resource_graph.kql.parser import CONTAINERS
from simulator.arm.resource_graph.kql.table import Table
from simulator.arm.resource_graph.kql.values import Column, Schema, Type
from simulator.arm.resource_graph.rows import properties_of
from simulator.arm.resources.subscriptions import subscription_view
from simulator.store import Json, OfType
from simulator.world import World

SUBSCRIPTION_TYPE = "microsoft.resources/subscriptions"
GROUP_TYPE = f"{SUBSCRIPTION_TYPE}/resourcegroups"
CHILDREN_WITH_ROWS = frozenset({EXTENSION_TYPE.lower()})
"""Other children, such as subnets and rules, are shown inside what they lie in."""


@dataclass(slots=True)
class Row:
    """A resource, with its type as a row has it: in lower case."""

    key: str
    subscription_id: str
    type: str
    resource: Json

    @property
    def resource_group(self) -> str:
        """The group's name, in lower case as recorded; empty for a subscription."""
        return self.key.split("/")[4] if self.key.count("/") > 3 else ""


type MayRead = Callable[[str, str], bool]
"""Tells whether the caller may read an id of a type, both in lower case."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of some subscriptions (in lower case), without what the caller may not read."""

    world: World
    subscriptions: tuple[str, ...]
    may_read: MayRead | None

    def table(self, name: str, types: frozenset[str] | None) -> Table:
        """Give a table, of some types (in lower case) alone where they are named."""
        rows = self._containers() if name == CONTAINERS else self._resources(types)
        may_read = self.may_read
        readable = rows if may_read is None else (row for row in rows if may_read(row.key, row.type))
        return Table(_schema(self.world), list(readable))

    def _resources(self, types: frozenset[str] | None) -> Iterable[Row]:
        resources = self.world.resources
        if types is not None:
            return (
                Row(key, kind.subscription_id, kind.type, resource)
                for kind in (OfType(one, wanted) for one in self.subscriptions for wanted in sorted(types))
                if _has_rows(kind.type)
                for key, resource in resources.keyed(kind)
            )
        shown = {kind for kind in resources.types() if kind.subscription_id in self.subscriptions}
        shown = {kind for kind in shown if _has_rows(kind.type)}
        return (
            Row(key, kind.subscription_id, kind.type, resource)
            for key, resource in resources.items()
            if (kind := resources.type_of(key)) in shown
        )

    def _containers(self) -> Iterator[Row]:
        for one in self.subscriptions:
            yield Row(f"/subscriptions/{one}", one, SUBSCRIPTION_TYPE, _subscription(self.world, one))
            for key, group in self.world.resources.keyed(OfType(one, RESOURCE_GROUP_TYPE.lower())):
                yield Row(key, one, GROUP_TYPE, group)


def _has_rows(resource_type: str) -> bool:
    top_level = resource_type.count("/") == 1 and resource_type != RESOURCE_GROUP_TYPE.lower()
    return top_level or resource_type in CHILDREN_WITH_ROWS


def _subscription(world: World, subscription_id: str) -> Json:
    """Make what a subscription's row shows: its name is the one that people gave it."""
    shown = subscription_view(world, world.subscriptions[subscription_id])
    above = [{"displayName": "Tenant Root Group", "name": world.tenant_id}]
    kept = {key: shown[key] for key in ("managedByTenants", "state", "subscriptionPolicies")}
    properties = kept | {"managementGroupAncestorsChain": above}
    return {"id": shown["id"], "name": shown["displayName"], "properties": properties}


def _schema(world: World) -> Schema:
    """Give the columns in the recorded order."""
    properties = _remembering_the_last(lambda row: properties_of(world, row.type, row.resource))
    return {
        "id": _text(lambda row: row.resource["id"]),
        "name": _text(lambda row: row.resource["name"]),
        "type": _text(lambda row: row.type),
        "tenantId": _text(lambda _: world.tenant_id),
        "kind": _text(lambda row: row.resource.get("kind") or ""),
        "location": _text(lambda row: row.resource.get("location") or ""),
        "resourceGroup": _text(lambda row: row.resource_group),
        "subscriptionId": _text(lambda row: world.subscriptions[row.subscription_id]),
        "managedBy": _text(lambda row: row.resource.get("managedBy") or ""),
        "sku": _part("sku"),
        "plan": _part("plan"),
        "properties": Column(Type.DYNAMIC, properties),
        "tags": _part("tags"),
        "identity": _part("identity"),
        "zones": _part("zones"),
        "extendedLocation": _part("extendedLocation"),
    }


def _text(read: Callable[[Row], str]) -> Column:
    return Column(Type.STRING, read)


def _part(name: str) -> Column:
    return Column(Type.DYNAMIC, lambda row: row.resource.get(name))


def _remembering_the_last(make: Callable[[Row], Any]) -> Callable[[Row], Any]:
    """Make something of a row once, as long as the same row is asked: its columns mostly are, one after the other."""
    last: list[Any] = [None, None]

    def remembered(row: Row) -> Any:
        if last[0] is not row:
            last[:] = row, make(row)
        return last[1]

    return remembered
