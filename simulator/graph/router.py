"""Which handler answers a method and path, and why none does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.graph.answers import Handler
from simulator.graph.errors import GraphError, malformed
from simulator.graph.permissions import Need

VERSION = "v1.0"
# `applications(appId='…')` has its key in parentheses; a function may have empty ones, and its namespace before it.
KEYED = re.compile(r"(\w+)\((.+)\)")
FUNCTION = re.compile(r"(?:microsoft\.graph\.)?(\w+)(?:\(\))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path template behind the version with `{names}`, its handler, and what its caller needs."""

    method: str
    template: str
    need: Need
    handler: Handler


class Router:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(route, route.template.split("/")) for route in routes]

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """Give the route of a path and what it names; raises GraphError 400 or 405."""
        version, *segments = path.strip("/").split("/")
        if version.lower() != VERSION:
            raise malformed("Invalid version.")
        asked = [part for segment in segments for part in _taken_apart(segment)]
        known = False
        for route, template in self._routes:
            params = _match(template, asked)
            if params is not None:
                known = True
                if route.method == method:
                    return route, params
        if known:
            text = "Specified HTTP method is not allowed for the request target."
            raise GraphError(405, "Request_BadRequest", text, {"Allow": ", ".join(self._methods(asked))})
        raise malformed(f"Resource not found for the segment '{_unknown(self._routes, asked)}'.")

    def _methods(self, asked: list[str]) -> list[str]:
        return sorted({route.method for route, template in self._routes if _match(template, asked) is not None})


def _taken_apart(segment: str) -> list[str]:
    if keyed := KEYED.fullmatch(segment):
        return [keyed[1], keyed[2]]
    if function := FUNCTION.fullmatch(segment):
        return [function[1]]
    return [segment]


def _match(template: list[str], asked: list[str]) -> dict[str, str] | None:
    if len(template) != len(asked):
        return None
    params = {}
    for expected, actual in zip(template, asked, strict=True):
        if expected.startswith("{"):
            params[expected[1:-1]] = actual
        elif expected.lower() != actual.lower():
            return None
    return params


def _unknown(routes: list[tuple[Route, list[str]]], asked: list[str]) -> str:
    """Give the first segment of a path that leads nowhere."""
    for length in range(1, len(asked) + 1):
        if not any(_match(template[:length], asked[:length]) is not None for _, template in routes):
            return asked[length - 1]
    return asked[-1] if asked else ""
