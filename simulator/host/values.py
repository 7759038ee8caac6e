"""What goes into an invocation and what comes out of it, in the host's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Json:
    """A value as JSON text."""

    text: str


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request as the worker gets it: header names in lower case, one text per name."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    params: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    headers: Mapping[str, str]
    set_cookies: tuple[str, ...]
    body: bytes


type Input = str | bytes | Json | HttpCall
type Output = str | bytes | Json | HttpAnswer | None


@dataclass(frozen=True, slots=True)
class Succeeded:
    returned: Output = None
    outputs: Mapping[str, Output] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    message: str
    traceback: str = ""


type Outcome = Succeeded | Failed
