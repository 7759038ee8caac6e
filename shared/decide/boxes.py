"""Boxes of packets as numbers: in each dimension, a bit for each piece of what all packets in question have there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import and_

# In the order of the dimensions of Packets.
type Box = tuple[int, ...]


def common(one: Box, other: Box) -> Box | None:
    """Give the packets that are in both boxes; None where there are none."""
    # Boxes differ in their addresses most of all, and those come last.
    if not one[-1] & other[-1]:
        return None
    found = tuple(map(and_, one, other))
    return None if 0 in found else found


def rest_of(box: Box, inside: Box) -> Iterator[tuple[int, Box]]:
    """Split what a box has outside of another one inside it into boxes, each with the dimension where it is so."""
    for dimension, (whole, taken) in enumerate(zip(box, inside, strict=True)):
        if whole == taken:
            continue
        yield dimension, _with(box, dimension, whole & ~taken)
        if not taken:
            return
        box = _with(box, dimension, taken)


def joined(boxes: Iterable[Box]) -> list[Box]:
    """Put boxes that share no packet into fewer, where all but one of their numbers are the same."""
    kept = list(boxes)
    for dimension in reversed(range(len(kept[0]) if kept else 0)):
        if len(kept) < 2:
            break
        alike: dict[Box, int] = {}
        for box in kept:
            others = _with(box, dimension, 0)
            alike[others] = alike.get(others, 0) | box[dimension]
        kept = [_with(others, dimension, pieces) for others, pieces in alike.items()]
    return kept


def _with(box: Box, dimension: int, pieces: int) -> Box:
    return (*box[:dimension], pieces, *box[dimension + 1 :])
