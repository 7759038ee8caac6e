"""Reads expressions: comparisons joined by `and` and `or`, calls, and paths into values."""

from __future__ import annotations

from simulator.arm.resource_graph.kql.reader import Reader
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
from simulator.arm.resource_graph.kql.tokens import Sort

TEXT_OPERATORS = tuple(
    f"{negation}{operator}{case}"
    for operator in ("has", "contains", "startswith", "endswith")
    for negation in ("", "!")
    for case in ("", "_cs")
)
COMPARISONS = ("==", "!=", "=~", "!~", "<", "<=", ">", ">=", *TEXT_OPERATORS)
MEMBERSHIPS = ("in", "!in", "in~", "!in~")
# A word that begins an operator is none that a column may be called by.
RESERVED = frozenset(
    {
        "where",
        "project",
        "extend",
        "order",
        "sort",
        "top",
        "take",
        "limit",
        "summarize",
        "join",
        "distinct",
        "by",
        "on",
    }
)
CONSTANTS = {"true": True, "false": False}


def read_expression(reader: Reader) -> Expression:
    """Read a whole expression; raises QueryRefused."""
    return _read_logic(reader, "or")


def read_named(reader: Reader) -> Named:
    """Read `name = expression`, or an expression alone; raises QueryRefused."""
    name = None
    if reader.next.sort is Sort.NAME and reader.after_next.text == "=" and reader.after_next.sort is Sort.SYMBOL:
        name = reader.take().text
        reader.expect("=")
    return Named(name, read_expression(reader))


def _read_logic(reader: Reader, operator: str) -> Expression:
    def read_operand() -> Expression:
        return _read_logic(reader, "and") if operator == "or" else _read_comparison(reader)

    operands = [read_operand()]
    while reader.took(operator):
        operands.append(read_operand())
    return Logic(operator, tuple(operands)) if len(operands) > 1 else operands[0]


def _read_comparison(reader: Reader) -> Expression:
    left = _read_path(reader)
    if reader.sees(*COMPARISONS):
        operator = reader.take().text
        return Comparison(operator, left, _read_path(reader))
    if reader.sees(*MEMBERSHIPS):
        operator = reader.take().text
        with reader.in_brackets("(", ")"):
            options = reader.listed(lambda: _read_path(reader))
        return Membership(operator, left, options)
    return left


def _read_path(reader: Reader) -> Expression:
    root, steps = _read_value(reader), []
    while reader.sees(".", "["):
        dotted = reader.took(".")
        if reader.sees("["):
            steps.append(_read_index(reader))
        elif dotted:
            steps.append(reader.expect_sort(Sort.NAME).text)
    return Path(root, tuple(steps)) if steps else root


def _read_index(reader: Reader) -> str | int:
    with reader.in_brackets("[", "]"):
        if reader.next.sort is Sort.TEXT:
            return reader.take().value
        negative = reader.took("-")
        number = reader.expect_sort(Sort.NUMBER)
        if "." in number.text:
            raise reader.unexpected()
        return -int(number.text) if negative else int(number.text)


def _read_value(reader: Reader) -> Expression:
    token = reader.next
    if token.sort is Sort.TEXT:
        return Literal(reader.take().value)
    if token.sort is Sort.NUMBER or reader.sees("-"):
        return _read_number(reader)
    if reader.sees("("):
        with reader.in_brackets("(", ")"):
            return read_expression(reader)
    name = reader.expect_sort(Sort.NAME).text
    if reader.sees("("):
        with reader.in_brackets("(", ")"):
            return Call(name, () if reader.sees(")") else reader.listed(lambda: read_expression(reader)))
    if name in RESERVED:
        # As recorded: `where where` fails only where it ends.
        raise reader.unexpected()
    return Literal(CONSTANTS[name]) if name in CONSTANTS else Name(name)


def _read_number(reader: Reader) -> Literal:
    sign = -1 if reader.took("-") else 1
    text = reader.expect_sort(Sort.NUMBER).text
    return Literal(sign * (float(text) if "." in text else int(text)))
