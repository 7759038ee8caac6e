"""The Bicep of the deployment, parsed: it can't be compiled without Azure's own tools."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pycep import BicepParser

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
FILES = sorted(INFRA.rglob("*.bicep"))


def parsed(path: Path) -> Mapping[str, Any]:
    """Parse a file; raises what the parser raises."""
    document: Mapping[str, Any] = BicepParser().parse(text=path.read_text())
    return document


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def config_of(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what a resource or a module is configured with, be it made in a loop or on a condition."""
    config: Mapping[str, Any] = declared["config"]
    while "config" in config and ("condition" in config or "loop_type" in config):
        config = config["config"]
    return config


def code_of(path: Path) -> str:
    """Give a file's text without its comments."""
    return re.sub(r"(?m)^\s*//.*$", "", path.read_text())


def modules() -> Iterator[tuple[Path, str, Mapping[str, Any], Path]]:
    """Give each module that is used: by which file, its symbol, its parameters, and its own file."""
    for path in FILES:
        for symbol, declared in parsed(path)["modules"].items() if "modules" in parsed(path) else ():
            yield path, symbol, config_of(declared).get("params", {}), path.parent / declared["detail"]["path"]
