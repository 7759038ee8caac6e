"""Every request to ARM and Graph, to be counted and looked at. Token and control-plane requests are kept apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from simulator.arm.ids import ArmId, top_level

GRAPH_APPLICATIONS = "/v1.0/applications"
GRAPH_TYPE = "microsoft.graph/applications"
QUERY = "/providers/Microsoft.ResourceGraph/resources"


class Kind(StrEnum):
    """POSTs count as writes, as Azure's throttling counts them, but for Resource Graph's queries."""

    READ = "read"
    WRITE = "write"


def kind_of(method: str, path: str) -> Kind:
    """Tell a read from a write: a query is a POST, but changes nothing."""
    reads = method in {"GET", "HEAD"} or (method == "POST" and path.lower() == QUERY.lower())
    return Kind.READ if reads else Kind.WRITE


@dataclass(slots=True)
class LoggedRequest:
    """`status` is None where the connection was dropped; times are the world's.

    `took_effect`: whether it was carried out, answered or not. `began` and `ended` number, in one sequence over all
    requests, when it came and when its answer had been sent (None: not yet). `caller` is the client id of who sent
    it, None for nobody known; `host` which of the app's hosts did.
    """

    time: datetime
    method: str
    path: str
    query: str
    api_version: str
    status: int | None
    correlation_id: str
    client_request_id: str | None
    caller: str | None
    host: int | None = None
    took_effect: bool = False
    began: int = 0
    ended: int | None = None

    def overlaps(self, other: LoggedRequest) -> bool:
        """Tell whether both were under way at once."""
        return (other.ended is None or self.began < other.ended) and (self.ended is None or other.began < self.ended)

    @property
    def kind(self) -> Kind:
        return kind_of(self.method, self.path)

    @property
    def type(self) -> str:
        """The resource type in lower case; empty for what is no resource, such as a list of a subscription."""
        if self.path.lower().startswith(GRAPH_APPLICATIONS):
            return GRAPH_TYPE
        try:
            return ArmId.parse(self.path).type.lower()
        except ValueError:
            return ""


class RequestLog:
    """The requests in the order in which they took effect."""

    def __init__(self) -> None:
        self._requests: list[LoggedRequest] = []
        self._moments = itertools.count(1)
        self.token_requests = 0

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(self._requests)

    def __len__(self) -> int:
        return len(self._requests)

    def next_moment(self) -> int:
        """Give a number to the moment at which a request begins or ends."""
        return next(self._moments)

    def add(self, request: LoggedRequest) -> None:
        self._requests.append(request)

    def overlapping_writes(self) -> list[tuple[LoggedRequest, LoggedRequest]]:
        """Give the pairs of writes to one top-level resource (with its rules, its extensions) under way at once."""
        by_resource: dict[str, list[LoggedRequest]] = {}
        for request in self.writes():
            by_resource.setdefault(top_level(request.path).lower(), []).append(request)
        pairs = (pair for writes in by_resource.values() for pair in itertools.combinations(writes, 2))
        return [(one, other) for one, other in pairs if one.overlaps(other)]

    def reads(self, under: str = "", resource_type: str | None = None) -> list[LoggedRequest]:
        """Give the reads whose path starts with `under`, of one resource type if named; case does not matter."""
        return self.matching(Kind.READ, under, resource_type)

    def writes(self, under: str = "", resource_type: str | None = None) -> list[LoggedRequest]:
        """Give the writes whose path starts with `under`, of one resource type if named; case does not matter."""
        return self.matching(Kind.WRITE, under, resource_type)

    def matching(
        self, kind: Kind | None = None, under: str = "", resource_type: str | None = None
    ) -> list[LoggedRequest]:
        return [
            request
            for request in self._requests
            if (kind is None or request.kind is kind)
            and request.path.lower().startswith(under.lower())
            and (resource_type is None or request.type == resource_type.lower())
        ]

    def clear(self) -> None:
        self._requests.clear()
        self.token_requests = 0
