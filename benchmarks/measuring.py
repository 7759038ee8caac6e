"""How long something takes: the best of several rounds, since other processes only ever make it longer."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of processor time, which other processes hardly touch, and of the clock on the wall."""

    cpu: float
    wall: float

    def __truediv__(self, times: float) -> Took:
        return Took(self.cpu / times, self.wall / times)


def best_of[Given](rounds: int, prepare: Callable[[], Given], work: Callable[[Given], object]) -> Took:
    """Work on what is prepared anew for each round; preparing it takes no time of this."""
    took = [_time(prepare(), work) for _ in range(rounds)]
    return Took(min(one.cpu for one in took), min(one.wall for one in took))


def peak_memory[Given](prepare: Callable[[], Given], work: Callable[[Given], object]) -> int:
    """Give the bytes that work takes at most, beyond what it is given."""
    given = prepare()
    gc.collect()
    tracemalloc.start()
    work(given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def _time[Given](given: Given, work: Callable[[Given], object]) -> Took:
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    work(given)
    return Took(time.process_time() - cpu, time.perf_counter() - wall)
