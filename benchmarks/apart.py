"""The app in a process of its own, as far away from Azure as each request takes: what it asks for, what it costs."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import aiohttp
from azure.core.exceptions import ResourceNotFoundError
from azure.core.pipeline.transport._aiohttp import AioHttpTransport

from benchmarks.measuring import Took
from handlers.checks import receive_check
from handlers.guard import Guard
from shared.azure.check_queue import CHECKS
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.settings import parse_settings

# As a Functions host does it (host.json).
_AT_ONCE, _HIDDEN_SECONDS = 16, 600
_STEP_SECONDS, _MOST_STEPS = 30, 400


class Service(StrEnum):
    """Whom a request goes to."""

    AZURE = "Azure Resource Manager and Resource Graph"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the app's, and when it began and was answered, by the app's own clock (`App.worked`)."""

    service: Service
    method: str
    path: str
    began: float
    ended: float

    @property
    def writes(self) -> bool:
        return self.method in {"PUT", "PATCH", "DELETE"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took the app.

    `worked`: for how many seconds there was a check to answer. `paused`: how many seconds of Azure's it waited for
    Resource Graph's quota.
    """

    requests: tuple[Request, ...]
    took: Took
    worked: float
    paused: float

    def of(self, service: Service) -> tuple[Request, ...]:
        """Give the requests to one service."""
        return tuple(one for one in self.requests if one.service is service)


@dataclass(slots=True)
class App:
    """A guard whose requests are logged, each `distance` seconds late, and the host that works its queues off."""

    arm_url: str
    distance: float
    host: AzureClients
    requests: list[Request] = field(default_factory=list)
    paused: float = 0
    guard: Guard = field(init=False)
    control: aiohttp.ClientSession = field(init=False)
    _busy: int = 0
    _since: float = 0
    _worked: float = 0

    def connect(self, **options: Any) -> AioHttpTransport:
        """Make a transport for AzureClients."""
        return _Distant(self, **options)

    async def pause(self, pause: timedelta) -> None:
        """Wait for Resource Graph's quota: in the local Azure's time."""
        self.paused += pause.total_seconds()
        await self.advance(pause.total_seconds())

    async def advance(self, seconds: float) -> None:
        """Let time pass in the local Azure."""
        async with self.control.post(f"{self.arm_url}/simulator/clock/advance", json={"seconds": seconds}) as answer:
            answer.raise_for_status()

    async def cost_of(self, work: Callable[[], Awaitable[object]]) -> Cost:
        """Do something, and tell what it took this process."""
        gc.collect()
        before, worked, paused = len(self.requests), self.worked(), self.paused
        wall, cpu = time.perf_counter(), time.process_time()
        await work()
        took = Took(time.process_time() - cpu, time.perf_counter() - wall)
        return Cost(tuple(self.requests[before:]), took, self.worked() - worked, self.paused - paused)

    def worked(self) -> float:
        """Tell for how many seconds there has been something to answer, so far."""
        return self._worked + (time.perf_counter() - self._since if self._busy else 0)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Have the app's clock go on: it stands still while nothing is there to be answered."""
        if not self._busy:
            self._since = time.perf_counter()
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            if not self._busy:
                self._worked += time.perf_counter() - self._since

    async def work_off(self, name: str, at_once: int = _AT_ONCE) -> None:
        """Answer all checks of a queue that can be seen."""
        queue = self.host.queue(name)

        async def work() -> None:
            while message := await queue.receive_message(visibility_timeout=_HIDDEN_SECONDS):
                with self.working():
                    await receive_check(self.guard, message.content)
                await queue.delete_message(message)

        try:
            await asyncio.gather(*(work() for _ in range(at_once)))
        except ResourceNotFoundError:
            return  # nobody has sent anything yet

    async def drain(self) -> None:
        """Answer all checks, and let time pass until there are no more. Raises RuntimeError when that has no end."""
        queue = self.host.queue(CHECKS)
        for _ in range(_MOST_STEPS):
            await self.work_off(CHECKS)
            if not (await queue.get_queue_properties()).approximate_message_count:
                return
            await self.advance(_STEP_SECONDS)
        raise RuntimeError("the checks come to no end")


class _Distant(AioHttpTransport):
    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(**options)
        self._app = app

    async def send(self, request: Any, **options: Any) -> Any:
        began = self._app.worked()
        await asyncio.sleep(self._app.distance)
        answer = await super().send(request, **options)
        url = request.url.partition("?")[0]
        service = Service.AZURE if url.startswith(self._app.arm_url) else Service.STORAGE
        path = url.removeprefix(self._app.arm_url)
        self._app.requests.append(Request(service, request.method, path, began, self._app.worked()))
        return answer


async def in_a_process[Answer](work: Callable[..., Awaitable[Answer]], *given: object) -> Answer:
    """Do something in a new process, which begins with this one's environment."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, _run, work, given)


def _run[Answer](work: Callable[..., Awaitable[Answer]], given: tuple[object, ...]) -> Answer:
    async def answer() -> Answer:
        return await work(*given)

    return asyncio.run(answer())


@asynccontextmanager
async def open_app(settings: Mapping[str, str], distance: float) -> AsyncIterator[App]:
    """Make the app as one process has it."""
    known = parse_settings(settings)
    app = App(known.arm_endpoint, distance, AzureClients(known))
    clients = AzureClients(known, transport=app.connect, pause=app.pause)
    app.guard = Guard(known, known.desired, clients, AzureFacts(clients))
    async with aiohttp.ClientSession() as app.control:
        try:
            yield app
        finally:
            await app.guard.close()
            await app.host.close()


def depth(requests: Iterable[Request]) -> int:
    """Count how many requests, at most, waited each for the one before: none of them began before that had ended."""
    count, until = 0, float("-inf")
    for one in sorted(requests, key=lambda one: one.ended):
        if one.began >= until:
            count, until = count + 1, one.ended
    return count


def peak_bytes() -> int:
    """Give the most memory that this process has had.

    Linux keeps what `getrusage` tells across exec, so that a small process has the peak of the large one that began
    it: there the kernel's own mark is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
