"""Measure how fast the app decides and sweeps, and tell it in one table. Nothing is asserted."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from benchmarks.event_loop import measure_event_loop
from benchmarks.figures import Chapter, make_table
from benchmarks.growth import measure_growth
from benchmarks.peers import measure_peers
from benchmarks.verdicts import measure_verdicts
from benchmarks.whole_groups import measure_whole_groups
from simulator.tls import make_certificates

_WIDTH = 120


def main() -> None:
    """Measure one chapter after the other, and print the table."""
    console, began = Console(highlight=False), time.perf_counter()
    console.width = max(_WIDTH, console.width) if console.is_terminal else _WIDTH
    chapters: list[Chapter] = []
    for chapter in _chapters():
        console.print(f"measured: {chapter.title}", style="dim")
        chapters.append(chapter)
    console.print(make_table(chapters))
    machine = f"Python {platform.python_version()} on one of {os.cpu_count()} cores"
    console.print(
        f"{machine}; measured in {time.perf_counter() - began:.0f} s. Each figure is the best of its rounds,"
        " where there are several."
    )


def _chapters() -> Iterator[Chapter]:
    yield from measure_verdicts()
    yield measure_peers()
    yield from measure_growth()
    yield measure_whole_groups()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as directory:
        # aiohttp reads it when it is imported, which all that is imported here does.
        os.environ["SSL_CERT_FILE"] = str(make_certificates(Path(directory)).ca_file)
        yield _requests(Path(directory))
        yield measure_event_loop()
        yield from _sweeps(Path(directory))


def _requests(directory: Path) -> Chapter:
    from benchmarks.requests import measure_requests  # noqa: PLC0415 - not before it is known whom to trust

    return measure_requests(directory)


def _sweeps(directory: Path) -> Iterator[Chapter]:
    from benchmarks.sweeps import measure_sweeps  # noqa: PLC0415 - as above

    return measure_sweeps(directory)


if __name__ == "__main__":
    main()
