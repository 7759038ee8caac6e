"""Sets of addresses as numbers with a bit for each piece, so that thousands of prefixes are compared at once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from shared.decide.addresses import Addresses

_RUN = re.compile("1+")


class Cut:
    """A set cut into pieces so small that each set that it is cut by has all of a piece or nothing of it.

    What is made of such pieces is a number with a bit for each of them.
    """

    def __init__(self, whole: Addresses, by: Iterable[Addresses]) -> None:
        """Cut a set by others, each of them a part of it."""
        self._edges = sorted({edge for some in (whole, *by) for low, high in some.ranges for edge in (low, high + 1)})
        self._tags, self._whole = sorted(whole.tags), whole
        self.everything = self._number(whole)
        self._known = {self.everything: whole}

    def pieces(self, some: Addresses) -> int:
        """Give the number for a set that is made of whole pieces."""
        return self.everything if some == self._whole else self._number(some) if some else 0

    def addresses(self, pieces: int) -> Addresses:
        """Give the set for a number."""
        if pieces not in self._known:
            self._known[pieces] = self._gather(pieces)
        return self._known[pieces]

    def _number(self, some: Addresses) -> int:
        edges, place = self._edges, 0
        marks = bytearray(b"0" * len(edges))
        for low, high in some.ranges:
            first = bisect_left(edges, low, place)
            place = bisect_left(edges, high + 1, first)
            marks[first:place] = b"1" * (place - first)
        marks += b"".join(b"1" if tag in some.tags else b"0" for tag in self._tags)
        marks.reverse()
        return int(marks or b"0", 2)

    def _gather(self, pieces: int) -> Addresses:
        edges = self._edges
        marks = f"{pieces:b}"[::-1]
        runs = (run.span() for run in _RUN.finditer(marks, 0, len(edges)))
        tags = frozenset(tag for tag, mark in zip(self._tags, marks[len(edges) :], strict=False) if mark == "1")
        return Addresses(tuple((edges[first], edges[end] - 1) for first, end in runs), tags)
