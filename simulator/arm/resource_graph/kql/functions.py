"""The scalar functions of the subset, each with the types it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.arm.resource_graph.kql.refusals import meaningless, unknown_function
from simulator.arm.resource_graph.kql.values import (
    TEXTS,
    Column,
    Read,
    Type,
    as_text,
    bool_of,
    integer_of,
    is_empty,
    is_null,
    kusto_name,
    text_of,
)

type Make = Callable[[Sequence[Column]], Column]
ANY = frozenset(Type)
CONVERTED = ANY - {Type.BOOL}
MANY = 64


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` has the types of each argument, the last one's for all that follow; `least` to `most` of them."""

    make: Make
    takes: tuple[frozenset[Type], ...]
    least: int
    most: int


def call(name: str, arguments: Sequence[Column]) -> Column:
    """Make a column of a call; raises QueryRefused for an unknown function, and for arguments it doesn't take."""
    function = FUNCTIONS.get(name)
    if function is None:
        raise unknown_function(name)
    if not function.least <= len(arguments) <= function.most:
        raise meaningless(f"{name}(): function expects {function.least} to {function.most} argument(s).")
    for position, argument in enumerate(arguments):
        if argument.type not in function.takes[min(position, len(function.takes) - 1)]:
            found = kusto_name(argument.type)
            raise meaningless(f"{name}(): argument #{position + 1} is of the invalid type {found}.")
    return function.make(arguments)


def _of_value(kind: Type, convert: Callable[[Any], Any]) -> Make:
    def make(arguments: Sequence[Column]) -> Column:
        read = arguments[0].read
        return Column(kind, lambda row: convert(read(row)))

    return make


def _of_texts(kind: Type, convert: Callable[..., Any]) -> Make:
    """Make what is given all of its arguments as strings."""

    def make(arguments: Sequence[Column]) -> Column:
        reads = [as_text(argument) for argument in arguments]
        if len(reads) == 1:
            read = reads[0]
            return Column(kind, lambda row: convert(read(row)))
        return Column(kind, lambda row: convert(*(read(row) for read in reads)))

    return make


def _is_null(arguments: Sequence[Column]) -> Column:
    """Make `isnull`: a string never is."""
    never = arguments[0].type is Type.STRING
    return Column(Type.BOOL, lambda _: False) if never else _of_value(Type.BOOL, is_null)(arguments)


def _negated(make: Make) -> Make:
    def negated(arguments: Sequence[Column]) -> Column:
        read = make(arguments).read
        return Column(Type.BOOL, lambda row: _not(read(row)))

    return negated


def _not(value: bool | None) -> bool | None:  # noqa: FBT001 - a value of Kusto's
    return None if value is None else not value


def _itself(arguments: Sequence[Column]) -> Column:
    return arguments[0]


def _split(arguments: Sequence[Column]) -> Column:
    source, delimiter = as_text(arguments[0]), as_text(arguments[1])
    index: Read = arguments[2].read if len(arguments) > 2 else lambda _: None

    def split(row: Any) -> list[str]:
        separator = delimiter(row)
        parts = source(row).split(separator) if separator else [source(row)]
        position = index(row)
        return parts if position is None else parts[position : position + 1]

    return Column(Type.DYNAMIC, split)


def _substring(arguments: Sequence[Column]) -> Column:
    source = as_text(arguments[0])
    start, length = arguments[1].read, arguments[2].read if len(arguments) > 2 else lambda _: None

    def substring(row: Any) -> str:
        text: str = source(row)
        begin, many = max(0, start(row) or 0), length(row)
        return text[begin:] if many is None else text[begin : begin + max(0, many)]

    return Column(Type.STRING, substring)


def _array_length(value: Any) -> int | None:
    return len(value) if isinstance(value, list) else None


def _if(arguments: Sequence[Column]) -> Column:
    condition, then, otherwise = arguments
    test, one, other = condition.read, then.read, otherwise.read
    return Column(_common_type(arguments[1:]), lambda row: one(row) if test(row) else other(row))


def _coalesce(arguments: Sequence[Column]) -> Column:
    """Make the first that is not null, or of strings the first that is not empty."""
    reads = [(argument.read, argument.type is Type.STRING) for argument in arguments]

    def first(row: Any) -> Any:
        value = None
        for read, is_string in reads:
            value = read(row)
            if value is not None and not (is_string and value == ""):
                break
        return value

    return Column(_common_type(arguments), first)


def _common_type(columns: Sequence[Column]) -> Type:
    types = {column.type for column in columns}
    if len(types) == 1:
        return columns[0].type
    if Type.DYNAMIC in types:
        return Type.DYNAMIC
    raise meaningless("All alternatives have to be of one type. Try adding explicit casts.")


def _bag(arguments: Sequence[Column]) -> Column:
    if len(arguments) % 2:
        raise meaningless("bag_pack(): function expects pairs of keys and values.")
    pairs = [(as_text(key), value.read) for key, value in zip(arguments[::2], arguments[1::2], strict=True)]
    return Column(Type.DYNAMIC, lambda row: {key(row): value(row) for key, value in pairs})


IS_NULL = Function(_is_null, (ANY,), 1, 1)
IS_EMPTY = Function(_of_value(Type.BOOL, is_empty), (ANY,), 1, 1)
TO_INT = Function(_of_value(Type.INTEGER, integer_of), (ANY,), 1, 1)
IF = Function(_if, (frozenset({Type.BOOL}), ANY), 3, 3)
BAG = Function(_bag, (TEXTS, ANY), 2, MANY)
FUNCTIONS: dict[str, Function] = {
    "tostring": Function(_of_value(Type.STRING, text_of), (CONVERTED,), 1, 1),
    "toint": TO_INT,
    "tolong": TO_INT,
    "tobool": Function(_of_value(Type.BOOL, bool_of), (ANY,), 1, 1),
    "tolower": Function(_of_texts(Type.STRING, str.lower), (TEXTS,), 1, 1),
    "toupper": Function(_of_texts(Type.STRING, str.upper), (TEXTS,), 1, 1),
    "strcat": Function(_of_texts(Type.STRING, lambda *texts: "".join(texts)), (CONVERTED,), 1, MANY),
    "split": Function(_split, (TEXTS, TEXTS, frozenset({Type.INTEGER})), 2, 3),
    "substring": Function(_substring, (TEXTS, frozenset({Type.INTEGER})), 2, 3),
    "indexof": Function(_of_texts(Type.INTEGER, str.find), (TEXTS,), 2, 2),
    "array_length": Function(_of_value(Type.INTEGER, _array_length), (frozenset({Type.DYNAMIC}),), 1, 1),
    "iff": IF,
    "iif": IF,
    "coalesce": Function(_coalesce, (ANY,), 2, MANY),
    "bag_pack": BAG,
    "pack": BAG,
    "isnull": IS_NULL,
    "isnotnull": Function(_negated(_is_null), (ANY,), 1, 1),
    "isempty": IS_EMPTY,
    "isnotempty": Function(_negated(IS_EMPTY.make), (ANY,), 1, 1),
    "not": Function(_negated(_itself), (frozenset({Type.BOOL}),), 1, 1),
}
"""The names of all that may be called, but for aggregates."""
