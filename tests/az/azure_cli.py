"""The real Azure CLI as a process, pointed at a local Azure."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

LONGEST_SECONDS = 120
NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command ended with."""

    exit_code: int
    output: str
    error: str

    @property
    def document(self) -> Any:
        """The output as JSON; None where a command prints nothing."""
        return json.loads(self.output) if self.output.strip() else None

    def succeeded(self) -> Self:
        """Give the answer itself, once it is known to be a good one."""
        assert self.exit_code == 0, self.error
        return self


class AzureCli:
    """Runs commands in an environment that holds nothing but what is given here."""

    def __init__(self, executable: Path, directory: Path, azure: Mapping[str, str]) -> None:
        self._executable = executable
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "AZURE_CONFIG_DIR": str(directory),
            "AZURE_CORE_COLLECT_TELEMETRY": "no",
            "AZURE_CORE_NO_COLOR": "yes",
            "AZURE_CORE_OUTPUT": "json",
            # Compiled once it says nothing any more of its own packages' faults.
            "PYTHONWARNINGS": "ignore",
            # Whatever it asked of anybody but the local Azure would be refused.
            "HTTPS_PROXY": NOBODY,
            "HTTP_PROXY": NOBODY,
            "NO_PROXY": "localhost",
            "IDENTITY_ENDPOINT": azure["IDENTITY_ENDPOINT"],
            "IDENTITY_HEADER": azure["IDENTITY_HEADER"],
            "REQUESTS_CA_BUNDLE": azure["SSL_CERT_FILE"],
        }

    async def __call__(self, line: str) -> Answer:
        """Run a line as one types it, with or without the `az` at its beginning."""
        words = shlex.split(line)
        process = await asyncio.create_subprocess_exec(
            self._executable,
            *(words[1:] if words[0] == "az" else words),
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                output, error = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        return Answer(process.returncode, output.decode(), error.decode())
