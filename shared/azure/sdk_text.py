"""The text of an SDK's open enumerations, whose `str()` is not what Azure said."""

from __future__ import annotations

from enum import Enum


def text_of(value: str | Enum) -> str:
    """Give the word as Azure wrote it."""
    return str(value.value) if isinstance(value, Enum) else value
