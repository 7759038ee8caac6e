"""Long-running operations, with the recorded headers, bodies and waits of Compute and of Network.

State changes are declared when the work begins and happen when the clock gets there. Work that takes no time is done
right after its first answer, so that a clock standing still hangs nobody.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import uuid4

from simulator.arm.answers import Answer, ArmRequest, timestamp
from simulator.arm.errors import ArmError, compute, network
from simulator.arm.ids import top_level
from simulator.clock import Timer
from simulator.store import Json

if TYPE_CHECKING:
    from simulator.world import World

# What a poller waits by itself where Azure asks for nothing, as it does for work in the guest.
UNASKED_WAIT = 30.0
IN_THE_GUEST = re.compile("/(extensions/|runCommand)", re.I)

# Since 2024 the URLs carry a certificate and a signature, some 3 kB in all: clients must send them back whole.
CERTIFICATE = "MIIHhzCCBm-gAwIBAgITHgZ" * 96
SIGNATURE = "kYx0vZ3hQ7pT1nR5mW9bUc2eLd8sGf4aJi6oEy" * 9


class State(StrEnum):
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an operation failed, as its body tells."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Waits:
    """What clients are asked to wait, in seconds: with the first answer, with each poll, and with all that follow."""

    first: float | None
    polls: tuple[float, ...] = ()
    later: float | None = None

    def of_poll(self, number: int) -> float | None:
        """Give the wait of a poll, the first being 0."""
        return self.polls[number] if number < len(self.polls) else self.later


OF_THE_GUEST = Waits(None)
OF_MACHINES = Waits(10.0, (35.0,))
OF_NETWORKS = Waits(3.0, (1.0, 1.0, 2.0, 4.0, 8.0), 16.0)
OF_QUESTIONS = Waits(10.0)
OF_THE_REST = Waits(1.0, OF_NETWORKS.polls, OF_NETWORKS.later)

type Completion = Callable[[], Failure | None]


@dataclass(slots=True)
class Operation:
    """Work under way. `final_status` is what `Location` answers at last, with `output` if there is any.

    `reported`: whether an event tells of it. `answers_a_question`: nothing changes, `output` is the answer, and
    `Location` alone tells how it goes.
    """

    request: ArmRequest
    subscription_id: str
    provider: str
    location: str
    started: datetime
    complete: Completion
    final_status: int = 200
    id: str = field(default_factory=lambda: str(uuid4()))
    partition: str = field(default_factory=lambda: str(uuid4()))
    state: State = State.IN_PROGRESS
    ended: datetime | None = None
    failure: Failure | None = None
    polls: int = 0
    timer: Timer | None = None
    reported: bool = True
    output: Json | None = None
    answers_a_question: bool = False

    @property
    def waits(self) -> Waits:
        """How long Azure asks to wait for work of this sort."""
        if self.answers_a_question:
            return OF_QUESTIONS
        if self.provider == "Microsoft.Compute":
            return OF_THE_GUEST if IN_THE_GUEST.search(self.request.path) else OF_MACHINES
        return OF_NETWORKS if "/virtualnetworks/" in self.request.path.lower() else OF_THE_REST


class Operations:
    """All operations of the world by id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_id: dict[str, Operation] = {}

    def begin(self, operation: Operation, answer: Answer, seconds: float | None) -> Answer:
        """Start work that takes `seconds` (None: for ever) and give its first answer the operation's headers.

        An answer with a body gets `Azure-AsyncOperation` alone, one without (202) `Location` too.
        """
        self._by_id[operation.id] = operation
        answer.body = copy.deepcopy(answer.body)
        answer.starts_operation = True
        answer.headers |= self._urls(operation, with_result=answer.body is None)
        answer.headers |= self.wait_header(operation.waits.first)
        if seconds is not None and seconds <= 0:
            self.finish(operation)
        elif seconds is not None:
            operation.timer = self._world.clock.call_later(seconds, lambda: self.finish(operation))
        return answer

    def finish(self, operation: Operation, failure: Failure | None = None) -> None:
        """End an operation now: with that failure, or else as its completion says. Ending twice does nothing."""
        if operation.state is not State.IN_PROGRESS:
            return
        if operation.timer:
            operation.timer.cancel()
        self._world.resources.note_change(operation.request.path, top_level(operation.request.path))
        operation.failure = failure or operation.complete()
        operation.state = State.FAILED if operation.failure else State.SUCCEEDED
        operation.ended = self._world.clock.now()
        if operation.reported:
            self._world.event_grid.report(operation.request, succeeded=operation.failure is None)

    def status(self, request: ArmRequest) -> Answer:
        """Answer a poll of the operation: 200 even when the operation failed."""
        operation = self._find(request)
        headers = {}
        if operation.state is State.IN_PROGRESS:
            headers = self.wait_header(operation.waits.of_poll(operation.polls))
            operation.polls += 1
        body = _compute_body(operation) if operation.provider == "Microsoft.Compute" else _network_body(operation)
        return Answer(200, body, headers)

    def result(self, request: ArmRequest) -> Answer:
        """Answer `Location`: 202 until the end, then the final status without a body."""
        operation = self._find(request)
        if operation.state is not State.IN_PROGRESS:
            urls = self._urls(operation) if operation.provider == "Microsoft.Network" else {}
            return Answer(operation.final_status, operation.output, urls)
        wait = self.wait_header(operation.waits.first)
        if operation.answers_a_question:
            return Answer(202, None, self._urls(operation) | wait, says_null=True)
        return Answer(202, None, {"Location": self._result_url(operation)} | wait)

    def wait_header(self, seconds: float | None) -> dict[str, str]:
        """Give the header that asks a poller to wait so long, by the world's scale; None asks for nothing.

        `Retry-After` takes whole seconds alone (a 0 means 30 s to the SDKs): less goes out in milliseconds. Where
        waits are scaled, so is the one that pollers keep unasked.
        """
        if seconds is None and self._world.retry_after_scale == 1:
            return {}
        scaled = (UNASKED_WAIT if seconds is None else seconds) * self._world.retry_after_scale
        if scaled >= 1:
            return {"Retry-After": str(round(scaled))}
        return {"retry-after-ms": str(max(1, round(scaled * 1000)))}

    def _find(self, request: ArmRequest) -> Operation:
        operation = self._by_id.get(request.params["operation"].lower())
        if operation is None:
            raise _no_such_operation(request)
        return operation

    def _urls(self, operation: Operation, *, with_result: bool = True) -> dict[str, str]:
        headers = {"Azure-AsyncNotification": "Enabled"}
        if not operation.answers_a_question:
            headers["Azure-AsyncOperation"] = self._status_url(operation)
        return headers | ({"Location": self._result_url(operation)} if with_result else {})

    def _status_url(self, operation: Operation) -> str:
        partition = f"p={operation.partition}&" if operation.provider == "Microsoft.Compute" else ""
        return f"{self._base(operation, 'operations')}?{partition}{self._signed(operation)}"

    def _result_url(self, operation: Operation) -> str:
        if operation.provider == "Microsoft.Compute":
            query = f"p={operation.partition}&monitor=true&{self._signed(operation)}"
            return f"{self._base(operation, 'operations')}?{query}"
        return f"{self._base(operation, 'operationResults')}?{self._signed(operation)}"

    def _base(self, operation: Operation, collection: str) -> str:
        return (
            f"{operation.request.base_url}/subscriptions/{operation.subscription_id}/providers/{operation.provider}"
            f"/locations/{operation.location}/{collection}/{operation.id}"
        )

    def _signed(self, operation: Operation) -> str:
        ticks = int(operation.started.timestamp() * 10**7) + 621355968000000000
        return f"api-version={operation.request.api_version}&t={ticks}&c={CERTIFICATE}&s={SIGNATURE}&h=Zm9y0sQ"


def _compute_body(operation: Operation) -> Json:
    body: Json = {"startTime": timestamp(operation.started)}
    if operation.ended:
        body["endTime"] = timestamp(operation.ended)
    body["status"] = str(operation.state)
    if operation.failure:
        body["error"] = {"code": operation.failure.code, "message": operation.failure.message}
    elif operation.ended and operation.output is not None:
        body["properties"] = {"output": operation.output}
    return body | {"name": operation.id}


def _network_body(operation: Operation) -> Json:
    body: Json = {"status": str(operation.state)}
    if operation.failure:
        body["error"] = {"code": operation.failure.code, "message": operation.failure.message, "details": []}
    return body


def _no_such_operation(request: ArmRequest) -> ArmError:
    if "microsoft.compute" in request.path.lower():
        return compute(404, "NotFound", "The entity was not found in this Azure location.")
    return network(404, "OperationNotFound", f"Operation {request.params['operation']} not found.")
