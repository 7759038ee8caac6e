"""Runs queries over the tables that somebody gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simulator.arm.resource_graph.kql import table as tables
from simulator.arm.resource_graph.kql.joins import join
from simulator.arm.resource_graph.kql.syntax import (
    Comparison,
    Count,
    Expression,
    Extend,
    Join,
    Literal,
    Logic,
    Membership,
    MvExpand,
    Name,
    Operator,
    Order,
    Project,
    ProjectAway,
    Query,
    Summarize,
    Take,
    Where,
)
from simulator.arm.resource_graph.kql.table import Table

type Source = Callable[[str, frozenset[str] | None], Table]
"""Gives a table by its name, with the rows of some types alone where those are all that can matter."""

APPLY: dict[type[Any], Callable[[Table, Any], Table]] = {
    Where: tables.where,
    Project: tables.project,
    Extend: tables.extend,
    ProjectAway: tables.project_away,
    Order: tables.order,
    Take: tables.take,
    Count: tables.count,
    Summarize: tables.summarize,
    MvExpand: tables.mv_expand,
}


def run_query(query: Query, source: Source) -> Table:
    """Run a query; raises QueryRefused for what makes no sense with these tables."""
    table = source(query.table, types_asked(query.operators))
    for operator in query.operators:
        if isinstance(operator, Join):
            table = join(table, operator, run_query(operator.right, source))
        else:
            table = APPLY[type(operator)](table, operator)
    return table


def types_asked(operators: Iterable[Operator]) -> frozenset[str] | None:
    """Give the resource types, in lower case, that the first conditions ask for; None where all may matter."""
    asked: frozenset[str] | None = None
    for operator in operators:
        if not isinstance(operator, Where):
            break
        for condition in _conjuncts(operator.condition):
            named = _types_of(condition)
            asked = named if asked is None else asked & (named or asked)
    return asked


def _conjuncts(condition: Expression) -> tuple[Expression, ...]:
    return condition.operands if isinstance(condition, Logic) and condition.operator == "and" else (condition,)


def _types_of(condition: Expression) -> frozenset[str] | None:
    match condition:
        case Comparison("==" | "=~", Name("type"), Literal(str(value))):
            return frozenset({value.lower()})
        case Membership("in" | "in~", Name("type"), options):
            values = [option.value for option in options if isinstance(option, Literal)]
            if len(values) == len(options):
                return frozenset(str(value).lower() for value in values)
    return None
