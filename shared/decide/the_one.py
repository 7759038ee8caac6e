"""One observation as a key, for what is worth working out only once."""

from __future__ import annotations


class TheOne[T]:
    """A value that is equal to itself alone. An estate can't be hashed, and comparing two of them takes long."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        """Hold on to the value: so nothing else gets its identity meanwhile."""
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TheOne) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)
