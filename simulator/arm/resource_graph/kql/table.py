"""Tables, and the operators that make another table of one.

A column is computed only when it is read: of many rows only those of a page are ever projected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from simulator.arm.resource_graph.kql.binding import bind, bind_condition, name_of
from simulator.arm.resource_graph.kql.refusals import meaningless, unknown_function
from simulator.arm.resource_graph.kql.syntax import (
    Call,
    Count,
    Extend,
    MvExpand,
    Named,
    Order,
    Project,
    ProjectAway,
    Sorting,
    Summarize,
    Take,
    Where,
)
from simulator.arm.resource_graph.kql.values import Column, Read, Schema, Type

DISTINCT_ENDS = range(1, 1000)


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are whatever the columns of the schema read."""

    schema: Schema
    rows: list[Any]


def where(table: Table, operator: Where) -> Table:
    """Keep the rows that meet a condition: null is not met."""
    holds = bind_condition(operator.condition, table.schema)
    return Table(table.schema, [row for row in table.rows if holds(row)])


def project(table: Table, operator: Project) -> Table:
    """Keep the named columns alone."""
    return Table(_columns(operator.columns, table.schema), table.rows)


def extend(table: Table, operator: Extend) -> Table:
    """Add columns, in place of those that are called the same; none sees another one of the same operator."""
    return Table(table.schema | _columns(operator.columns, table.schema, taken=table.schema), table.rows)


def project_away(table: Table, operator: ProjectAway) -> Table:
    """Drop the named columns; raises QueryRefused for a name that there is not."""
    dropped: set[str] = set()
    for pattern in operator.patterns:
        if pattern.endswith("*"):
            dropped |= {name for name in table.schema if name.startswith(pattern[:-1])}
        elif pattern in table.schema:
            dropped.add(pattern)
        else:
            raise meaningless(f"'project-away' operator: Failed to resolve column named '{pattern}'")
    return Table({name: column for name, column in table.schema.items() if name not in dropped}, table.rows)


def order(table: Table, operator: Order) -> Table:
    """Sort: descending unless told otherwise, nulls as the smallest."""
    rows = list(table.rows)
    for sorting in reversed(operator.by):
        rows = _sorted(rows, sorting, table.schema)
    return Table(table.schema, rows)


def _sorted(rows: list[Any], sorting: Sorting, schema: Schema) -> list[Any]:
    read = _key(sorting.expression, schema, "order")
    keyed = [(read(row), row) for row in rows]
    nulls = [row for key, row in keyed if key is None]
    known = [(key, row) for key, row in keyed if key is not None]
    known.sort(key=lambda pair: pair[0], reverse=sorting.descending)
    nulls_first = not sorting.descending if sorting.nulls_first is None else sorting.nulls_first
    ordered = [row for _, row in known]
    return [*nulls, *ordered] if nulls_first else [*ordered, *nulls]


def take(table: Table, operator: Take) -> Table:
    """Keep the first rows."""
    return Table(table.schema, table.rows[: operator.rows])


def count(table: Table, _: Count) -> Table:
    """Count the rows."""
    return Table({"Count": _at(0, Type.INTEGER)}, [(len(table.rows),)])


def summarize(table: Table, operator: Summarize) -> Table:
    """Group rows by keys, and aggregate each group; raises QueryRefused for keys of type dynamic."""
    keys = _columns(operator.by, table.schema)
    reads = [_checked_key(name, column) for name, column in keys.items()]
    groups: dict[tuple[Any, ...], list[Any]] = {} if operator.by else {(): []}
    for row in table.rows:
        groups.setdefault(tuple([read(row) for read in reads]), []).append(row)
    schema = {name: _at(position, column.type) for position, (name, column) in enumerate(keys.items())}
    aggregates: list[Callable[[list[Any]], Any]] = []
    for named in operator.aggregates:
        name, kind, aggregate = _aggregate(named, table.schema)
        schema[distinct_name(name, schema)] = _at(len(keys) + len(aggregates), kind)
        aggregates.append(aggregate)
    rows = [(*key, *(aggregate(group) for aggregate in aggregates)) for key, group in groups.items()]
    return Table(schema, rows)


def _aggregate(named: Named, schema: Schema) -> tuple[str, Type, Callable[[list[Any]], Any]]:
    match named.expression:
        case Call("count", ()):
            return named.name or "count_", Type.INTEGER, len
        case Call("make_list", (argument,)):
            read = bind(argument, schema).read
            name = named.name or f"list_{name_of(Named(None, argument)) or ''}"
            return name, Type.DYNAMIC, lambda rows: [value for row in rows if (value := read(row)) is not None]
        case Call(function, _):
            raise unknown_function(function)
    raise meaningless("'summarize' operator: only aggregates may stand before 'by'")


def mv_expand(table: Table, operator: MvExpand) -> Table:
    """Make a row of each element; a null makes one row, an empty list or bag none.

    https://learn.microsoft.com/kusto/query/mv-expand-operator
    """
    column = bind(operator.column.expression, table.schema)
    name = name_of(operator.column)
    if column.type is not Type.DYNAMIC or name is None:
        raise meaningless("'mv-expand' operator: expects a column or path of type dynamic, or a name for it")
    rows = [(row, element) for row in table.rows for element in _elements(column.read(row))[: operator.limit]]
    schema = {other: _in_first(one) for other, one in table.schema.items()}
    return Table(schema | {name: _at(1, Type.DYNAMIC)}, rows)


def _elements(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [{key: inner} for key, inner in value.items()]
    return value if isinstance(value, list) else [value]


def _in_first(column: Column) -> Column:
    read = column.read
    return Column(column.type, lambda pair: read(pair[0]))


def _at(position: int, kind: Type) -> Column:
    return Column(kind, lambda row: row[position])


def _columns(columns: Iterable[Named], schema: Schema, taken: Schema | None = None) -> Schema:
    """Bind columns and give each a name: its own, or `Column1` and so on for an expression without one."""
    made: Schema = {}
    for column in columns:
        name = name_of(column)
        if name is None:
            name = next(f"Column{end}" for end in DISTINCT_ENDS if f"Column{end}" not in made | (taken or {}))
        made[distinct_name(name, made)] = bind(column.expression, schema)
    return made


def distinct_name(name: str, schema: Schema) -> str:
    """Give a name with the first number that makes it distinct, as Kusto does."""
    if name not in schema:
        return name
    return next(f"{name}{end}" for end in DISTINCT_ENDS if f"{name}{end}" not in schema)


def _key(expression: Any, schema: Schema, operator: str) -> Read:
    column = bind(expression, schema)
    if column.type is Type.DYNAMIC:
        text = f"'{operator}' operator: key can't be of dynamic type. Please use an explicit cast"
        raise meaningless(text)
    return column.read


def _checked_key(name: str, column: Column) -> Read:
    if column.type is Type.DYNAMIC:
        text = f"Summarize group key '{name}' is of a 'dynamic' type. Please use an explicit cast"
        raise meaningless(text)
    return column.read
