"""What docs/local-azure.md tells people to type works."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.az

REPOSITORY = Path(__file__).parents[2]
URL, GRAPH_URL = "https://localhost:4433", "https://localhost:4434"
MOST_SECONDS = 120


def blocks() -> list[str]:
    """Give what the page has people type: first how to start, then what to do."""
    text = (REPOSITORY / "docs" / "local-azure.md").read_text()
    return re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@asynccontextmanager
async def started(command: str, directory: Path) -> AsyncIterator[list[str]]:
    """Start the local Azure as the page says, but on free ports and with certificates of its own; give its URLs."""
    line = command.replace(".venv/bin/python", sys.executable).replace(
        "--directory .local", f"--directory {directory}"
    )
    process = await asyncio.create_subprocess_shell(
        f"exec {line.strip()} --port 0 --graph-port 0", cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        told = (await asyncio.wait_for(process.stdout.readuntil(b"Ctrl-C"), MOST_SECONDS)).decode()
        yield re.findall(r"https://localhost:\d+", told)
    finally:
        process.terminate()
        await process.wait()


async def test_every_line_of_the_page_does_what_it_says(executable: Path, tmp_path: Path) -> None:
    start, *rest = blocks()
    environment = {
        "PATH": f"{executable.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "NO_PROXY": "localhost",
    }
    async with started(start, tmp_path) as (url, graph_url, *_):
        script = "\n".join(rest).replace(URL, url).replace(GRAPH_URL, graph_url).replace("$PWD/.local", str(tmp_path))
        script = script.replace(".venv/bin/python", sys.executable)
        process = await asyncio.create_subprocess_exec(
            *("bash", "-u", "-c", script),
            cwd=REPOSITORY,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, error = (one.decode() for one in await asyncio.wait_for(process.communicate(), MOST_SECONDS))

    assert process.returncode == 0
    for piece in (
        "asleep       rg-asleep        VM deallocated",
        "wac-by-terraform  Succeeded",
        "DenyAllOutbound",
        '"rg-two-nsgs"',
        "asleep westeurope",
        '"https://portal.contoso.com"',
        '"Portal"',
        "0 applications",
        '"displayName":"Local Azure 1"',
        '"kind": "scope locked"',
        "/virtualMachines/asleep/start",
    ):
        assert piece in output
    assert re.findall(r"^ERROR: \((\w+)\)", error, re.MULTILINE) == ["ScopeLocked"]
    assert error.count("ERROR") == 1
