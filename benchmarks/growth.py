"""How costs grow with rules, with prefixes, and with VMs: doubled, a linear cost doubles, and none may do more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks.figures import Chapter, Figure, duration, growth
from benchmarks.flows import Kind, needed_kinds, packet_kinds
from benchmarks.measuring import Took
from benchmarks.places import Size, make_estate
from benchmarks.verdicts import time_preparation, time_verdict
from shared.model.estate import Estate

_COUNT = 200
_RULES, _PREFIXES = (50, 100, 200, 400), (500, 1000, 2000, 4000)
_SIZE = Size(machines=256, unlike=True)
_TARGET = "x 2.00 at most"


def measure_growth() -> Iterator[Chapter]:
    """Double rules, then prefixes."""
    told = "No two VMs are the same to the rules. The first verdict is the one that prepares the others."
    by_rules = {f"{rules} rules": replace(_SIZE, rules=rules) for rules in _RULES}
    yield Chapter("Growth with the rules of each NSG", told, tuple(_double(by_rules.items())))
    by_prefixes = {f"{prefixes:,} prefixes": replace(_SIZE, prefixes=prefixes) for prefixes in _PREFIXES}
    yield Chapter("Growth with the prefixes of each service tag", told, tuple(_double(by_prefixes.items())))


def _time_each(estate: Estate, kind: Kind) -> Took:
    return time_verdict(estate, kind, _COUNT)


def _double(sizes: Iterable[tuple[str, Size]]) -> Iterator[Figure]:
    estates = [(name, make_estate(size)) for name, size in sizes]
    for kind in (needed_kinds()[0], packet_kinds(estates[0][1].service_tags)[0]):
        for what, measure in (("the first", time_preparation), ("each", _time_each)):
            before: float | None = None
            for name, estate in estates:
                took = measure(estate, kind)
                yield duration(
                    f"{kind.name}: {what}, {name}", took, _TARGET if before else "", growth(before, took.cpu)
                )
                before = took.cpu
