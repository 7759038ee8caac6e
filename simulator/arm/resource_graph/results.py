"""Results that are still good for further pages, so that not every page runs its query over all rows again."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from simulator.arm.resource_graph.kql.table import Table

KEPT = 8


class Results:
    """The latest results by what was asked; a result is good as long as the resources are at its revision."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[int, Table]] = {}

    def first(self, asked: Hashable, revision: int, run: Callable[[], Table]) -> Table:
        """Run a query, and keep its result."""
        table = run()
        self._kept.pop(asked, None)
        self._kept[asked] = revision, table
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return table

    def later(self, asked: Hashable, revision: int, run: Callable[[], Table]) -> Table:
        """Give the result of which an earlier page was asked, or run its query again where something has changed."""
        kept = self._kept.get(asked)
        if kept and kept[0] == revision:
            return kept[1]
        return self.first(asked, revision, run)
