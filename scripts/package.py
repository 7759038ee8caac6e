"""`python -m scripts.package`: build what goes to Azure, as the folder dist/app and as dist/app.zip.

Needs Python 3.13 and a package index, and nothing installed: azd calls it wherever somebody deploys from.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from scripts.app_files import UnsupportedPattern, find_app_files
from scripts.app_zip import CompileFailed, compile_all, write_zip
from scripts.dependencies import PYTHON_VERSION, InstallFailed, install
from scripts.first_import import PACKAGES, ImportFailed, can_import, import_seconds, imported_modules
from scripts.graph_sdk import NeedsMore, trim

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
_FAULTS = (CompileFailed, ImportFailed, InstallFailed, NeedsMore, UnsupportedPattern, OSError)
ENTRY = "function_app"
_MEGABYTE = 1_000_000
_LISTED = 6


def main() -> int:
    """Build; give 0, or 1 with the reason on standard error. A package that is no whole one is not left behind."""
    if f"{sys.version_info[0]}.{sys.version_info[1]}" != PYTHON_VERSION:
        return _build_with_another()
    try:
        build(ROOT, DIST)
    except _FAULTS as error:
        shutil.rmtree(DIST / "app", ignore_errors=True)
        (DIST / "app.zip").unlink(missing_ok=True)
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def build(root: Path, dist: Path) -> None:
    """Build both, telling of each step; raises what `_FAULTS` names."""
    app, file = dist / "app", dist / "app.zip"
    file.unlink(missing_ok=True)
    files = copy_app(root, app)
    sources = [(app / path).read_text(encoding="utf-8") for path in files if path.endswith(".py")]
    _say(f"Gathering dependencies for Linux and Python {PYTHON_VERSION}")
    install(root, app / PACKAGES)
    trim(app / PACKAGES, sources)
    modules = sorted(frozenset().union(*map(imported_modules, sources)))
    before = _try_imports(app, modules)
    _say("Compiling")
    compile_all(app, app / PACKAGES)
    after = _try_imports(app, modules)
    _say("Zipping")
    write_zip(app, file)
    _tell(app, file, len(files))
    if before and after:
        _say(f"  {ENTRY} imports in {after[0]:.1f} s ({before[0]:.1f} s without bytecode), alone in a new process;")
        _say(f"  with all that the app imports when it is needed: {after[1]:.1f} s ({before[1]:.1f} s)")
    else:
        _say("  no import was tried: this machine is not Linux on x86_64, which the package is for")


def _try_imports(app: Path, modules: Sequence[str]) -> tuple[float, float] | None:
    """Import from the package alone what the app begins with, and all; give the seconds, where that can be tried."""
    return (import_seconds(app, ENTRY), import_seconds(app, ENTRY, *modules)) if can_import() else None


def copy_app(root: Path, app: Path) -> tuple[str, ...]:
    """Lay the app's files afresh; give their paths. Raises UnsupportedPattern, and OSError."""
    shutil.rmtree(app, ignore_errors=True)
    files = find_app_files(root)
    for path in files:
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, app / path)
    return files


def _tell(app: Path, file: Path, own: int) -> None:
    everything = [path for path in app.rglob("*") if path.is_file()]
    _say(
        f"Built {file}: {_size([file])}; unpacked {_size(everything)} in {len(everything):,} files,"
        f" {own} of them the app's, before bytecode"
    )
    folders = sorted((app / PACKAGES).iterdir(), key=lambda folder: -_bytes(folder.rglob("*")))
    _say("  largest: " + ", ".join(f"{folder.name} {_size(folder.rglob('*'))}" for folder in folders[:_LISTED]))


def _size(files: Iterable[Path]) -> str:
    return f"{_bytes(files) / _MEGABYTE:,.0f} MB"


def _bytes(files: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in files if path.is_file())


def _build_with_another() -> int:
    """Have the project's own Python build, where `make` has set it up: bytecode is one Python's alone."""
    folder = ROOT / ".venv"
    found = [python for python in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if python.exists()]
    if not found or Path(sys.prefix) == folder:
        sys.stderr.write(
            f"The package needs Python {PYTHON_VERSION}, as Azure runs it, and this is {sys.version.split()[0]}. Run"
            f" `make package`, which sets one up, or install Python {PYTHON_VERSION} and run"
            f" `python{PYTHON_VERSION} -m scripts.package`.\n"
        )
        return 1
    command = [str(found[0]), "-m", "scripts.package"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - the project's own Python


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
