"""Every line of Azure CLI that the docs have, and that azd's hooks run, is one that the real Azure CLI knows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from scripts import after_deploy, after_provision, before_down
from tests.scripts.conftest import ENVIRONMENT, AzureCli, make_cli

pytestmark = pytest.mark.az

ROOT = Path(__file__).parents[2]
PAGES = sorted({ROOT / "README.md", ROOT / "SECURITY.md", *ROOT.glob("docs/**/*.md")})
_IN_ANY_COMMAND = {"--subscription", "--output", "--query", "--only-show-errors"}

type Commands = dict[tuple[str, ...], set[str]]


def lines_of(page: Path) -> Iterator[str]:
    """Give each line of Azure CLI of a page, of its blocks and within its texts."""
    text = re.sub(r"\$\(output \w+\)", "VALUE", page.read_text().replace("\\\n", " "))
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    inline = [" ".join(one.split()) for one in re.findall(r"`([^`]+)`", prose)]
    for line in (*"\n".join(blocks).splitlines(), *(one for one in inline if one.startswith("az "))):
        yield from re.findall(r"(?:^|\$\(|[;|] *)\s*az ([a-z].*?)(?=\$\(|\)\"?$|\s#|$)", line)


def commands(lines: Iterator[str]) -> Commands:
    """Give of each command, by its words, all the options that it is given anywhere."""
    found: Commands = {}
    for line in lines:
        words = re.sub(r"\"[^\"]*\"|'[^']*'", "TEXT", line).split()
        name = tuple(takewhile(lambda word: re.fullmatch(r"[a-z][a-z-]*", word), words))
        found.setdefault(name, set()).update(word for word in words if re.fullmatch(r"--[a-z-]+", word))
    return found


def of_the_hooks(cli: AzureCli, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Have each hook run all that it ever runs, with somebody who writes it down in place of the Azure CLI."""
    for name, value in (ENVIRONMENT | {"WAC_REDIRECTS_MODE": "migrate"}).items():
        monkeypatch.setenv(name, value)
    role = "WAC Guard auditor (11111111-1111-1111-1111-111111111111)"
    topic = {"topicType": "Microsoft.Resources.Subscriptions", "name": "theirs", "resourceGroup": "rg"}
    cli.says("system-topic list", [topic])
    cli.says("event-subscription list", [{"name": "wac-guard-networks"}])
    cli.says("group exists", answer=True)
    cli.says("role assignment list", [{"id": "a", "roleDefinitionName": role, "principalId": "old", "scope": "/"}])
    cli.says("role definition list", [{"name": "c", "roleName": role}])
    cli.says("/appRoleAssignments --only", {"value": []})
    permissions = (after_provision.READING, after_provision.MIGRATING)
    cli.says("servicePrincipals(", {"id": "g", "appRoles": [{"value": one, "id": one} for one in permissions]})
    assert [hook.main() for hook in (after_provision, after_deploy, before_down)] == [0, 0, 0]
    yield from (line for line, _ in cli.asked())


async def unknown(executable: Path, asked: Commands, home: Path) -> dict[str, set[str]]:
    """Give of each command what the real Azure CLI does not know of it: options, or the command itself."""
    environment = {"PATH": str(executable.parent), "HOME": str(home), "AZURE_CORE_COLLECT_TELEMETRY": "no"}
    found: dict[str, set[str]] = {}
    for name, options in asked.items():
        process = await asyncio.create_subprocess_exec(
            *(str(executable), *name, "--help"), env=environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
        known = set(re.findall(r"--[a-z][a-z-]*", told.decode())) | _IN_ANY_COMMAND
        missing = options - known if process.returncode == 0 else {"the command itself"}
        found |= {" ".join(name): missing} if missing else {}
    return found


async def test_every_command_of_the_docs_is_there_with_its_options(executable: Path, tmp_path: Path) -> None:
    asked = commands(line for page in PAGES for line in lines_of(page))
    assert len(asked) > 40
    assert await unknown(executable, asked, tmp_path) == {}


async def test_every_command_of_the_hooks_is_there_with_its_options(
    executable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = commands(of_the_hooks(make_cli(tmp_path, monkeypatch), monkeypatch))
    assert len(asked) == 12
    assert await unknown(executable, asked, tmp_path) == {}
