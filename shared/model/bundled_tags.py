"""Service tags that come with the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BundledTags:
    """Prefixes of service tags as they were on a day, in lower case: for when Azure's own list can't be read."""

    as_of: str
    prefixes: Mapping[str, tuple[str, ...]]
