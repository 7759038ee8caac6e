"""The audit run as a command, in this process or in one of its own, against the local Azure."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit.command import main
from simulator.local import LocalAzure

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run left behind."""

    exit_code: int
    output: str
    errors: str
    directory: Path

    @property
    def document(self) -> Any:
        return json.loads((self.directory / "wac-audit.json").read_text())

    @property
    def page(self) -> str:
        return (self.directory / "wac-audit.html").read_text()

    @property
    def files(self) -> list[str]:
        return sorted(one.name for one in self.directory.iterdir())

    def status_of(self, subject: str) -> tuple[str, set[str]]:
        """Give the status and the reasons that the JSON file has of a subject."""
        (one,) = [each for each in self.document["subjects"] if each["subject"].lower() == subject.lower()]
        return one["status"], {finding["reason"] for finding in one["findings"]}


class Command:
    """Runs the audit with the environment of a laptop: what a person sets, and nothing of storage."""

    def __init__(
        self, azure: LocalAzure, directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        of_the_app = azure.environment()
        self.environment = {name: of_the_app[name] for name in of_the_app if not name.startswith("AzureWebJobs")}
        self._azure = azure
        self._directory = directory
        self._patch = monkeypatch
        self._capsys = capsys

    async def __call__(self, *arguments: str, **settings: str) -> Ran:
        """Run it in this process: in a thread, since it begins an event loop of its own. Waiting lets time pass."""
        loop = asyncio.get_running_loop()

        async def sleep(seconds: float) -> None:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._azure.advance(seconds), loop))

        self._patch.chdir(self._directory)
        for name, text in (self.environment | settings).items():
            self._patch.setenv(name, text)
        self._capsys.readouterr()
        exit_code = await asyncio.to_thread(main, arguments, sleep=sleep)
        told = self._capsys.readouterr()
        return Ran(exit_code, told.out, told.err, self._directory)

    async def start(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> asyncio.subprocess.Process:
        """Start `python -m audit` as people do."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "audit", *arguments),
            cwd=self._directory,
            env={**(self.environment if environment is None else environment), "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def end(self, process: asyncio.subprocess.Process, number: signal.Signals | None = None) -> Ran:
        """Wait until it has ended, or have it end with a signal."""
        if number is not None:
            process.send_signal(number)
        output, errors = await asyncio.wait_for(process.communicate(), LONGEST_SECONDS)
        assert process.returncode is not None
        return Ran(process.returncode, output.decode(), errors.decode(), self._directory)


def somewhere(environment: Mapping[str, str], directory: Path) -> dict[str, str]:
    """Give the environment of somebody who has neither the Azure CLI nor an identity."""
    kept = {name: environment[name] for name in environment if not name.startswith(("IDENTITY_", "AZURE_", "MSI_"))}
    return kept | {"PATH": str(directory), "HOME": str(directory), "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential"}
