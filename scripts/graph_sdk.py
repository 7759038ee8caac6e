"""Microsoft Graph's SDK without what the app can't reach: most of its files are requests that it never makes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

GENERATED = "msgraph/generated"
KEPT = frozenset({"applications", "models"})
"""The folders that the app needs; each imports nothing but what is in them."""
# The generator's own list of the whole interface, which no code reads.
_UNREAD = ("kiota-dom-export.txt", "kiota-lock.json")
# It offers every request of Graph, and imports each when it is asked for: the app asks for applications alone.
_OFFERS_ALL = "base_graph_service_client.py"
_RELATIVE = re.compile(r"^\s*from (\.+)([\w.]*) import", re.MULTILINE)
_ABSOLUTE = re.compile(r"\bmsgraph\.generated\.(\w+)")


class NeedsMore(RuntimeError):
    """Something that stays asks for something that would go."""


def trim(packages: Path, app_sources: Iterable[str]) -> None:
    """Remove from the SDK what neither the app nor what is kept of the SDK imports, then or later.

    All import statements are looked at, those within functions as well. Raises NeedsMore, having removed nothing.
    """
    generated = packages / GENERATED
    asked = {*_asked_by(generated), *(name for source in app_sources for name in _ABSOLUTE.findall(source))}
    if missing := sorted(asked - KEPT - {_OFFERS_ALL.removesuffix(".py")}):
        raise NeedsMore(
            f"msgraph: {', '.join(missing)} of {GENERATED} would be missing: add them to KEPT in scripts/graph_sdk.py"
        )
    for entry in list(generated.iterdir()):
        if entry.is_dir() and entry.name not in KEPT:
            shutil.rmtree(entry)
        elif entry.name in _UNREAD:
            entry.unlink()


def _asked_by(generated: Path) -> Iterator[str]:
    """Name whatever of `generated` the kept files import, by its first part."""
    for folder in sorted(KEPT):
        for file in (generated / folder).rglob("*.py"):
            source = file.read_text(encoding="utf-8")
            where = file.relative_to(generated).parts[:-1]
            yield from _ABSOLUTE.findall(source)
            for dots, name in _RELATIVE.findall(source):
                above = len(dots) - 1
                target = (*where[: len(where) - above], *name.split("."))
                if above > len(where):
                    raise NeedsMore(f"{file} imports from outside {GENERATED}")
                yield target[0]
