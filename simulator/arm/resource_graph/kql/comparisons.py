"""Comparisons: Kusto's case semantics for strings, and what a null is equal to.

https://learn.microsoft.com/kusto/query/datatypes-string-operators
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from simulator.arm.resource_graph.kql.refusals import QueryRefused, meaningless
from simulator.arm.resource_graph.kql.values import (
    NUMBERS,
    TEXTS,
    Column,
    Read,
    Type,
    as_text,
    kusto_name,
    number_of,
)

type TextTest = Callable[[str, str], bool]


def _has(text: str, term: str) -> bool:
    """Tell whether a term occurs with nothing alphanumeric beside it: `KustoExplorer has 'Explorer'` is false."""
    position = text.find(term)
    while position >= 0:
        end = position + len(term)
        before, after = text[position - 1 : position] if position else "", text[end : end + 1]
        if not (before.isalnum() and term[:1].isalnum()) and not (after.isalnum() and term[-1:].isalnum()):
            return True
        position = text.find(term, position + 1)
    return False


def _contains(text: str, part: str) -> bool:
    return part in text


TEXT_TESTS: dict[str, TextTest] = {
    "has": _has,
    "contains": _contains,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(symbol: str, left: Column, right: Column) -> Column:
    """Compare two values; raises QueryRefused for types that Kusto doesn't compare."""
    if symbol in ORDERS:
        return Column(Type.BOOL, _ordered(symbol, left, right))
    test, negated = symbol.removeprefix("!"), symbol.startswith("!")
    if test in {"~", "=~"}:
        return Column(Type.BOOL, _of_texts(operator.eq, left, right, caseless=True, negated=symbol == "!~"))
    if test in {"=", "=="}:
        return Column(Type.BOOL, _equal(symbol, left, right, negated=negated))
    word = test.removesuffix("_cs")
    caseless = not test.endswith("_cs")
    return Column(Type.BOOL, _of_texts(TEXT_TESTS[word], left, right, caseless=caseless, negated=negated))


def is_among(symbol: str, left: Column, options: Sequence[Column]) -> Column:
    """Tell whether a value is one of several, with `in`, `!in`, `in~` and `!in~`; raises QueryRefused."""
    negated, caseless = symbol.startswith("!"), symbol.endswith("~")
    if caseless or left.type in TEXTS:
        return Column(Type.BOOL, _among_texts(left, options, caseless=caseless, negated=negated))
    tests = [compare("==", left, option).read for option in options]
    return Column(Type.BOOL, lambda row: any(test(row) for test in tests) is not negated)


def _among_texts(left: Column, options: Sequence[Column], *, caseless: bool, negated: bool) -> Read:
    read = _as_compared(left, caseless=caseless)
    wanted = [_as_compared(option, caseless=caseless) for option in options]
    if all(option.is_constant for option in options):
        values = {one(None) for one in wanted}
        return lambda row: (read(row) in values) is not negated
    return lambda row: (read(row) in [one(row) for one in wanted]) is not negated


def _of_texts(test: TextTest, left: Column, right: Column, *, caseless: bool, negated: bool) -> Read:
    one, other = _as_compared(left, caseless=caseless), _as_compared(right, caseless=caseless)
    if right.is_constant:
        constant = other(None)
        if negated:
            return lambda row: not test(one(row), constant)
        return lambda row: test(one(row), constant)
    return lambda row: test(one(row), other(row)) is not negated


def _as_compared(column: Column, *, caseless: bool) -> Read:
    if column.type not in TEXTS:
        raise _not_comparable(column, Type.STRING)
    read = as_text(column)
    return (lambda row: read(row).lower()) if caseless else read


def _equal(symbol: str, left: Column, right: Column, *, negated: bool) -> Read:
    types = {left.type, right.type}
    if Type.STRING in types and types <= TEXTS:
        return _of_texts(operator.eq, left, right, caseless=False, negated=negated)
    if types == {Type.DYNAMIC}:
        text = f"Cannot compare values of types dynamic and dynamic with '{symbol}'. Try adding explicit casts."
        raise meaningless(text)
    if types <= NUMBERS | {Type.DYNAMIC}:
        return _of_values(left, right, number_of, negated=negated)
    if types <= {Type.BOOL, Type.DYNAMIC}:
        return _of_values(left, right, _truth_of, negated=negated)
    raise _not_comparable(left, right.type)


def _of_values(left: Column, right: Column, value_of: Read, *, negated: bool) -> Read:
    """Compare what may be null: with each other nulls are null, with anything else unequal."""

    def equal(row: Any) -> bool | None:
        one, other = value_of(left.read(row)), value_of(right.read(row))
        return None if one is None and other is None else (one == other) is not negated

    return equal


def _truth_of(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _ordered(symbol: str, left: Column, right: Column) -> Read:
    types, test = {left.type, right.type}, ORDERS[symbol]
    if not (types <= NUMBERS or types == {Type.STRING}):
        raise _not_comparable(left, right.type)

    def ordered(row: Any) -> bool | None:
        one, other = left.read(row), right.read(row)
        return None if one is None or other is None else test(one, other)

    return ordered


def _not_comparable(column: Column, other: Type) -> QueryRefused:
    one, two = kusto_name(column.type), kusto_name(other)
    return meaningless(f"Cannot compare values of types {one} and {two}. Try adding explicit casts.")
