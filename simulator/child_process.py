"""A child process that never outlives its parent: it ends with its standard input, which only the parent holds."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

GRACE = 10.0
"""Seconds that a child gets to end by itself."""
LONGEST_LINE = 16 * 1024 * 1024


class ChildFailed(RuntimeError):
    """The child ended, or stayed silent, where it should have said something."""


class ChildProcess:
    def __init__(
        self,
        *command: str | Path,
        on_line: Callable[[str], None],
        on_end: Callable[[], None] = lambda: None,
        directory: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = [str(part) for part in command]
        self._on_line = on_line
        self._on_end = on_end
        self._directory = directory
        self._environment = environment
        self._last_lines: deque[str] = deque(maxlen=100)
        self.killed = False

    async def start(self) -> None:
        """Start the child and hand each line that it writes, to either stream, to `on_line`."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self._directory,
            env=self._environment,
            limit=LONGEST_LINE,
            # A Ctrl-C at the terminal is for the parent alone: it ends the children in its own order.
            start_new_session=True,
        )
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        while line := await stdout.readline():
            text = line.decode(errors="replace").rstrip("\r\n")
            self._last_lines.append(text)
            self._on_line(text)
        self._on_end()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def tell(self, line: str) -> None:
        """Write one line to the child's standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    async def answer[T](self, awaited: asyncio.Future[T], *, within: float) -> T:
        """Wait for a future that `on_line` resolves. Raises ChildFailed when the child ends first or is silent."""
        either: set[asyncio.Future[Any]] = {awaited, self._reading}
        await asyncio.wait(either, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if awaited.done():
            return awaited.result()
        what = "ended" if self._reading.done() else f"said nothing for {within:g} s"
        said = "\n".join(self._last_lines) or "(nothing)"
        raise ChildFailed(f"{Path(self._command[0]).name} {what}. It had said:\n{said}")

    async def kill(self) -> None:
        """End the child in the middle of whatever it does (SIGKILL)."""
        self.killed = True
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def stop(self) -> None:
        """End the child: close its standard input, and kill it if that does not help."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), GRACE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading
