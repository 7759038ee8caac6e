"""What all rows have in common: keys, JSON documents of any size, texts for people, a schema version."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.azure.json_values import from_json, to_json
from shared.azure.tables import Properties, Row
from shared.model.resource_id import ResourceId

VERSION = 1
"""The schema of the rows. It is raised by whoever adds to the model what an older app would lose or not know."""

OF_THE_TENANT = "tenant"
"""The partition of subjects that lie in no subscription. None is called so: its id would have to be that."""

# Azure's limits: 64 KiB for each property; a text counts two bytes for each of its UTF-16 units.
_MOST_BYTES = 64 * 1024
_MOST_UNITS = 32_000
_PLAIN_KEY = re.compile(r"[0-9a-z-]{1,100}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class UnreadableRow(Exception):
    """A row that a newer app wrote, or that is damaged: it is neither understood nor written over."""


def document(name: str, value: Any) -> dict[str, bytes]:
    """Write a JSON value as the properties `<name>0`, `<name>1` …, compressed."""
    packed = zlib.compress(json.dumps(value, separators=(",", ":")).encode())
    parts = range(0, len(packed), _MOST_BYTES)
    return {f"{name}{number}": packed[start : start + _MOST_BYTES] for number, start in enumerate(parts)}


def size_of(properties: Mapping[str, bytes]) -> int:
    """Give the bytes that a document takes of the 1 MiB that a row may have."""
    return sum(len(part) for part in properties.values())


def read_document(row: Row, name: str) -> Any:
    """Read the JSON value of that name, None where there is none. Raises UnreadableRow."""
    _require_known_version(row)
    parts: list[bytes] = []
    while isinstance(part := row.properties.get(f"{name}{len(parts)}"), bytes):
        parts.append(part)
    try:
        return json.loads(zlib.decompress(b"".join(parts))) if parts else None
    except (zlib.error, ValueError) as damage:
        raise UnreadableRow(f"The document {name} of the row {row.row} is damaged: {damage}") from damage


def record(name: str, value: object, kind: Any) -> dict[str, bytes]:
    """Write a value of the model as a document."""
    return document(name, to_json(value, kind))


def read_record(row: Row, name: str, kind: Any) -> Any:
    """Read a value of the model, of that type. Raises UnreadableRow, also where there is none."""
    data = read_document(row, name)
    try:
        return from_json(data, kind)
    except ValueError as damage:
        raise UnreadableRow(f"The document {name} of the row {row.row} makes no sense: {damage}") from damage


def plain_record(value: object, kind: Any) -> str:
    """Write a small value of the model as text that a query can look for."""
    return json.dumps(to_json(value, kind), separators=(",", ":"))


def read_plain(row: Row, name: str, kind: Any) -> Any:
    """Read a value that is written as text. Raises UnreadableRow."""
    try:
        return from_json(json.loads(row.properties[name]), kind)
    except (ValueError, LookupError) as damage:
        raise UnreadableRow(f"The property {name} of the row {row.row} makes no sense: {damage}") from damage


def plain(text: str) -> str:
    """Make a text fit for a property that people read: what none can hold is replaced, or cut off."""
    held = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text).encode("utf-16-le", "replace")
    if len(held) <= 2 * _MOST_UNITS:
        return held.decode("utf-16-le")
    return held[: 2 * _MOST_UNITS].decode("utf-16-le", "ignore") + "…"


def digest(text: str | bytes) -> str:
    """Give a key for any text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text).hexdigest()


def stamp(at: datetime) -> str:
    """Give what keys that sort by time begin with, to the second."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def subject_keys(subject: ResourceId) -> tuple[str, str]:
    """Give a subject's partition and row key: keys can't hold every character, nor be as long as ids."""
    return partition_of(subject.subscription_id), digest(str(subject).casefold())


def partition_of(subscription_id: str) -> str:
    """Give the partition of a subscription's subjects; of those that lie in none, for ""."""
    subscription = subscription_id.casefold() or OF_THE_TENANT
    return subscription if _PLAIN_KEY.fullmatch(subscription) else digest(subscription)


def versioned(*parts: Properties) -> dict[str, Any]:
    """Join a row's properties, with the schema's version."""
    joined: dict[str, Any] = {"version": VERSION}
    for part in parts:
        joined |= part
    return joined


def _require_known_version(row: Row) -> None:
    version = row.properties.get("version")
    if isinstance(version, int) and 1 <= version <= VERSION:
        return
    raise UnreadableRow(
        f"The row {row.row} has schema version {version!r}, and this app knows {VERSION} at most:"
        " a newer version of the app wrote it. Deploy that version; until then nothing is done with this row"
    )
