"""`python -m simulator.up` as a process, and a shell to paste what it prints into."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SHOWN = 60
LONGEST_SECONDS = 120
TITLES = ("Paste", "1.", "2.", "3.", "4.", "5.", "6.", "7.", "Ctrl-C")


class RunningUp:
    """The command while it runs, and what it said at first, by title."""

    def __init__(self, process: asyncio.subprocess.Process, directory: Path) -> None:
        self.process = process
        self.directory = directory
        self._lines: list[str] = []
        self._printed: dict[str, list[str]] = {}

    async def read_invitation(self) -> None:
        title = ""
        while title != "Ctrl-C":
            line = await self._line()
            title = next((one for one in TITLES if line.startswith(one)), title)
            self._printed.setdefault(title, []).append(line)

    async def _line(self) -> str:
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                line = await self.process.stdout.readline()
        except TimeoutError as silence:
            raise AssertionError("\n".join(["nothing more is said after:", *self._lines[-_SHOWN:]])) from silence
        assert line, "it has ended"
        self._lines.append(line.decode().rstrip("\n"))
        return self._lines[-1]

    async def wait_for(self, *words: str) -> None:
        """Read on until a line, or one before, has all these words."""
        while not any(all(word in line for word in words) for line in self._lines):
            await self._line()

    async def paste(self, title: str, path: str = os.environ["PATH"]) -> str:
        """Run the lines under a title in a shell, as somebody would who pasted them; give what they print."""
        lines = [line for each in ("Paste", title) for line in self._printed[each] if line.startswith("  ")]
        shell = await asyncio.create_subprocess_exec(
            "bash",
            "-euo",
            "pipefail",
            "-c",
            "\n".join(lines),
            env=os.environ | {"PATH": path, "TMPDIR": str(self.directory)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await shell.communicate()
        assert shell.returncode == 0, errors.decode()
        return output.decode()


@asynccontextmanager
async def run_up(directory: Path) -> AsyncIterator[RunningUp]:
    """Run it until the context ends, at the latest."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator.up",
        "--directory",
        directory,
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        started = RunningUp(process, directory)
        await started.read_invitation()
        yield started
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()
