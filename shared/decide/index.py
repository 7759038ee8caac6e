"""Which of many sets have an address, found without going through them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import reduce
from itertools import accumulate
from operator import and_, or_, xor

from shared.decide.addresses import Addresses


class Index:
    """Sets by their ranges of addresses. Which sets is told as a number, with a bit for each in their order."""

    def __init__(self, sets: Iterable[Addresses]) -> None:
        """Put sets into the index, without their tags."""
        changes = {-1: 0}
        for place, some in enumerate(sets):
            for low, high in some.ranges:
                for edge in (low, high + 1):
                    changes[edge] = changes.get(edge, 0) ^ (1 << place)
        self._edges = sorted(changes)
        self._having = list(accumulate((changes[edge] for edge in self._edges), xor))

    def having_all(self, addresses: Addresses) -> int:
        """Tell which of the sets have all of some addresses."""
        return reduce(and_, self._pieces(addresses), -1)

    def having_any(self, addresses: Addresses) -> int:
        """Tell which of the sets have any of some addresses."""
        return reduce(or_, self._pieces(addresses), 0)

    def _pieces(self, addresses: Addresses) -> list[int]:
        found: list[int] = []
        for low, high in addresses.ranges:
            found += self._having[bisect_right(self._edges, low) - 1 : bisect_right(self._edges, high)]
        return found
