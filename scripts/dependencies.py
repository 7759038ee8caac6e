"""The app's dependencies, for the Linux that Azure runs it on, whatever machine they are gathered on."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PYTHON_VERSION = "3.13"
# The oldest that every wheel has: one that is built for a newer glibc fails in Azure when it is imported.
PLATFORM = "x86_64-manylinux_2_17"
# The launchers of command lines name the Python of the machine that they were made on; nothing starts them in Azure.
_LAUNCHERS = "bin"
_LEFT_BY_UV = ".lock"


class InstallFailed(RuntimeError):
    """The dependencies could not be gathered; the installer has said why."""


def install(root: Path, target: Path) -> None:
    """Put what requirements.txt names into `target`, by its hashes, from wheels alone. Raises InstallFailed."""
    with _uv(root) as uv:
        _run(
            *(*uv, "pip", "install", "--quiet", "--target", str(target), "--python", sys.executable),
            *("--python-version", PYTHON_VERSION, "--python-platform", PLATFORM, "--only-binary", ":all:"),
            *("--no-compile-bytecode", "--link-mode", "copy", "--require-hashes"),
            *("--requirement", str(root / "requirements.txt")),
        )
    _remove_what_differs(target)


@contextmanager
def _uv(root: Path) -> Iterator[tuple[str, ...]]:
    """Give the command of uv: pip asks the machine it runs on which packages are for Windows or Linux, uv the target.

    Where there is none, the one that requirements-dev.txt pins is installed for as long as it is needed.
    """
    if importlib.util.find_spec("uv"):
        yield sys.executable, "-m", "uv"
        return
    with tempfile.TemporaryDirectory(prefix="uv-") as directory:
        pins = Path(directory) / "uv.txt"
        pins.write_text(find_pin("uv", (root / "requirements-dev.txt").read_text(encoding="utf-8")), encoding="utf-8")
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
        _run(*pip, "--target", directory, "--requirement", str(pins))
        found = shutil.which("uv", path=str(Path(directory) / "bin"))
        if not found:
            raise InstallFailed("uv was installed, but its program is not there")
        yield (found,)


def find_pin(name: str, lock: str) -> str:
    """Give the lines of a lock file that pin a package, its hashes included. Raises LookupError."""
    pin = re.search(rf"^{re.escape(name)}==(?:.*\\\n)+.*", lock, re.MULTILINE)
    if pin is None:
        raise LookupError(f"no line pins {name}")
    return f"{pin[0]}\n"


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True)  # noqa: S603 - an installer, with arguments that are all made here
    except (OSError, subprocess.CalledProcessError) as error:
        raise InstallFailed(f"{Path(command[0]).name} failed: {error}") from error


def _remove_what_differs(target: Path) -> None:
    """Have the same packages give the same bytes, wherever they were gathered."""
    shutil.rmtree(target / _LAUNCHERS, ignore_errors=True)
    (target / _LEFT_BY_UV).unlink(missing_ok=True)
    for record in target.glob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith((f"{_LAUNCHERS}/", "../"))]
        record.write_bytes("".join(kept).encode())
