"""Values as source text of Bicep or Terraform."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Code:
    """Source text that stands for itself."""

    text: str


type Value = str | float | bool | Code | Mapping[str, Value] | Sequence[Value] | None


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes values; `aligns` its `assign` in lines that follow each other, as terraform fmt does."""

    quote: Callable[[str], str]
    number: Callable[[float], str]
    assign: str
    item_end: str
    aligns: bool


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_NAMES = {"false", "for", "if", "null", "true"}
_INDENT = "  "


def escape(text: str, escapes: Mapping[str, str], by_code: Callable[[int], str]) -> str:
    """Escape characters by a table, and what doesn't show by its code point, so that a reader sees all there is."""
    return "".join(
        escapes.get(character) or (character if character.isprintable() else by_code(ord(character)))
        for character in text
    )


def write_value(value: Value, language: Language, depth: int = 0) -> str:
    """Write a value that begins in a line indented `depth` times."""
    match value:
        case Code(text):
            return text
        case None | bool():
            return json.dumps(value)
        case int() | float():
            return language.number(value)
        case str():
            return language.quote(value)
        case Mapping():
            named = ((write_key(key, language), one) for key, one in value.items())
            return _enclose("{", write_lines(named, language, depth + 1), "}", depth)
        case _:
            return _write_list(value, language, depth)


def write_key(key: str, language: Language) -> str:
    """Write a key, bare where that is certainly a name."""
    return key if _NAME.fullmatch(key) and key not in _NO_NAMES else language.quote(key)


def write_lines(entries: Iterable[tuple[str, Value]], language: Language, depth: int) -> list[str]:
    """Write an assignment for each name, with its indentation."""
    written = [(name, write_value(value, language, depth)) for name, value in entries]
    lines: list[str] = []
    for several_lines, run in groupby(written, lambda entry: "\n" in entry[1]):
        together = list(run)
        aligned = language.aligns and not several_lines
        width = max(len(name) for name, _ in together) if aligned else 0
        lines += [f"{_INDENT * depth}{name:<{width}}{language.assign}{text}" for name, text in together]
    return lines


def _write_list(values: Sequence[Value], language: Language, depth: int) -> str:
    if len(values) < 2 and not any(isinstance(one, Mapping | list | tuple) for one in values):
        return f"[{''.join(write_value(one, language, depth) for one in values)}]"
    indent = _INDENT * (depth + 1)
    items = [f"{indent}{write_value(one, language, depth + 1)}{language.item_end}" for one in values]
    return _enclose("[", items, "]", depth)


def _enclose(opening: str, lines: Sequence[str], closing: str, depth: int) -> str:
    return "\n".join([opening, *lines, f"{_INDENT * depth}{closing}"]) if lines else f"{opening}{closing}"
