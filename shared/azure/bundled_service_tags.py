"""The service tags that WAC needs as they were when this list was made, for when Azure's own can't be read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType

from shared.model.bundled_tags import BundledTags

_LIST = Path(__file__).with_suffix(".json")


@cache
def read_bundled_tags() -> BundledTags:
    """Read the list, which says where it is from, and of which day."""
    found = json.loads(_LIST.read_text(encoding="utf-8"))
    prefixes = {tag.casefold(): tuple(prefixes) for tag, prefixes in found["prefixes"].items()}
    return BundledTags(found["as_of"], MappingProxyType(prefixes))
