"""Binds expressions to a table's columns: what is unknown or makes no sense is refused before any row is read."""

from __future__ import annotations

from typing import Any

from simulator.arm.resource_graph.kql.comparisons import compare, is_among
from simulator.arm.resource_graph.kql.functions import call
from simulator.arm.resource_graph.kql.refusals import meaningless
from simulator.arm.resource_graph.kql.syntax import (
    Call,
    Comparison,
    Expression,
    Literal,
    Logic,
    Membership,
    Name,
    Named,
    Path,
)
from simulator.arm.resource_graph.kql.values import Column, Read, Schema, Type, kusto_name

CONVERSIONS = frozenset({"tostring", "toint", "tolong", "tobool"})
"""What they give is called like what they are given: `tostring(properties.a.b)` is `properties_a_b`."""


def bind(expression: Expression, schema: Schema) -> Column:
    """Give an expression's type and what reads its value; raises QueryRefused."""
    match expression:
        case Literal(value):
            column = _literal(value)
        case Name(name):
            column = _column(name, schema)
        case Path(root, steps):
            column = _path(bind(root, schema), steps)
        case Call(function, arguments):
            column = call(function, [bind(argument, schema) for argument in arguments])
        case Comparison(symbol, left, right):
            column = compare(symbol, bind(left, schema), bind(right, schema))
        case Membership(symbol, left, options):
            column = is_among(symbol, bind(left, schema), [bind(option, schema) for option in options])
        case Logic(word, operands):
            column = _logic(word, [bind_condition(operand, schema) for operand in operands])
    return column


def bind_condition(expression: Expression, schema: Schema) -> Read:
    """Give what reads whether a condition holds, null included; raises QueryRefused."""
    column = bind(expression, schema)
    if column.type is not Type.BOOL:
        raise meaningless(f"A condition has to be of type bool, not {kusto_name(column.type)}.")
    return column.read


def name_of(column: Named) -> str | None:
    """Give a column's name, None for an expression that has none of its own."""
    return column.name or _own_name(column.expression)


def _own_name(expression: Expression) -> str | None:
    match expression:
        case Name(name):
            return name
        case Path(Name(name), steps):
            return "_".join([name, *map(str, steps)])
        case Call(function, (argument,)) if function in CONVERSIONS:
            return _own_name(argument)
    return None


def _literal(value: str | float) -> Column:
    kinds = {str: Type.STRING, bool: Type.BOOL, int: Type.INTEGER, float: Type.REAL}
    return Column(kinds[type(value)], lambda _: value, constant=value)


def _column(name: str, schema: Schema) -> Column:
    if name not in schema:
        raise meaningless(f"Failed to resolve column or scalar expression named '{name}'")
    return schema[name]


def _path(root: Column, steps: tuple[str | int, ...]) -> Column:
    if root.type is not Type.DYNAMIC:
        text = f"A path goes into values of type dynamic alone, not {kusto_name(root.type)}: '{steps[0]}'"
        raise meaningless(text)
    read = root.read

    def follow(row: Any) -> Any:
        value = read(row)
        for step in steps:
            value = _inside(value, step)
            if value is None:
                return None
        return value

    return Column(Type.DYNAMIC, follow)


def _inside(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
        return value[step]
    return None


def _logic(word: str, reads: list[Read]) -> Column:
    decides = word == "or"

    def decide(row: Any) -> bool | None:
        """Look no further than needed; what no operand decides is null if one of them is."""
        unknown = False
        for read in reads:
            value: bool | None = read(row)
            if value is decides:
                return value
            unknown = unknown or value is None
        return None if unknown else not decides

    return Column(Type.BOOL, decide)
