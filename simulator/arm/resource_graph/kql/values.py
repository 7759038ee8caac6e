"""Kusto's values: their types, what is null, and how one is made of another."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

type Read = Callable[[Any], Any]
"""Gives a value of a row, whatever a row is."""


class Type(StrEnum):
    """Each by the name that a table in an answer gives it."""

    STRING = "string"
    INTEGER = "integer"
    REAL = "number"
    BOOL = "boolean"
    DYNAMIC = "object"


NUMBERS = frozenset({Type.INTEGER, Type.REAL})
TEXTS = frozenset({Type.STRING, Type.DYNAMIC})
KUSTO_NAMES = {Type.INTEGER: "long", Type.REAL: "real", Type.BOOL: "bool"}
# A string is never null: https://learn.microsoft.com/kusto/query/scalar-data-types/null-values
MISSING: dict[Type, Any] = {Type.STRING: ""}


@dataclass(frozen=True, slots=True)
class Column:
    """`constant` is a literal's value, which comparisons look at once and not for each row."""

    type: Type
    read: Read
    constant: Any = None

    @property
    def is_constant(self) -> bool:
        return self.constant is not None


type Schema = dict[str, Column]


def kusto_name(kind: Type) -> str:
    """Give a type's name as Kusto's messages have it."""
    return KUSTO_NAMES.get(kind) or ("dynamic" if kind is Type.DYNAMIC else "string")


def text_of(value: Any) -> str:
    """Write any value as `tostring` does: null is an empty string, lists and bags are JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def as_text(column: Column) -> Read:
    """Give what reads a column's value as a string."""
    read = column.read
    return read if column.type is Type.STRING else lambda row: text_of(read(row))


def number_of(value: Any) -> float | None:
    """Give a number that is one already, else null."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def integer_of(value: Any) -> int | None:
    """Convert as `toint` does: null where that is not possible."""
    if isinstance(value, str):
        digits = value.strip()
        whole = digits.removeprefix("-").removeprefix("+")
        return int(digits) if whole.isascii() and whole.isdecimal() and len(whole) <= 18 else None
    return int(value) if isinstance(value, int | float) and math.isfinite(value) else None


def bool_of(value: Any) -> bool | None:
    """Convert as `tobool` does: null where that is not possible."""
    if isinstance(value, str):
        known = {"true": True, "false": False}.get(value.strip().lower())
        number = integer_of(value)
        return known if known is not None or number is None else number != 0
    return bool(value) if isinstance(value, int | float) else None


def is_null(value: Any) -> bool:
    """Tell whether a value is null, as `isnull` does of anything but a string."""
    return value is None


def is_empty(value: Any) -> bool:
    """Tell whether a value is null or an empty string, as `isempty` does."""
    return value is None or value == ""
