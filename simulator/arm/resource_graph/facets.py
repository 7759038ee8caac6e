"""Facets: the rows of a result counted by the values of some columns, in the recorded form."""

from __future__ import annotations

from simulator.arm.resource_graph.errors import malformed
from simulator.arm.resource_graph.kql.binding import bind_condition
from simulator.arm.resource_graph.kql.parser import parse_condition
from simulator.arm.resource_graph.kql.refusals import detail
from simulator.arm.resource_graph.kql.syntax import Call, Name, Named, Order, Sorting, Summarize
from simulator.arm.resource_graph.kql.table import Table, order, summarize
from simulator.arm.resource_graph.kql.values import Type
from simulator.arm.resource_graph.request import FacetAsked
from simulator.arm.resource_graph.shapes import data_of
from simulator.store import Json

COUNT = "count"


def facet(table: Table, asked: FacetAsked, *, as_table: bool) -> Json:
    """Give one facet, or what is wrong with its expression; raises QueryRefused for its filter."""
    names = [name.strip() for name in asked.expression.split(",")]
    invalid = [name for name in names if name not in table.schema or table.schema[name].type is Type.DYNAMIC]
    if invalid:
        return {"expression": asked.expression, "errors": _errors(names, invalid), "resultType": "FacetError"}
    keys = tuple(Named(None, Name(name)) for name in names)
    counted = summarize(_filtered(table, asked), Summarize((Named(COUNT, Call("count", ())),), keys))
    counted = _sorted(counted, names, asked)
    shown = counted.rows[: asked.rows]
    return {
        "expression": asked.expression,
        "totalRecords": len(counted.rows),
        "count": len(shown),
        "data": data_of(counted.schema, shown, as_table=as_table),
        "resultType": "FacetResult",
    }


def _filtered(table: Table, asked: FacetAsked) -> Table:
    if asked.filter is None:
        return table
    holds = bind_condition(parse_condition(asked.filter), table.schema)
    return Table(table.schema, [row for row in table.rows if holds(row)])


def _sorted(counted: Table, names: list[str], asked: FacetAsked) -> Table:
    """Sort by count unless told otherwise; as recorded, what is counted alike is in the order of its values."""
    by = asked.sort_by or COUNT
    if by not in counted.schema:
        raise malformed(f"A facet can't be sorted by '{by}'.")
    first = Sorting(Name(by), descending=not asked.ascending, nulls_first=None)
    others = [Sorting(Name(name), descending=False, nulls_first=None) for name in names]
    return order(counted, Order((first, *others)))


def _errors(names: list[str], invalid: list[str]) -> list[Json]:
    none_left = [detail("NoValidColumns", "No valid columns in facet expression.")] if names == invalid else []
    return [*none_left, detail("InvalidColumnNames", f"Invalid column names: [{', '.join(invalid)}].")]
