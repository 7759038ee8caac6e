"""Which handler answers a method and path, and why none does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.arm.answers import Handler
from simulator.request_log import Kind, kind_of


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path template in Azure's casing with `{names}`, its handler, and Compute's throttling group."""

    method: str
    template: str
    handler: Handler
    group: str | None = None

    @property
    def segments(self) -> list[str]:
        return self.template.strip("/").split("/")

    @property
    def type(self) -> str:
        """The resource type, as Azure writes it."""
        segments = self.segments
        if "providers" not in segments[:-1]:
            return "Microsoft.Resources/subscriptions/resourceGroups"
        namespace, *rest = segments[last_provider(segments) + 1 :]
        kinds = [segment for segment in rest if not segment.startswith("{")]
        if self._is_action:
            kinds.pop()
        return "/".join([namespace, *kinds])

    @property
    def operation_name(self) -> str:
        """The action by Azure's access control, such as `Microsoft.Compute/virtualMachines/start/action`."""
        if self._is_action:
            return f"{self.type}/{self.segments[-1]}/action"
        verb = {"GET": "read", "HEAD": "read", "POST": "read", "DELETE": "delete"}.get(self.method, "write")
        return f"{self.type}/{verb}"

    @property
    def _is_action(self) -> bool:
        return self.method == "POST" and kind_of(self.method, self.template) is Kind.WRITE


@dataclass(frozen=True, slots=True)
class Match:
    """`route` is None where the path is known, but not with that method."""

    route: Route | None
    params: Mapping[str, str] = field(default_factory=dict)


class Router:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_length: dict[int, list[Route]] = {}
        self.namespaces: set[str] = set()
        for route in routes:
            self._by_length.setdefault(len(route.segments), []).append(route)
            self.namespaces |= _namespace(route.segments)

    def find(self, method: str, path: str) -> Match | None:
        """Give the match of a path, None where no route has such a path."""
        segments = path.strip("/").split("/")
        known = None
        for route in self._by_length.get(len(segments), ()):
            params = _match(route.segments, segments)
            if params is not None:
                known = Match(None, params)
                if route.method == method:
                    return Match(route, params)
        return known


def last_provider(segments: list[str]) -> int:
    """Find the `providers` that a path's own type follows: what extends another resource has that one's before."""
    return len(segments) - 1 - segments[::-1].index("providers")


def _namespace(segments: list[str]) -> set[str]:
    if "providers" not in segments[:-1]:
        return set()
    return {segments[last_provider(segments) + 1].lower()}


def _match(template: list[str], segments: list[str]) -> dict[str, str] | None:
    params = {}
    for expected, actual in zip(template, segments, strict=True):
        if expected.startswith("{"):
            params[expected[1:-1]] = actual
        elif expected.lower() != actual.lower():
            return None
    return params
