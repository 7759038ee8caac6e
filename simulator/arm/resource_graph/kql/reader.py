"""Where a parser has come to in a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simulator.arm.resource_graph.kql.refusals import QueryRefused, parser_failure
from simulator.arm.resource_graph.kql.tokens import Sort, Token, tokens_of

DEEPEST = 40
"""How deeply brackets may be nested: deeper ones no person writes."""


class Reader:
    """The tokens of a query, taken one by one."""

    def __init__(self, query: str) -> None:
        self._tokens = tokens_of(query)
        self._position = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._position]

    @property
    def after_next(self) -> Token:
        return self._tokens[min(self._position + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        token = self.next
        if not token.is_end:
            self._position += 1
        return token

    def sees(self, *texts: str) -> bool:
        """Tell whether one of these words or symbols is next; a text in quotes is none."""
        return self.next.sort is not Sort.TEXT and self.next.text in texts

    def took(self, *texts: str) -> bool:
        """Take one of these words or symbols if it is next."""
        if not self.sees(*texts):
            return False
        self.take()
        return True

    def expect(self, *texts: str) -> Token:
        """Take one of these words or symbols; raises QueryRefused if none is next."""
        if not self.sees(*texts):
            raise self.unexpected()
        return self.take()

    def expect_sort(self, sort: Sort) -> Token:
        """Take a token of a sort; raises QueryRefused if none is next."""
        if self.next.sort is not sort:
            raise self.unexpected()
        return self.take()

    def unexpected(self) -> QueryRefused:
        return parser_failure(self.next)

    def listed[Item](self, read: Callable[[], Item]) -> tuple[Item, ...]:
        """Read one item or more, with commas between them."""
        items = [read()]
        while self.took(","):
            items.append(read())
        return tuple(items)

    @contextmanager
    def in_brackets(self, opening: str, closing: str) -> Iterator[None]:
        """Read what stands between brackets; raises QueryRefused where they are nested too deeply."""
        self.expect(opening)
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.unexpected()
        yield
        self._depth -= 1
        self.expect(closing)
