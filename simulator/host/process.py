"""The host as a child process, seen from its parent."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from simulator.child_process import ChildFailed, ChildProcess
from simulator.host.contract import DRAIN, ECHO, EVENT_GRID_WEBHOOK, STARTED, Tally
from simulator.tls import Certificates

START_SECONDS = 60.0
ANSWER_SECONDS = 30.0
PATIENCE = aiohttp.ClientTimeout(total=120)

_ROOT = Path(__file__).parents[2]

type LogLine = dict[str, Any]


class HostProcess:
    """An app's host, over HTTPS when it has certificates; `manual` polls queues only on `drain`.

    Killed and started again it has the same port, and the same keys if the environment gives them; its log goes on.
    Each line is also handed to `on_line`.
    """

    def __init__(  # noqa: PLR0913 - the options of a host
        self,
        app: Path,
        environment: Mapping[str, str],
        *,
        certificates: Certificates | None = None,
        port: int = 0,
        manual: bool = True,
        on_line: Callable[[LogLine], None] = lambda _: None,
    ) -> None:
        self._app = app.absolute()
        self._environment = environment
        self._certificates = certificates
        self._port = port
        self._manual = manual
        self._on_line = on_line
        self._lines: list[LogLine] = []
        self._news = asyncio.Event()
        self._ended = False
        self.is_running = False
        self.was_started = False
        self._echoes: dict[str, asyncio.Future[None]] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the host, for the first time or after its end. Raises ChildFailed, with what the host said."""
        self._started: asyncio.Future[LogLine] = asyncio.get_running_loop().create_future()
        self._child = ChildProcess(
            *self._command(), on_line=self._hear, on_end=self._end, environment=self._full_environment()
        )
        self._ended = False
        await self._child.start()
        try:
            started = await self._child.answer(self._started, within=START_SECONDS)
        except BaseException:
            await self._child.stop()
            raise
        self.url: str = started["url"]
        self.master_key: str = started["master_key"]
        self.function_key: str = started["function_key"]
        self.event_grid_key: str = started["event_grid_key"]
        self._port = urlsplit(self.url).port or 0
        trusted = self._certificates.client_context() if self._certificates else True
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=trusted), timeout=PATIENCE, raise_for_status=True
        )
        self.is_running = not self._ended
        self.was_started = True

    async def stop(self) -> None:
        """End the host in order."""
        await self._session.close()
        await self._child.stop()

    async def kill(self) -> None:
        """End the host in the middle of whatever it does (SIGKILL)."""
        self.is_running = False
        await self._child.kill()
        await self._session.close()

    def _command(self) -> list[str | Path]:
        command: list[str | Path] = [sys.executable, "-m", "simulator.host", "--listen"]
        command += ["--app", self._app, "--port", str(self._port)]
        if self._certificates:
            command += ["--cert", self._certificates.cert_file, "--key", self._certificates.key_file]
        return [*command, "--manual"] if self._manual else command

    def _full_environment(self) -> dict[str, str]:
        path = os.pathsep.join(part for part in (str(_ROOT), self._environment.get("PYTHONPATH")) if part)
        return {**self._environment, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}

    def _hear(self, text: str) -> None:
        line = _parse(text)
        if line["message"] == ECHO:
            if echo := self._echoes.pop(line["heard"], None):
                echo.set_result(None)
            return
        self._lines.append(line)
        self._on_line(line)
        self._news.set()
        if line["message"] == STARTED and not self._started.done():
            self._started.set_result(line)

    def _end(self) -> None:
        self._ended = True
        self.is_running = False
        self._news.set()

    @property
    def was_killed(self) -> bool:
        return self._child.killed

    @property
    def process_id(self) -> int:
        return self._child.process_id

    def webhook_url(self) -> str:
        """Give the Event Grid webhook's URL with its key; `functionName` is still to be added."""
        return f"{self.url}{EVENT_GRID_WEBHOOK}?code={self.event_grid_key}"

    async def catch_up(self) -> None:
        """Wait until all that the host has logged before this call is in `log_lines`."""
        token = str(uuid.uuid4())
        self._echoes[token] = asyncio.get_running_loop().create_future()
        self._child.tell(token)
        await self._child.answer(self._echoes[token], within=ANSWER_SECONDS)

    def log_lines(self) -> list[LogLine]:
        """Give what the host has logged; what was no JSON is the message of a line by `stdout`."""
        return list(self._lines)

    async def follow(self, begin: int = 0) -> AsyncIterator[LogLine]:
        """Give each line from number `begin` on, those to come as they come, until the host ends."""
        for number in itertools.count(begin):
            while number >= len(self._lines):
                if self._ended:
                    return
                self._news.clear()
                await self._news.wait()
            yield self._lines[number]

    async def drain(self) -> Tally:
        """Have all processed that can be; tell how many invocations, of any trigger, ended since the last drain.

        A host that is killed meanwhile tells of none.
        """
        child = self._child
        try:
            async with self._session.post(f"{self.url}{DRAIN}") as response:
                tally = Tally(**await response.json())
            await self.catch_up()
        except (aiohttp.ClientError, ChildFailed):
            if not child.killed:
                raise
            return Tally()
        return tally

    async def run(self, function: str, argument: str = "") -> None:
        """Start a function that is not HTTP by hand, as people run timers."""
        headers = {"x-functions-key": self.master_key}
        async with self._session.post(
            f"{self.url}/admin/functions/{function}", json={"input": argument}, headers=headers
        ):
            return


def _parse(text: str) -> LogLine:
    try:
        line = json.loads(text)
    except ValueError:
        line = None
    return (
        line
        if isinstance(line, dict) and "message" in line
        else {"level": "INFO", "logger": "stdout", "message": text}
    )
