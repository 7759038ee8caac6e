"""Every line of Azure CLI in docs/findings.md is one that the real Azure CLI knows, with its options."""

from __future__ import annotations

import asyncio
import re
import shlex
from itertools import takewhile
from pathlib import Path

import pytest

from tests.test_findings_page import PAGE, commands

pytestmark = pytest.mark.az


def options_by_command() -> dict[tuple[str, ...], set[str]]:
    """Give of each command of the page, by its words, all the options that it is typed with."""
    found: dict[tuple[str, ...], set[str]] = {}
    for line in commands(PAGE, "az"):
        words = shlex.split(re.sub(r"<[^<>]+>", "ID", line), comments=True)[1:]
        name = tuple(takewhile(lambda word: not word.startswith("-"), words))
        found.setdefault(name, set()).update(word for word in words if word.startswith("--"))
    return found


async def test_every_command_of_the_page_is_there_with_its_options(executable: Path, tmp_path: Path) -> None:
    environment = {"PATH": str(executable.parent), "HOME": str(tmp_path), "AZURE_CORE_COLLECT_TELEMETRY": "no"}
    for name, options in options_by_command().items():
        process = await asyncio.create_subprocess_exec(
            *(str(executable), *name, "--help"), env=environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
        assert process.returncode == 0, name
        assert options <= set(re.findall(r"--[a-z][a-z-]*", told.decode())), name
