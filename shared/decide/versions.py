"""Comparing dotted versions by their numbers."""

from __future__ import annotations

import re

_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")


def parse_version(text: str) -> tuple[int, ...]:
    """Read a dotted version so that it compares by its numbers, whatever zeros it ends in.

    Raises ValueError for anything that is not digits and dots.
    """
    stripped = text.strip()
    if not _VERSION.fullmatch(stripped):
        raise ValueError(f"{text!r} is no version")
    numbers = [int(number) for number in stripped.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
