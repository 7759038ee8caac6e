"""Runs functions: gives each run its id, its trace, its time limit, its two log lines, and counts it."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from simulator.host.contract import Tally
from simulator.host.functions import Function
from simulator.host.values import Failed, Input, Outcome, Succeeded
from simulator.host.worker import Worker

type Deliver = Callable[[Function, Succeeded], Awaitable[None]]


class Invocations:
    """`running` is shared with the log: it holds the function's name for the id of each invocation under way.

    `manual`: time is somebody else's, so that what is to be run again after a delay is so at once.
    """

    def __init__(
        self,
        worker: Worker,
        time_limit: timedelta | None,
        deliver: Deliver,
        running: dict[str, str],
        *,
        manual: bool = False,
    ) -> None:
        self._manual = manual
        self._worker = worker
        self._time_limit = time_limit
        self._deliver = deliver
        self._running = running
        self._background: set[asyncio.Task[Outcome]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self.tally = Tally()

    @property
    def under_way(self) -> int:
        return len(self._running)

    async def idle(self) -> None:
        """Wait until no invocation is under way."""
        await self._idle.wait()

    def start(self, function: Function, argument: Input, *, reason: str) -> None:
        """Run a function without waiting for it."""
        task = asyncio.create_task(self.run(function, argument, reason=reason))
        # A task that nobody holds would be garbage.
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def run(
        self, function: Function, argument: Input, *, reason: str, metadata: Mapping[str, Input] | None = None
    ) -> Outcome:
        """Run a function to its end and deliver its outputs; a failure of either is a Failed, never an exception.

        One that failed is run again as its retry policy says.
        """
        outcome = await self._run_once(function, argument, reason, metadata or {})
        for _ in range(function.retries.count):
            if isinstance(outcome, Succeeded):
                break
            await asyncio.sleep(0 if self._manual else function.retries.delay.total_seconds())
            outcome = await self._run_once(function, argument, f"{reason}, again", metadata or {})
        return outcome

    async def _run_once(
        self, function: Function, argument: Input, reason: str, metadata: Mapping[str, Input]
    ) -> Outcome:
        invocation_id = str(uuid.uuid4())
        self._running[invocation_id] = function.name
        self._idle.clear()
        outcome: Outcome = Failed("The invocation was cancelled.")
        try:
            outcome = await self._run(invocation_id, function, argument, reason, metadata)
        finally:
            self.tally += Tally(1, failed=0 if isinstance(outcome, Succeeded) else 1)
            del self._running[invocation_id]
            if not self._running:
                self._idle.set()
        return outcome

    async def _run(
        self, invocation_id: str, function: Function, argument: Input, reason: str, metadata: Mapping[str, Input]
    ) -> Outcome:
        log = logging.getLogger(f"Function.{function.name}")
        trace_parent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
        named = {"invocation_id": invocation_id, "function": function.name, "trace_parent": trace_parent}
        log.info("Executing 'Functions.%s' (%s)", function.name, reason, extra={**named, "reason": reason})
        began = time.perf_counter()
        outcome = await self._invoke(invocation_id, function, argument, metadata, trace_parent)
        ended = {**named, "duration_ms": round((time.perf_counter() - began) * 1000)}
        if isinstance(outcome, Failed):
            failure = {"exception": outcome.traceback or outcome.message, "succeeded": False}
            log.error("Executed 'Functions.%s' (Failed): %s", function.name, outcome.message, extra=ended | failure)
        else:
            log.info("Executed 'Functions.%s' (Succeeded)", function.name, extra=ended | {"succeeded": True})
        return outcome

    async def _invoke(
        self,
        invocation_id: str,
        function: Function,
        argument: Input,
        metadata: Mapping[str, Input],
        trace_parent: str,
    ) -> Outcome:
        seconds = self._time_limit.total_seconds() if self._time_limit else None
        try:
            async with asyncio.timeout(seconds):
                outcome = await self._worker.invoke(
                    invocation_id, function, argument, metadata, trace_parent=trace_parent
                )
        except TimeoutError:
            return Failed(f"Timeout value of {seconds:g} s was exceeded by function: Functions.{function.name}")
        if isinstance(outcome, Succeeded):
            try:
                await self._deliver(function, outcome)
            except Exception as error:  # noqa: BLE001 - whatever an output binding raises fails this invocation, not the host
                return Failed(f"{type(error).__name__}: {error}")
        return outcome
