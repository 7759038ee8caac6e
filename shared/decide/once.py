"""What is worth working out only once for an observation, and is forgotten with it."""

from __future__ import annotations

from collections.abc import Callable
from weakref import finalize


class Once[Value, Result]:
    """A function that works its result out once for each value: for that very one, not for one that is equal.

    An estate can't be hashed, and comparing two of them takes long. Results are kept as long as their values live, so
    they must not hold on to them. Decisions on several estates may run at once, in several threads.
    """

    def __init__(self, work_out: Callable[[Value], Result]) -> None:
        """Begin with nothing worked out."""
        self._work_out = work_out
        self._results: dict[int, Result] = {}

    def __call__(self, value: Value) -> Result:
        """Give the result for a value."""
        identity = id(value)
        if identity not in self._results:
            self._results[identity] = self._work_out(value)
            finalize(value, self._results.pop, identity, None)
        return self._results[identity]


class Kept[Result]:
    """Results for several values together, for those very ones: they are held on to with the result."""

    def __init__(self, most: int) -> None:
        """Begin with none; when there are more than `most`, all are forgotten."""
        self._most = most
        self._results: dict[tuple[int, ...], tuple[Result, tuple[object, ...]]] = {}

    def get(self, work_out: Callable[[], Result], *values: object) -> Result:
        """Give the result for some values, worked out where it is not known."""
        identities = tuple(map(id, values))
        kept = self._results.get(identities)
        if kept is None:
            if len(self._results) >= self._most:
                self._results.clear()
            kept = self._results[identities] = work_out(), values
        return kept[0]
