"""How long the package's function_app takes to import: what a new instance does before its first event."""

from __future__ import annotations

import ast
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

PACKAGES = Path(".python_packages") / "lib" / "site-packages"
ROUNDS = 3
# The app and its packages are all that there is, beside Python itself: what the package lacks is missed.
_ISOLATED = (sys.executable, "-I", "-S", "-B", "-c")
_IMPORT = """
import importlib, sys, time
sys.path[:0] = sys.argv[1:3]
begun = time.perf_counter()
for name in sys.argv[3:]:
    importlib.import_module(name)
print(time.perf_counter() - begun)
"""
_SETTINGS = {"AzureWebJobsStorage__accountName": "account"}


class ImportFailed(RuntimeError):
    """Something that the app imports is not in the package; the message has the traceback."""


def can_import() -> bool:
    """Tell whether this machine can run what is built for Azure."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def import_seconds(app: Path, *modules: str) -> float:
    """Give the median of some imports in fresh interpreters that have the package alone. Raises ImportFailed."""
    return statistics.median(_import_once(app, modules) for _ in range(ROUNDS))


def imported_modules(source: str) -> frozenset[str]:
    """Name every module that a source imports, whenever it does: those within functions, too."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = (
        [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for node in found
    )
    return frozenset(name for group in names for name in group if name)


def _import_once(app: Path, modules: tuple[str, ...]) -> float:
    inherited = {name: text for name, text in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    command = [*_ISOLATED, _IMPORT, str(app / PACKAGES), str(app), *modules]
    done = subprocess.run(  # noqa: S603 - this Python
        command, env=inherited | _SETTINGS, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ImportFailed(done.stderr)
    return float(done.stdout)
