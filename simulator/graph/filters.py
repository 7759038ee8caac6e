"""`$filter`: the part of it that is served; all else is refused.

https://learn.microsoft.com/graph/aad-advanced-queries#support-for-filter-by-properties-of-microsoft-entra-id-directory-objects
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from simulator.graph.errors import GraphError, invalid_value, malformed, unsupported_filter
from simulator.graph.options import unknown_property
from simulator.graph.schema import APPLICATION, GUID
from simulator.store import Json

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w/]*)|(?P<number>\d[\w:.+-]*)|(?P<mark>[(),:]))"
)
TEXTS = {"appId": frozenset({"eq"}), "displayName": frozenset({"eq", "startswith"})}
DEEPEST = 50
COLLECTIONS = frozenset({"identifierUris", "web/redirectUris", "spa/redirectUris", "publicClient/redirectUris"})
FOR_ADVANCED_QUERIES = COLLECTIONS - {"identifierUris"}

type Test = Callable[[Json], bool]
type TextTest = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """`advanced` is an operator of advanced queries alone; `app_id` is of the one application that may match."""

    test: Test
    advanced: str | None = None
    app_id: str | None = None


def parse_filter(text: str) -> Filter:
    """Read a filter; raises GraphError 400 for what is badly written and for what is not supported."""
    if text.count("(") > DEEPEST:
        raise malformed("Invalid filter clause: The recursion limit has been reached.")
    parser = _Parser(text)
    found = parser.disjunction()
    parser.expect_end()
    return found


class _Parser:
    """Takes a filter apart from left to right, one method for each rule of its grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._position = 0

    def disjunction(self) -> Filter:
        found = self._conjunction()
        while self._takes("or"):
            other = self._conjunction()
            found = Filter(_either(found.test, other.test), found.advanced or other.advanced)
        return found

    def expect_end(self) -> None:
        if self._position < len(self._tokens):
            raise self._syntax_error()

    def _conjunction(self) -> Filter:
        found = self._term()
        while self._takes("and"):
            other = self._term()
            found = Filter(
                _both(found.test, other.test), found.advanced or other.advanced, found.app_id or other.app_id
            )
        return found

    def _term(self) -> Filter:
        if self._takes("("):
            found = self.disjunction()
            self._expect(")")
            return found
        name = self._next()
        if name.lower() == "startswith":
            return self._starts_with()
        if name.endswith("/any"):
            return self._any(name.removesuffix("/any"))
        _check_known(name)
        if name not in TEXTS or not self._takes("eq"):
            raise unsupported_filter(name)
        return self._equals(name, self._literal())

    def _starts_with(self) -> Filter:
        self._expect("(")
        name = self._next()
        _check_known(name)
        if "startswith" not in TEXTS.get(name, ()):
            raise unsupported_filter(name)
        return Filter(_of_property(name, _beginning(self._last_argument())))

    def _equals(self, name: str, value: str) -> Filter:
        if name == "appId" and not GUID.fullmatch(value):
            raise invalid_value(name)
        found = Filter(_of_property(name, _same(value)))
        return replace(found, app_id=value.lower()) if name == "appId" else found

    def _any(self, name: str) -> Filter:
        _check_known(name)
        if name not in COLLECTIONS:
            raise unsupported_filter(name)
        self._expect("(")
        variable = self._next()
        self._expect(":")
        first = self._next()
        if first.lower() == "startswith":
            self._expect("(")
            self._expect(variable)
            operator, test = "startswith", _beginning(self._last_argument())
        elif first == variable and self._takes("eq"):
            operator, test = "eq", _same(self._literal())
        else:
            raise unsupported_filter(name)
        self._expect(")")
        return Filter(_of_items(name, test), operator if name in FOR_ADVANCED_QUERIES else None)

    def _last_argument(self) -> str:
        self._expect(",")
        value = self._literal()
        self._expect(")")
        return value

    def _literal(self) -> str:
        token = self._next()
        if not token.startswith("'"):
            raise self._syntax_error()
        return token[1:-1].replace("''", "'")

    def _next(self) -> str:
        if self._position >= len(self._tokens):
            raise self._syntax_error()
        self._position += 1
        return self._tokens[self._position - 1]

    def _takes(self, token: str) -> bool:
        found = self._position < len(self._tokens) and self._tokens[self._position].lower() == token
        self._position += found
        return found

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise self._syntax_error()

    def _syntax_error(self) -> GraphError:
        return _syntax_error(self._text)


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while text[position:].strip():
        found = TOKEN.match(text, position)
        if found is None:
            raise _syntax_error(text)
        tokens.append(found[0].strip())
        position = found.end()
    return tokens


def _syntax_error(text: str) -> GraphError:
    return malformed(f"Invalid filter clause: Syntax error in '{text}'.")


def _check_known(name: str) -> None:
    """Let pass what an application has, whether there is a filter for it or not; raises GraphError 400."""
    if name.partition("/")[0] not in APPLICATION.properties:
        raise unknown_property(name, "Invalid filter clause")


def _same(value: str) -> TextTest:
    value = value.lower()
    return lambda text: text.lower() == value


def _beginning(value: str) -> TextTest:
    value = value.lower()
    return lambda text: text.lower().startswith(value)


def _of_property(name: str, test: TextTest) -> Test:
    return lambda application: test(application[name])


def _of_items(name: str, test: TextTest) -> Test:
    if "/" not in name:
        return lambda application: any(map(test, application[name]))
    outer, inner = name.split("/")
    return lambda application: any(map(test, application[outer][inner]))


def _either(one: Test, other: Test) -> Test:
    return lambda application: one(application) or other(application)


def _both(one: Test, other: Test) -> Test:
    return lambda application: one(application) and other(application)
