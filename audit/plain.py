"""Other people's names as plain text: nothing in them may steer a terminal, or turn a line around."""

from __future__ import annotations

import unicodedata

# Control characters (escape sequences begin with one) and those that format (some turn the direction of writing).
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def plain(text: str) -> str:
    """Put a sign in place of every character that would not be shown but obeyed; line breaks become spaces."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\t":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in _STEERING else character
