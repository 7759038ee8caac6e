"""Free priorities of an NSG: whole numbers from 100 to 4096, each used once per direction."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

SMALLEST = 100
LARGEST = 4096


def greatest_free_below(limit: int, above: int, taken: AbstractSet[int]) -> int | None:
    """Find the greatest free priority that is greater than `above` and smaller than `limit`."""
    return next(
        (one for one in range(min(limit - 1, LARGEST), max(above, SMALLEST - 1), -1) if one not in taken), None
    )


def smallest_free_from(start: int, above: int, taken: AbstractSet[int]) -> int | None:
    """Find the smallest free priority that is at least `start` and greater than `above`."""
    return next((one for one in range(max(start, above + 1, SMALLEST), LARGEST + 1) if one not in taken), None)
