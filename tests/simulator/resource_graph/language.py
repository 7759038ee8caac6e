"""Runs queries over a few rows of one table."""

from __future__ import annotations

from typing import Any

from simulator.arm.resource_graph.kql.parser import parse_query
from simulator.arm.resource_graph.kql.run import run_query
from simulator.arm.resource_graph.kql.table import Table
from simulator.arm.resource_graph.kql.values import Column, Type
from simulator.arm.resource_graph.shapes import data_of

type Json = dict[str, Any]

ROWS: list[Json] = [
    {
        "id": "/a",
        "name": "Till",
        "type": "machine",
        "properties": {
            "state": "Succeeded",
            "port": 6516,
            "on": True,
            "nics": [{"id": "/a/1", "primary": True}, {"id": "/a/2", "primary": False}],
            "odd.name": "x",
        },
        "tags": {"env": "prod"},
    },
    {
        "id": "/b",
        "name": "kiosk-7",
        "type": "machine",
        "properties": {"state": "Failed", "port": 6600, "on": False, "nics": []},
        "tags": None,
    },
    {"id": "/c", "name": "till_2", "type": "network", "properties": {"state": "succeeded"}, "tags": {}},
]
TYPES = {"properties": Type.DYNAMIC, "tags": Type.DYNAMIC}


def _reading(name: str) -> Column:
    return Column(TYPES.get(name, Type.STRING), lambda row: row[name])


def source(name: str, types: frozenset[str] | None) -> Table:
    """Give the rows as any table, of some types alone where they are named."""
    rows = [row | {"name": row["name"] if name == "resources" else f"container {row['name']}"} for row in ROWS]
    kept = [row for row in rows if types is None or row["type"] in types]
    return Table({column: _reading(column) for column in ROWS[0]}, list(kept))


def table_of(query: str) -> Table:
    return run_query(parse_query(query), source)


def rows_of(query: str) -> list[Json]:
    """Give what a query answers; raises QueryRefused."""
    table = table_of(query)
    data = data_of(table.schema, table.rows, as_table=False)
    assert isinstance(data, list)
    return data


def ids_where(condition: str) -> str:
    """Give the ids of the rows that meet a condition, in one text."""
    return "".join(row["id"].strip("/") for row in rows_of(f"resources | where {condition} | project id"))
