"""Measures how fast the app decides and how often it asks Azure, and says so: `make bench`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.event_loop import measure_delay
from benchmarks.traffic import Rate, measure_rate
from simulator.tls import make_certificates

_RULES, _PREFIXES = 200, 2000
_SIZES = ((_RULES, _PREFIXES), (_RULES // 2, _PREFIXES), (_RULES * 2, _PREFIXES))
_SIZES_OF_TAGS = ((_RULES, _PREFIXES // 2), (_RULES, _PREFIXES * 2))
_MACHINES = (1000, 5000)


def main() -> None:
    """Measure all, table by table."""
    _say(
        "Verdicts per second of one core, behind two NSGs, each VM asked about once (in brackets: against the first)"
    )
    first: Rate | None = None
    for rules, prefixes in (*_SIZES, *_SIZES_OF_TAGS):
        rate = measure_rate(rules, prefixes)
        first = first or rate
        _say(
            f"  {rules:4} rules, tags of {prefixes:5} prefixes: {rate.flows:7.0f} ({rate.flows / first.flows:4.2f})"
            f" flows to a needed service, {rate.packets:7.0f} ({rate.packets / first.packets:4.2f}) 5-tuples"
        )
    _say("An NSG of 200 rules decided on beside the event loop")
    for machines in _MACHINES:
        delay = asyncio.run(measure_delay(machines))
        longest = f"{delay.longest * 1e3:.0f} ms"
        _say(f"  {machines:5} VMs: {delay.decision:5.2f} s, in which nothing else waited longer than {longest}")
    _say("Requests of one check of an NSG that needs its rules, to the local Azure")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as directory:
        _measure_requests(Path(directory))


def _measure_requests(directory: Path) -> None:
    # aiohttp reads it when it is imported, which all that is imported here does.
    os.environ["SSL_CERT_FILE"] = str(make_certificates(directory).ca_file)
    from benchmarks.requests import measure_requests  # noqa: PLC0415 - not before it is known whom to trust

    for machines in _MACHINES:
        cost = asyncio.run(measure_requests(machines, directory))
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(cost.reads.items()))
        all_of_it = f"{cost.requests} reads ({kinds}) and {cost.writes} writes"
        _say(f"  {machines:5} VMs: {all_of_it}, in {cost.seconds:.1f} s")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
