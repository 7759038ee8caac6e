"""The Azure CLI, asked for documents; what it refuses is told in its own words."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class AzureRefused(Exception):
    """The Azure CLI is not there, or ended with an error; the message is what it said."""


def az(*arguments: str) -> Any:
    """Run one command of the Azure CLI and give what it answers, read from JSON; None if it says nothing.

    Raises AzureRefused.
    """
    program = shutil.which("az")
    if program is None:
        raise AzureRefused("there is no Azure CLI here: install it, and sign in with az login")
    ended = subprocess.run(  # noqa: S603 - its arguments are ours
        [program, *arguments, "--only-show-errors", "--output", "json"], capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise AzureRefused((ended.stderr or ended.stdout).strip() or f"az ended with {ended.returncode}")
    return json.loads(ended.stdout) if ended.stdout.strip() else None


def az_with_body(body: Mapping[str, Any], option: str, *arguments: str) -> Any:
    """Run a command that is given a document by a file, since shells quote JSON each in their own way.

    Raises AzureRefused.
    """
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "body.json"
        file.write_text(json.dumps(body), encoding="utf-8")
        return az(*arguments, option, f"@{file}")
