"""Which of the project's files make the app that goes to Azure, as .funcignore has it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

IGNORE_FILE = ".funcignore"
# Made by the package itself, or by running the app here: whatever lies there is not what is built.
_MADE = frozenset({".python_packages", "__pycache__"})
_SUPPORTED = re.compile(r"!?/[^?\[\]\\]+")


class UnsupportedPattern(ValueError):
    """A line of .funcignore says more than is understood here."""


@dataclass(frozen=True)
class Pattern:
    """One line: what it matches is left out, or (`keeps`) taken in after all."""

    expression: re.Pattern[str]
    keeps: bool
    folders_only: bool

    def matches(self, path: str, *, is_folder: bool) -> bool:
        return (is_folder or not self.folders_only) and self.expression.fullmatch(path) is not None


def parse_patterns(text: str) -> tuple[Pattern, ...]:
    """Read .funcignore: of gitignore's language, patterns that begin with `/` and have no sign but `*`.

    The rest is refused, not guessed at: other tools read the same file. Raises UnsupportedPattern.
    """
    lines = [line.rstrip() for line in text.splitlines()]
    return tuple(_parse(line) for line in lines if line and not line.startswith("#"))


def _parse(line: str) -> Pattern:
    if not _SUPPORTED.fullmatch(line) or "**" in line or "//" in line:
        raise UnsupportedPattern(
            f"{IGNORE_FILE}: {line!r} is not understood: write a path that begins with `/`, with `*` as its only sign"
        )
    path = line.removeprefix("!").strip("/")
    expression = re.compile("[^/]*".join(re.escape(part) for part in path.split("*")))
    return Pattern(expression, keeps=line.startswith("!"), folders_only=line.endswith("/"))


def is_left_out(path: str, patterns: tuple[Pattern, ...], *, is_folder: bool = False) -> bool:
    """Tell whether a path (from the project's folder, with `/`) is left out: the last matching pattern decides."""
    matching = [pattern for pattern in patterns if pattern.matches(path, is_folder=is_folder)]
    return bool(matching) and not matching[-1].keeps


def find_app_files(root: Path) -> tuple[str, ...]:
    """List the app's files, sorted, as paths from `root` with `/`. Raises UnsupportedPattern, and OSError."""
    patterns = parse_patterns((root / IGNORE_FILE).read_text(encoding="utf-8"))
    return tuple(sorted(_walk(root, "", patterns)))


def _walk(root: Path, folder: str, patterns: tuple[Pattern, ...]) -> Iterator[str]:
    for entry in os.scandir(root / folder):
        path = f"{folder}{entry.name}"
        if entry.name in _MADE or is_left_out(path, patterns, is_folder=entry.is_dir()):
            continue
        if entry.is_dir():
            yield from _walk(root, f"{path}/", patterns)
        elif not entry.name.endswith(".pyc"):
            yield path
