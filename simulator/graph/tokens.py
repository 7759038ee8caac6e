"""The opaque tokens of links to follow, which carry all that the server has to know again."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError

from simulator.graph.errors import GraphError, malformed


def encode[T](kind: TypeAdapter[T], content: T) -> str:
    """Write what a token has to carry."""
    return base64.urlsafe_b64encode(kind.dump_json(content)).decode().rstrip("=")


def decode[T](kind: TypeAdapter[T], token: str) -> T:
    """Read a token again; raises GraphError 400 for one that was never given out."""
    try:
        return kind.validate_json(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValidationError, ValueError) as error:
        raise badly_formed() from error


def badly_formed() -> GraphError:
    """Refuse a token that was never given out."""
    return malformed("Badly formed token.")


def link(url: str, query: Mapping[str, str]) -> str:
    """Write a link, with the dollars and commas of its options as they are."""
    return f"{url}?{urlencode(query, quote_via=quote, safe='$,')}"
