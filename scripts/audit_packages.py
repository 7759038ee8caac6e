"""`python -m scripts.audit_packages`: ask OSV whether vulnerabilities are known of the packages that are pinned.

pip-audit passes over what its service doesn't know, or answers wrongly, and ends well: that counts as not audited.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SETS = ("requirements.txt", "requirements-dev.txt")
VULNERABLE, NOT_AUDITED = 1, 3
# The id of a vulnerability that can't be reached in this project, and why: a version that mends it is always better.
ACCEPTED: Mapping[str, str] = {}


class NotAudited(RuntimeError):
    """Nobody could be asked, or not of every package."""


@dataclass(frozen=True)
class Vulnerability:
    package: str
    id: str
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        mended = f"mended in {', '.join(self.mended_in)}" if self.mended_in else "no version mends it yet"
        return f"{self.package}: {self.id}, {mended}"


def read_answer(text: str) -> tuple[Vulnerability, ...]:
    """Read pip-audit's JSON. Raises NotAudited when it is none, is of no package, or passes over any."""
    try:
        packages: list[dict[str, Any]] = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotAudited("pip-audit gave no answer") from error
    if passed_over := [package["name"] for package in packages if "vulns" not in package]:
        raise NotAudited(f"the service knows nothing of {len(passed_over)} of {len(packages)}: {passed_over[0]} …")
    if not packages:
        raise NotAudited("pip-audit saw no package")
    return tuple(
        Vulnerability(f"{package['name']} {package['version']}", found["id"], tuple(found["fix_versions"]))
        for package in packages
        for found in package["vulns"]
        if not {found["id"], *found.get("aliases", ())} & ACCEPTED.keys()
    )


def audit(requirements: Path) -> tuple[Vulnerability, ...]:
    """Ask of one set. Raises NotAudited."""
    done = subprocess.run(  # noqa: S603 - this Python, with arguments that are all made here
        [
            *(
                sys.executable,
                "-m",
                "pip_audit",
                "--requirement",
                str(requirements),
                "--disable-pip",
                "--require-hashes",
            ),
            *("--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return read_answer(done.stdout)
    except NotAudited as error:
        said = done.stderr.strip().splitlines()
        raise NotAudited(f"{error} ({said[-1]})" if said else str(error)) from error


def main() -> int:
    """Give 0 when no vulnerability is known, 1 when one is, 3 when that could not be found out."""
    parser = argparse.ArgumentParser(prog="python -m scripts.audit_packages", description=main.__doc__)
    parser.add_argument("--may-be-unreachable", action="store_true", help="give 0, not 3, with a word on it")
    may_be_unreachable = parser.parse_args().may_be_unreachable
    code = 0
    for name in SETS:
        try:
            found = audit(ROOT / name)
        except NotAudited as error:
            sys.stdout.write(f"NOT AUDITED: {name}: {error}\n")
            code = code or (0 if may_be_unreachable else NOT_AUDITED)
            continue
        sys.stdout.write("".join(f"{name}: {one}\n" for one in found) or f"{name}: no vulnerability is known\n")
        code = VULNERABLE if found else code
    return code


if __name__ == "__main__":
    sys.exit(main())
