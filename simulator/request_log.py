"""Every request that ARM got, to be counted and looked at. Token and control-plane requests are kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from simulator.arm.ids import ArmId


class Kind(StrEnum):
    """POSTs count as writes, as Azure's throttling counts them."""

    READ = "read"
    WRITE = "write"


def kind_of(method: str) -> Kind:
    """Tell a read from a write by its method."""
    return Kind.READ if method in {"GET", "HEAD"} else Kind.WRITE


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """`status` is None where the connection was dropped; times are the world's."""

    time: datetime
    method: str
    path: str
    query: str
    api_version: str
    status: int | None
    correlation_id: str
    client_request_id: str | None
    caller: str | None

    @property
    def kind(self) -> Kind:
        return kind_of(self.method)

    @property
    def type(self) -> str:
        """The resource type in lower case; empty for what is no resource, such as a list of a subscription."""
        try:
            return ArmId.parse(self.path).type.lower()
        except ValueError:
            return ""


class RequestLog:
    def __init__(self) -> None:
        self._requests: list[LoggedRequest] = []
        self.token_requests = 0

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(self._requests)

    def __len__(self) -> int:
        return len(self._requests)

    def add(self, request: LoggedRequest) -> None:
        self._requests.append(request)

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
