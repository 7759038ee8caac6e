"""What a process has just done, and need not do again."""

from __future__ import annotations

from collections import OrderedDict


class Lately:
    """The last few hundred of the names that were added: memory, not state, so that what it forgets is done again."""

    def __init__(self, most: int = 500) -> None:
        """Remember nothing yet, and never more than `most`."""
        self._names: OrderedDict[str, None] = OrderedDict()
        self._most = most

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """Remember a name."""
        self._names[name] = None
        if len(self._names) > self._most:
            self._names.popitem(last=False)
