"""Reads queries: a table, and operators one after the other."""

from __future__ import annotations

from collections.abc import Callable

from simulator.arm.resource_graph.kql.expressions import read_expression, read_named
from simulator.arm.resource_graph.kql.reader import Reader
from simulator.arm.resource_graph.kql.refusals import not_served, parser_failure, unknown_table
from simulator.arm.resource_graph.kql.syntax import (
    Count,
    Expression,
    Extend,
    Join,
    MvExpand,
    Operator,
    Order,
    Project,
    ProjectAway,
    Query,
    Sorting,
    Summarize,
    Take,
    Where,
)
from simulator.arm.resource_graph.kql.tokens import Sort

RESOURCES, CONTAINERS = "resources", "resourcecontainers"
TABLES = frozenset({RESOURCES, CONTAINERS})
OTHERS = (
    "as consume evaluate facet find fork getschema invoke lookup make-series mv-apply mvexpand parse parse-kv "
    "parse-where partition print project-keep project-rename project-reorder range reduce render sample "
    "sample-distinct scan search serialize top-hitters top-nested union let"
)
NOT_SERVED = frozenset(OTHERS.split())
"""Operators that Kusto has and this subset has not."""
MOST_OPERATORS, MOST_JOINS, MOST_EXPANSIONS = 60, 3, 3
ROWS_EXPANDED, MOST_ROWS_EXPANDED = 128, 400
"""https://learn.microsoft.com/azure/governance/resource-graph/concepts/query-language has these limits of Azure's."""


def parse_query(text: str) -> Query:
    """Read a query; raises QueryRefused."""
    reader = Reader(text)
    query = _read_query(reader)
    if not reader.next.is_end:
        raise reader.unexpected()
    counted = list(_all_operators(query))
    if len(counted) > MOST_OPERATORS:
        raise not_served("|")
    if sum(isinstance(operator, Join) for operator in counted) > MOST_JOINS:
        raise not_served("join")
    if sum(isinstance(operator, MvExpand) for operator in counted) > MOST_EXPANSIONS:
        raise not_served("mv-expand")
    return query


def parse_condition(text: str) -> Expression:
    """Read an expression alone, as a facet's filter is one; raises QueryRefused."""
    reader = Reader(text)
    condition = read_expression(reader)
    if not reader.next.is_end:
        raise reader.unexpected()
    return condition


def _all_operators(query: Query) -> list[Operator]:
    inner = [_all_operators(operator.right) for operator in query.operators if isinstance(operator, Join)]
    return [*query.operators, *(operator for operators in inner for operator in operators)]


def _read_query(reader: Reader) -> Query:
    operators: list[Operator] = []
    if reader.sees(*READ, *NOT_SERVED):
        table = RESOURCES
        operators.extend(_read_operator(reader))
    else:
        table = _read_table(reader)
    while reader.took("|"):
        operators.extend(_read_operator(reader))
    return Query(table, tuple(operators))


def _read_table(reader: Reader) -> str:
    name = reader.expect_sort(Sort.NAME).text
    if name.lower() not in TABLES:
        raise unknown_table(name)
    return name.lower()


def _read_operator(reader: Reader) -> tuple[Operator, ...]:
    token = reader.take()
    if token.sort in {Sort.NAME, Sort.OPERATOR}:
        if token.text in READ:
            return READ[token.text](reader)
        if token.text in NOT_SERVED:
            raise not_served(token.text)
    raise parser_failure(token)


def _where(reader: Reader) -> tuple[Operator, ...]:
    return (Where(read_expression(reader)),)


def _project(reader: Reader) -> tuple[Operator, ...]:
    return (Project(reader.listed(lambda: read_named(reader))),)


def _extend(reader: Reader) -> tuple[Operator, ...]:
    return (Extend(reader.listed(lambda: read_named(reader))),)


def _project_away(reader: Reader) -> tuple[Operator, ...]:
    def read() -> str:
        return reader.expect_sort(Sort.NAME).text + ("*" if reader.took("*") else "")

    return (ProjectAway(reader.listed(read)),)


def _order(reader: Reader) -> tuple[Operator, ...]:
    reader.expect("by")
    return (Order(reader.listed(lambda: _read_sorting(reader))),)


def _read_sorting(reader: Reader) -> Sorting:
    expression = read_expression(reader)
    descending = not reader.took("asc")
    if descending:
        reader.took("desc")
    first = reader.expect("first", "last").text == "first" if reader.took("nulls") else None
    return Sorting(expression, descending, first)


def _take(reader: Reader) -> tuple[Operator, ...]:
    return (Take(_read_whole_number(reader)),)


def _top(reader: Reader) -> tuple[Operator, ...]:
    rows = _read_whole_number(reader)
    reader.expect("by")
    return Order((_read_sorting(reader),)), Take(rows)


def _read_whole_number(reader: Reader) -> int:
    if "." in reader.next.text:
        raise reader.unexpected()
    return int(reader.expect_sort(Sort.NUMBER).text)


def _count(_: Reader) -> tuple[Operator, ...]:
    return (Count(),)


def _distinct(reader: Reader) -> tuple[Operator, ...]:
    return (Summarize((), reader.listed(lambda: read_named(reader))),)


def _summarize(reader: Reader) -> tuple[Operator, ...]:
    aggregates = () if reader.sees("by") else reader.listed(lambda: read_named(reader))
    by = reader.listed(lambda: read_named(reader)) if reader.took("by") else ()
    return (Summarize(aggregates, by),)


def _mv_expand(reader: Reader) -> tuple[Operator, ...]:
    column = read_named(reader)
    limit = _read_whole_number(reader) if reader.took("limit") else ROWS_EXPANDED
    if reader.sees(","):
        raise not_served("mv-expand")
    if limit > MOST_ROWS_EXPANDED:
        raise not_served("limit")
    return (MvExpand(column, limit),)


def _join(reader: Reader) -> tuple[Operator, ...]:
    """Read a join: without `kind`, which would keep any one of the rows on the left, it is not served."""
    if not reader.took("kind"):
        raise not_served("join")
    reader.expect("=")
    kind = reader.expect_sort(Sort.NAME).text
    if kind not in {"inner", "leftouter"}:
        raise not_served(kind)
    if reader.sees("("):
        with reader.in_brackets("(", ")"):
            right = _read_query(reader)
    else:
        right = Query(_read_table(reader), ())
    reader.expect("on")
    pairs = [_read_pair(reader)]
    while reader.took(",", "and"):
        pairs.append(_read_pair(reader))
    return (Join(kind == "leftouter", right, tuple(pairs)),)


def _read_pair(reader: Reader) -> tuple[str, str]:
    if not reader.sees("$left", "$right"):
        name = reader.expect_sort(Sort.NAME).text
        return name, name
    sides = {}
    for separator in ("==", None):
        side = reader.expect("$left", "$right").text
        reader.expect(".")
        sides[side] = reader.expect_sort(Sort.NAME).text
        if separator:
            reader.expect(separator)
    if len(sides) != 2:
        raise reader.unexpected()
    return sides["$left"], sides["$right"]


READ: dict[str, Callable[[Reader], tuple[Operator, ...]]] = {
    "where": _where,
    "project": _project,
    "extend": _extend,
    "project-away": _project_away,
    "order": _order,
    "sort": _order,
    "take": _take,
    "limit": _take,
    "top": _top,
    "count": _count,
    "distinct": _distinct,
    "summarize": _summarize,
    "mv-expand": _mv_expand,
    "join": _join,
}
