"""The whole decision on an NSG with thousands of VMs behind it: seconds, and memory at most."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.figures import Chapter, Figure, duration, growth
from benchmarks.measuring import MEBIBYTE, best_of, peak_memory
from benchmarks.places import ON_SUBNETS, Size, make_estate, observed_again
from shared.decide.network_security_group import decide_network_security_group
from shared.model.desired import DesiredState
from shared.model.estate import Estate

DESIRED = DesiredState(inbound_sources=("203.0.113.0/24",))
LARGEST = 5000
_MACHINES = (1000, 2000, LARGEST)
_ROUNDS = 3
_TARGET = "2 s"


def decide_all(estate: Estate) -> None:
    """Decide on the NSG of all the subnets."""
    decide_network_security_group(estate, ON_SUBNETS, DESIRED)


def measure_whole_groups() -> Chapter:
    """Measure it for more and more VMs."""
    told = (
        "An NSG of 200 rules on 8 subnets, one VM in 50 with a port of its own; nothing is prepared but that the"
        " tags' prefixes were read before, as in every check but a process's first."
    )
    return Chapter("The whole decision on an NSG with all the VMs behind it", told, tuple(_measure()))


def _measure() -> Iterator[Figure]:
    before: tuple[int, float] | None = None
    for machines in _MACHINES:
        prepare = partial(observed_again, make_estate(Size(machines, two_groups=False)))
        took = best_of(_ROUNDS, prepare, decide_all)
        memory = peak_memory(prepare, decide_all)
        grown = growth(before and before[1], took.cpu)
        compared = f"{grown} for x {machines / before[0]:.2f}" if before else ""
        target = _TARGET if machines == LARGEST else ""
        yield duration(f"{machines:,} VMs, {memory / MEBIBYTE:.0f} MiB at most", took, target, compared)
        before = machines, took.cpu
    unlike = make_estate(Size(LARGEST, two_groups=False, unlike=True))
    took = best_of(1, partial(observed_again, unlike), decide_all)
    yield duration(f"{LARGEST:,} VMs, no two of them the same to the rules", took)
