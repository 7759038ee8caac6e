"""Verdicts per second: for VMs as they come, and for VMs of which no two are the same to the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.figures import Chapter, Figure, duration, rate
from benchmarks.flows import Kind, ask, needed_kinds, packet_kinds, wide_kinds
from benchmarks.measuring import Took, best_of
from benchmarks.places import Size, Spot, make_estate, observed_again, spot
from shared.decide.traffic import Flow
from shared.decide.verdict import PacketFlow
from shared.model.estate import Estate

_MACHINES, _WIDE, _PREPARED, _ROUNDS = 2000, 3, 8, 3
_TARGET = "2,000 / s"

type Asked = Sequence[tuple[Spot, Flow | PacketFlow]]


def measure_verdicts() -> Iterator[Chapter]:
    """Measure both evaluators."""
    prepared = f"Prepared by the same flow of {_PREPARED} other VMs; each verdict is for another VM and asked once."
    yield Chapter(
        "Verdicts: two NSGs of 200 rules on the way, service tags of 2,000 prefixes",
        f"{_MACHINES:,} VMs as they come, in 8 subnets; their NSGs tell about 400 kinds of them apart. {prepared}",
        tuple(_measure(make_estate(Size(_MACHINES + _PREPARED)))),
    )
    yield Chapter(
        "The same, with rules by which no two VMs are the same",
        f"So no verdict can be had from an earlier one. {prepared}",
        tuple(_measure(make_estate(Size(_MACHINES + _PREPARED, unlike=True)))),
    )


def time_verdict(estate: Estate, kind: Kind, count: int, rounds: int = _ROUNDS) -> Took:
    """Tell how long a verdict takes once some of its kind were given for other VMs."""

    def prepare() -> tuple[Estate, Asked]:
        here = observed_again(estate)
        for place, flow in _flows(kind, range(count, count + _PREPARED)):
            ask(here, place, flow)
        return here, _flows(kind, range(count))

    return best_of(rounds, prepare, _ask_all) / count


def time_preparation(estate: Estate, kind: Kind, rounds: int = _ROUNDS) -> Took:
    """Tell how long the first verdict of a kind takes, where the tags' prefixes were read before."""
    return best_of(rounds, lambda: (observed_again(estate), _flows(kind, range(1))), _ask_all)


def _measure(estate: Estate) -> Iterator[Figure]:
    for kind in (*needed_kinds(), *packet_kinds(estate.service_tags)):
        yield rate(kind.name, time_verdict(estate, kind, _MACHINES), _TARGET)
    for kind in wide_kinds():
        yield duration(kind.name, time_verdict(estate, kind, _WIDE, rounds=1))


def _flows(kind: Kind, numbers: range) -> Asked:
    return [(place, kind.flow_of(number, place)) for number in numbers for place in [spot(number)]]


def _ask_all(given: tuple[Estate, Asked]) -> None:
    estate, asked = given
    for place, flow in asked:
        ask(estate, place, flow)
