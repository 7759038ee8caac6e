"""Other people's names as plain text: nothing in them may steer a terminal, or turn a line around."""

from __future__ import annotations

import re
import unicodedata

# Control characters (escape sequences begin with one) and those that format (some turn the direction of writing).
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ORDINARY = re.compile(r"[\x20-\x7e\n\t]*")
_LINE_BREAKS = str.maketrans("\n\t", "  ")


def visible(text: str) -> str:
    """Put a sign in place of every character that would not be shown but obeyed; lines stay lines."""
    if _ORDINARY.fullmatch(text):
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if _steers(one) else one for one in text)


def plain(text: str) -> str:
    """Give the same in one line."""
    return visible(text).translate(_LINE_BREAKS)


def _steers(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) in _STEERING
