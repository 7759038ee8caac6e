"""An Azure CLI that says what a test has it say, and writes down what it was asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_PROGRAM = """#!{python}
import json, pathlib, sys
directory = pathlib.Path({directory!r})
words = sys.argv[1:]
bodies = [json.loads(pathlib.Path(word[1:]).read_text()) for word in words if word.startswith("@")]
with (directory / "asked.jsonl").open("a") as file:
    file.write(json.dumps([words, bodies]) + "\\n")
answers = json.loads((directory / "answers.json").read_text())
line = " ".join(words)
for start, answer in answers:
    if start in line:
        if isinstance(answer, dict) and "refusal" in answer:
            sys.exit(answer["refusal"])
        print("" if answer is None else json.dumps(answer))
        break
"""


@dataclass(slots=True)
class AzureCli:
    """`answers` are looked through in order: the first whose words are in the line is said."""

    directory: Path
    answers: list[tuple[str, Any]] = field(default_factory=list)

    def says(self, words: str, answer: Any) -> None:
        self.answers.append((words, answer))
        (self.directory / "answers.json").write_text(json.dumps(self.answers))

    def refuses(self, words: str, refusal: str) -> None:
        self.says(words, {"refusal": refusal})

    def asked(self, words: str = "") -> list[tuple[str, list[Any]]]:
        """Give the lines with those words that it was asked, each with the documents that it was given."""
        file = self.directory / "asked.jsonl"
        lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [(" ".join(asked), bodies) for asked, bodies in lines if words in " ".join(asked)]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AzureCli:
    return make_cli(tmp_path, monkeypatch)


def make_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AzureCli:
    """Put such an `az` into a folder, and that folder alone onto the path."""
    program = tmp_path / "az"
    program.write_text(_PROGRAM.format(python=sys.executable, directory=str(tmp_path)))
    program.chmod(0o700)
    (tmp_path / "answers.json").write_text("[]")
    monkeypatch.setenv("PATH", str(tmp_path))
    return AzureCli(tmp_path)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """Give a function that sets the environment of a hook, as azd does once the app is provisioned."""

    def set_environment(**more: str) -> dict[str, str]:
        values = ENVIRONMENT | more
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return values

    return set_environment


OURS = "11111111-1111-1111-1111-111111111111"
OTHER = "22222222-2222-2222-2222-222222222222"
GUARD, EXTENSIONS, NETWORK, REDIRECTS = "principal-guard", "principal-ext", "principal-net", "principal-redirects"
_GROUP = f"/subscriptions/{OURS}/resourceGroups/rg/providers"
EVENTS_IDENTITY = f"{_GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/ev"
ENVIRONMENT = {
    "AZURE_SUBSCRIPTION_ID": OURS,
    "AZURE_LOCATION": "westeurope",
    "WAC_FUNCTION_APP_ID": f"{_GROUP}/Microsoft.Web/sites/func",
    "WAC_STORAGE_ACCOUNT_ID": f"{_GROUP}/Microsoft.Storage/storageAccounts/st",
    "WAC_EVENTS_IDENTITY_ID": EVENTS_IDENTITY,
    "WAC_ACTION_GROUP_ID": f"{_GROUP}/Microsoft.Insights/actionGroups/ag",
    "WAC_GUARD_PRINCIPAL_ID": GUARD,
    "WAC_EXTENSIONS_PRINCIPAL_ID": EXTENSIONS,
    "WAC_NETWORK_PRINCIPAL_ID": NETWORK,
    "WAC_REDIRECTS_PRINCIPAL_ID": REDIRECTS,
}
