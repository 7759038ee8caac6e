"""A tiny reader of Bicep and of Terraform's HCL, written apart from what writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

BICEP_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}
HCL_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"'}
TOKEN = re.compile(
    r"""(?P<space>[ \n]+) | (?P<comment>(?://|\#)[^\n]*\n) | (?P<string>'(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*")
    | (?P<number>-?[0-9][0-9.e+-]*) | (?P<name>[A-Za-z_][A-Za-z0-9_]*) | (?P<mark>[][{}():=,])""",
    re.VERBOSE,
)
FUNCTIONS: dict[str, Callable[[Any], Any]] = {"json": json.loads, "jsonencode": json.dumps}
CONSTANTS = {"true": True, "false": False, "null": None}


class Name(str):
    """A reference to something declared."""

    __slots__ = ()


@dataclass
class Block:
    """A resource: the words before its body, quotes taken off, and its body."""

    words: tuple[str, ...]
    body: dict[str, Any]


@dataclass
class Source:
    """What a text has: its resources, and its comments without their marks."""

    blocks: list[Block] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def read_source(text: str) -> Source:
    """Read a whole text; raises ValueError for what is in neither language."""
    source = Source()
    tokens = Tokens(text, source.comments)
    while tokens.kind != "end":
        words = []
        while tokens.text != "{":
            if tokens.kind not in {"name", "string"} and tokens.text != "=":
                raise ValueError(f"{tokens.text!r} before a body")
            words.append(unquote(tokens.text) if tokens.kind == "string" else tokens.text)
            tokens.step()
        source.blocks.append(Block(tuple(word for word in words if word != "="), read_value(tokens)))
    return source


class Tokens:
    """The token that is next, without space and comments."""

    def __init__(self, text: str, comments: list[str]) -> None:
        self._tokens = self._split(text, comments)
        self.step()

    def step(self) -> None:
        self.kind, self.text = next(self._tokens, ("end", ""))

    def take(self, *texts: str) -> None:
        if self.text not in texts:
            raise ValueError(f"{self.text!r} is none of {texts}")
        self.step()

    def _split(self, text: str, comments: list[str]) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                raise ValueError(f"no token at {text[at : at + 40]!r}")
            at = found.end()
            if found.lastgroup == "comment":
                comments.append(found.group().removeprefix("//").removeprefix("#").strip())
            elif found.lastgroup != "space":
                yield str(found.lastgroup), found.group()


def read_value(tokens: Tokens) -> Any:
    kind, text = tokens.kind, tokens.text
    tokens.step()
    if text == "{":
        return dict(read_entries(tokens))
    if text == "[":
        return list(read_items(tokens))
    if kind == "string":
        return unquote(text)
    if kind == "number":
        return json.loads(text)
    if kind != "name":
        raise ValueError(f"{text!r} is no value")
    if tokens.text != "(":
        return CONSTANTS[text] if text in CONSTANTS else Name(text)
    tokens.take("(")
    argument = read_value(tokens)
    tokens.take(")")
    return FUNCTIONS[text](argument)


def read_entries(tokens: Tokens) -> Iterator[tuple[str, Any]]:
    while tokens.text != "}":
        key = unquote(tokens.text) if tokens.kind == "string" else tokens.text
        tokens.step()
        tokens.take(":", "=")
        yield key, read_value(tokens)
    tokens.step()


def read_items(tokens: Tokens) -> Iterator[Any]:
    while tokens.text != "]":
        yield read_value(tokens)
        if tokens.text == ",":
            tokens.step()
    tokens.step()


def unquote(literal: str) -> str:
    """Give the text of a string of either language; raises ValueError for an escape that it has not."""
    return _unquote_hcl(literal[1:-1]) if literal[0] == '"' else _unquote_bicep(literal[1:-1])


def _unquote_bicep(inside: str) -> str:
    def replace(found: re.Match[str]) -> str:
        if found["interpolation"]:
            raise ValueError(f"an interpolation in {inside!r}")
        return chr(int(found["code"], 16)) if found["code"] else BICEP_ESCAPES[found["one"]]

    return re.sub(r"(?P<interpolation>\$\{)|\\u\{(?P<code>[0-9a-f]+)\}|\\(?P<one>.)", replace, inside)


def _unquote_hcl(inside: str) -> str:
    def replace(found: re.Match[str]) -> str:
        if found["interpolation"]:
            raise ValueError(f"an interpolation in {inside!r}")
        if found["doubled"]:
            return found["doubled"][1:]
        return chr(int(found["code"][1:], 16)) if found["code"] else HCL_ESCAPES[found["one"]]

    return re.sub(
        r"(?P<doubled>\$\$\{|%%\{)|(?P<interpolation>[$%]\{)|\\(?P<code>u[0-9a-f]{4}|U[0-9a-f]{8})|\\(?P<one>.)",
        replace,
        inside,
    )
