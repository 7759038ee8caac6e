"""The two forms in which rows are answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.arm.resource_graph.kql.values import Schema
from simulator.store import Json


def data_of(schema: Schema, rows: Iterable[Any], *, as_table: bool) -> Json | list[Json]:
    """Give rows as a table with the types of its columns, or as a list of objects."""
    reads = [(name, column.read) for name, column in schema.items()]
    if not as_table:
        return [{name: read(row) for name, read in reads} for row in rows]
    columns = [{"name": name, "type": str(column.type)} for name, column in schema.items()]
    return {"columns": columns, "rows": [[read(row) for _, read in reads] for row in rows]}
