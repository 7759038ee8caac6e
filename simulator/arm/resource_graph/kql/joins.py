"""Joins: rows of two tables whose keys are equal, exactly as they are written."""

from __future__ import annotations

from typing import Any

from simulator.arm.resource_graph.kql.refusals import meaningless
from simulator.arm.resource_graph.kql.syntax import Join
from simulator.arm.resource_graph.kql.table import Table, distinct_name
from simulator.arm.resource_graph.kql.values import MISSING, Column, Schema, Type


def join(left: Table, operator: Join, right: Table) -> Table:
    """Join two tables: a column of the right that the left has too gets a number; raises QueryRefused."""
    ours = [_key(one, left.schema) for one, _ in operator.on]
    theirs = [_key(other, right.schema) for _, other in operator.on]
    for mine, other in zip(ours, theirs, strict=True):
        if mine.type is not other.type:
            raise meaningless("'join' operator: both sides of a condition have to be of one type")
    matches: dict[tuple[Any, ...], list[Any]] = {}
    for row in right.rows:
        matches.setdefault(tuple([column.read(row) for column in theirs]), []).append(row)
    absent = [None] if operator.outer else []
    rows = [
        (row, match)
        for row in left.rows
        for match in matches.get(tuple([column.read(row) for column in ours]), absent)
    ]
    schema: Schema = {name: _of_left(column) for name, column in left.schema.items()}
    for name, column in right.schema.items():
        schema[distinct_name(name, schema)] = _of_right(column)
    return Table(schema, rows)


def _key(name: str, schema: Schema) -> Column:
    if name not in schema:
        raise meaningless(f"'join' operator: Failed to resolve column named '{name}'")
    column = schema[name]
    if column.type is Type.DYNAMIC:
        raise meaningless(f"'join' operator: key '{name}' is of a 'dynamic' type. Please use an explicit cast")
    return column


def _of_left(column: Column) -> Column:
    read = column.read
    return Column(column.type, lambda pair: read(pair[0]))


def _of_right(column: Column) -> Column:
    read, missing = column.read, MISSING.get(column.type)
    return Column(column.type, lambda pair: missing if pair[1] is None else read(pair[1]))
