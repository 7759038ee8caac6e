"""ASP.NET route templates, as far as functions use them: `vms/{name:alpha}/{id:int?}`, `{*path}`, `{page=1}`."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

_PARAMETER = re.compile(r"\{(?P<all>\*{0,2})(?P<name>[^:=?}]+)(?P<constraints>(?::[^=?}(]+(?:\([^)]*\))?)*)"
                        r"(?:=(?P<default>[^?}]*))?(?P<optional>\?)?\}")  # fmt: skip
_CONSTRAINT = re.compile(r":([^:(]+)(?:\(([^)]*)\))?")


class BadRoute(ValueError):
    """A route template that this host cannot read."""


def _is_guid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _is_within(number: int, bounds: str) -> bool:
    low, _, high = bounds.partition(",")
    return int(low) <= number <= int(high or low)


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


_IS: dict[str, Callable[[str, str], bool]] = {
    "alpha": lambda text, _: bool(re.fullmatch(r"[A-Za-z]*", text)),
    "bool": lambda text, _: text.casefold() in {"true", "false"},
    "double": lambda text, _: bool(re.fullmatch(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?", text)),
    "guid": lambda text, _: _is_guid(text),
    "int": lambda text, _: bool(re.fullmatch(r"[-+]?\d{1,10}", text)) and -(2**31) <= int(text) < 2**31,
    "length": lambda text, bounds: _is_within(len(text), bounds),
    "long": lambda text, _: bool(re.fullmatch(r"[-+]?\d{1,19}", text)) and -(2**63) <= int(text) < 2**63,
    "max": lambda text, bound: _as_number(text) <= float(bound),
    "maxlength": lambda text, bound: len(text) <= int(bound),
    "min": lambda text, bound: _as_number(text) >= float(bound),
    "minlength": lambda text, bound: len(text) >= int(bound),
    "range": lambda text, bounds: bool(re.fullmatch(r"[-+]?\d+", text)) and _is_within(int(text), bounds),
    "regex": lambda text, pattern: bool(re.search(pattern, text, re.IGNORECASE)),
    "required": lambda text, _: bool(text),
}


@dataclass(frozen=True, slots=True)
class Literal:
    text: str


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    constraints: tuple[tuple[str, str], ...] = ()
    takes_the_rest: bool = False
    default: str | None = None
    optional: bool = False

    def admits(self, text: str) -> bool:
        """Tell whether a text meets every constraint."""
        return all(_IS[name](text, argument) for name, argument in self.constraints)

    @property
    def may_be_absent(self) -> bool:
        return self.optional or self.takes_the_rest or self.default is not None


@dataclass(frozen=True, slots=True)
class Route:
    segments: tuple[Literal | Parameter, ...]

    @property
    def precedence(self) -> tuple[int, ...]:
        """Order routes as ASP.NET does: the literal before the constrained before the free before the catch-all."""
        return tuple(_weight(segment) for segment in self.segments)

    def match(self, raw_path: str) -> dict[str, str] | None:
        """Give the parameters of a still percent-encoded path, or None when it is another route's."""
        given = raw_path.strip("/").split("/") if raw_path.strip("/") else []
        found: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            if isinstance(segment, Parameter) and segment.takes_the_rest:
                given, text = given[:position], "/".join(given[position:])
            else:
                text = given[position] if position < len(given) else ""
            if not _take(segment, unquote(text), found):
                return None
        return found if len(given) <= len(self.segments) else None


def _weight(segment: Literal | Parameter) -> int:
    match segment:
        case Literal():
            return 1
        case Parameter(takes_the_rest=True):
            return 5
        case Parameter(constraints=()):
            return 3
    return 2


def _take(segment: Literal | Parameter, text: str, found: dict[str, str]) -> bool:
    if isinstance(segment, Literal):
        return segment.text.casefold() == text.casefold()
    if not text:
        if segment.default is not None:
            found[segment.name] = segment.default
        return segment.may_be_absent
    found[segment.name] = text
    return segment.admits(text)


def parse_route(template: str) -> Route:
    """Parse a route template. Raises BadRoute."""
    return Route(tuple(_parse_segment(text) for text in template.strip("/").split("/")))


def _parse_segment(text: str) -> Literal | Parameter:
    if "{" not in text:
        return Literal(text)
    found = _PARAMETER.fullmatch(text)
    if not found:
        raise BadRoute(f"this local host cannot read the route segment '{text}'")
    constraints = tuple(
        (name.casefold(), argument or "") for name, argument in _CONSTRAINT.findall(found["constraints"])
    )
    if unknown := [name for name, _ in constraints if name not in _IS]:
        raise BadRoute(f"the route segment '{text}' has an unknown constraint: {', '.join(unknown)}")
    return Parameter(found["name"], constraints, bool(found["all"]), found["default"], bool(found["optional"]))
