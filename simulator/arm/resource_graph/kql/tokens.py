"""The words of a query, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from simulator.arm.resource_graph.kql.refusals import parser_failure

END = "<EOF>"
LONGEST_NUMBER = 18
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}

WORD = re.compile(
    r"""
    (?P<blank>\s+|//[^\n]*)
    |(?P<text>@'(?:[^']|'')*'|@"(?:[^"]|"")*"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<number>\d+(?:\.\d+)?(?![\w.]))
    |(?P<operator>mv-(?:expand|apply)|project-(?:away|keep|rename|reorder)|make-series|parse-where|parse-kv
        |top-(?:nested|hitters)|sample-distinct)(?!\w)
    |(?P<name>\$?[A-Za-z_]\w*)
    |(?P<symbol>!(?:in|has|contains|startswith|endswith)(?:_cs)?~?(?!\w)|=~|!~|==|!=|<=|>=|[<>=()\[\],.|*;-])
    """,
    re.VERBOSE | re.ASCII,
)
CASELESS = re.compile(r"in~")


class Sort(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    NAME = "name"
    OPERATOR = "operator"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """`line` counts from 1, `column` from 0."""

    sort: Sort
    text: str
    line: int
    column: int

    @property
    def is_end(self) -> bool:
        return self.sort is Sort.END

    @property
    def value(self) -> str:
        """What a text token says, without quotes and escapes."""
        if self.text.startswith("@"):
            quote = self.text[1]
            return self.text[2:-1].replace(quote * 2, quote)
        return re.sub(r"\\(.)", lambda match: ESCAPES[match[1]], self.text[1:-1])


def tokens_of(query: str) -> list[Token]:
    """Take a query apart, with a token at the end that marks it; raises QueryRefused for what is no word."""
    found: list[Token] = []
    position = line = start = 0
    while position < len(query):
        match = CASELESS.match(query, position) or WORD.match(query, position)
        place = line + 1, position - start
        if match is None:
            raise parser_failure(Token(Sort.SYMBOL, query[position], *place))
        if match.lastgroup != "blank":
            token = Token(Sort(match.lastgroup or Sort.SYMBOL), match[0], *place)
            found.append(_checked(token))
        breaks = match[0].count("\n")
        if breaks:
            line, start = line + breaks, position + match[0].rindex("\n") + 1
        position = match.end()
    return [*found, Token(Sort.END, END, line + 1, position - start)]


def _checked(token: Token) -> Token:
    too_long = token.sort is Sort.NUMBER and len(token.text) > LONGEST_NUMBER
    if too_long or (token.sort is Sort.TEXT and not _can_be_read(token.text)):
        raise parser_failure(token)
    return token


def _can_be_read(text: str) -> bool:
    return text.startswith("@") or all(escaped in ESCAPES for escaped in re.findall(r"\\(.)", text))
