"""Faults on demand: declared as values, looked up by the gateway and the providers, used up as they strike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from simulator.request_log import Kind, kind_of


class FaultKind(StrEnum):
    """What goes wrong. The last two strike an extension's install, all others a request's answer."""

    ARM_THROTTLED = "throttled by ARM"
    COMPUTE_THROTTLED = "throttled by Compute"
    GRAPH_THROTTLED = "throttled by Graph"
    TOPIC_THROTTLED = "throttled by the Event Grid topic"
    BUSY = "busy with another operation"
    NOT_PROVISIONED = "referenced resource not provisioned"
    ANOTHER_OPERATION = "another operation in progress"
    INTERNAL_ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    UNAVAILABLE_WITHOUT_BODY = "503 without body"
    DROPPED_BEFORE = "connection dropped before the write took effect"
    DROPPED_AFTER = "connection dropped after the write took effect"
    TIME_OUT = "never answered"
    SCOPE_LOCKED = "scope locked"
    POLICY_REFUSAL = "refused by policy"
    AUTHORIZATION_FAILED = "missing permission"
    LINKED_AUTHORIZATION_FAILED = "missing permission on a linked resource"
    DENY_ASSIGNMENT = "deny assignment"
    FAILED_INSTALL = "failed install"
    STUCK_INSTALL = "stuck install"


INSTALL_FAULTS = frozenset({FaultKind.FAILED_INSTALL, FaultKind.STUCK_INSTALL})
GRAPH_FAULTS = frozenset(
    {
        FaultKind.GRAPH_THROTTLED,
        FaultKind.INTERNAL_ERROR,
        FaultKind.BAD_GATEWAY,
        FaultKind.UNAVAILABLE,
        FaultKind.UNAVAILABLE_WITHOUT_BODY,
        FaultKind.DROPPED_BEFORE,
        FaultKind.DROPPED_AFTER,
        FaultKind.TIME_OUT,
        FaultKind.AUTHORIZATION_FAILED,
    }
)
_NOT_OF_THE_TOPIC = {FaultKind.GRAPH_THROTTLED, FaultKind.UNAVAILABLE_WITHOUT_BODY}
TOPIC_FAULTS = GRAPH_FAULTS - _NOT_OF_THE_TOPIC | {FaultKind.TOPIC_THROTTLED}
ARM_FAULTS = frozenset(FaultKind) - INSTALL_FAULTS - {FaultKind.GRAPH_THROTTLED, FaultKind.TOPIC_THROTTLED}


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, where, and how often.

    A request is struck when all that is given matches: `method`, `on` (reads or writes), `path` (a part of the path,
    whatever its case), `resource_type`, `when` (any test of method and path), and its service knows such a fault: of
    Graph's, the type is `microsoft.graph/applications`, of the topic's `microsoft.eventgrid/topics`. The first `skip`
    matches pass unharmed; then `times` of them are struck, all for None. `retry_after` (seconds) replaces the kind's
    own, -1 leaves it out.
    `name` is what the message names: the lock, the policy, the linked resource, the error of a failed install.
    """

    kind: FaultKind
    method: str | None = None
    path: str = ""
    resource_type: str | None = None
    on: Kind | None = None
    when: Callable[[str, str], bool] | None = None
    skip: int = 0
    times: int | None = 1
    retry_after: float | None = None
    name: str | None = None

    def matches(self, method: str, path: str, resource_type: str) -> bool:
        return (
            (self.method is None or self.method.upper() == method)
            and (self.on is None or self.on is kind_of(method, path))
            and self.path.lower() in path.lower()
            and (self.resource_type is None or self.resource_type.lower() == resource_type.lower())
            and (self.when is None or self.when(method, path))
        )


@dataclass(slots=True)
class _Armed:
    fault: Fault
    passed: int = 0
    struck: int = 0

    def strikes(self) -> bool:
        if self.passed < self.fault.skip:
            self.passed += 1
            return False
        self.struck += 1
        return True

    @property
    def spent(self) -> bool:
        return self.fault.times is not None and self.struck >= self.fault.times


class Faults:
    """The faults in force, in the order added; `struck` keeps what has happened."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self.struck: list[tuple[Fault, str, str]] = []
        self.released = asyncio.Event()

    def __iter__(self) -> Iterator[Fault]:
        return iter([armed.fault for armed in self._armed])

    def add(self, fault: Fault) -> Fault:
        self._armed.append(_Armed(fault))
        return fault

    def remove(self, fault: Fault) -> None:
        self._armed = [armed for armed in self._armed if armed.fault is not fault]

    def clear(self) -> None:
        self._armed.clear()

    def release(self) -> None:
        """Let go of every answer that is being held back, now and from now on."""
        self.released.set()

    def for_request(self, method: str, path: str, resource_type: str) -> Fault | None:
        """Give the fault that strikes this request to ARM, counting it."""
        return self._take(method, path, resource_type, ARM_FAULTS)

    def for_graph(self, method: str, path: str, resource_type: str) -> Fault | None:
        """Give the fault that strikes this request to Microsoft Graph, counting it."""
        return self._take(method, path, resource_type, GRAPH_FAULTS)

    def for_topic(self, method: str, path: str, resource_type: str) -> Fault | None:
        """Give the fault that strikes this request to the Event Grid topic, counting it."""
        return self._take(method, path, resource_type, TOPIC_FAULTS)

    def for_install(self, extension_id: str, resource_type: str) -> Fault | None:
        """Give the fault that strikes this extension's install, counting it."""
        return self._take("PUT", extension_id, resource_type, INSTALL_FAULTS)

    def _take(self, method: str, path: str, resource_type: str, kinds: frozenset[FaultKind]) -> Fault | None:
        for armed in self._armed:
            fault = armed.fault
            if fault.kind in kinds and fault.matches(method, path, resource_type) and armed.strikes():
                if armed.spent:
                    self._armed.remove(armed)
                self.struck.append((fault, method, path))
                return fault
        return None
