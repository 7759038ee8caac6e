"""Sets of addresses, of both families at once, as sorted ranges of numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce
from ipaddress import IPv4Address, IPv6Address, ip_network, summarize_address_range

type Range = tuple[int, int]

# IPv6 addresses are numbered from here on, so that no range ever runs from one family into the other.
_IPV6 = 1 << 129


@dataclass(frozen=True, slots=True)
class Addresses:
    """A set of addresses. `tags` are service tags whose addresses are not known: each counts as one whole."""

    ranges: tuple[Range, ...] = ()
    tags: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.ranges or self.tags)

    def __or__(self, other: Addresses) -> Addresses:
        ranges = (
            _merged([*self.ranges, *other.ranges]) if self.ranges and other.ranges else self.ranges or other.ranges
        )
        return Addresses(ranges, self.tags | other.tags)

    def __and__(self, other: Addresses) -> Addresses:
        return Addresses(_common(self.ranges, other.ranges), self.tags & other.tags)

    def __sub__(self, other: Addresses) -> Addresses:
        return Addresses(_without(self.ranges, other.ranges), self.tags - other.tags)

    def covers(self, other: Addresses) -> bool:
        """Tell whether every address of `other` is one of these."""
        return other is self or not other - self

    def prefixes(self) -> tuple[str, ...]:
        """Write the set as CIDR prefixes and names of tags, in order."""
        return (*(text for ends in self.ranges for text in _prefixes(ends)), *sorted(self.tags))


@lru_cache(maxsize=8192)
def parse_prefix(text: str) -> Addresses:
    """Read a CIDR prefix or a single address of either family.

    Raises ValueError for anything else.
    """
    network = ip_network(text.strip(), strict=False)
    base = 0 if network.version == 4 else _IPV6
    return Addresses(((base + int(network.network_address), base + int(network.broadcast_address)),))


@lru_cache(maxsize=256)
def parse_prefixes(texts: tuple[str, ...]) -> Addresses:
    """Read a list of prefixes into one set, leaving out what is none."""
    return Addresses(_merged(ends for text in texts for ends in _ranges(text)))


def union(sets: Iterable[Addresses]) -> Addresses:
    """Put sets together."""
    return reduce(Addresses.__or__, sets, Addresses())


def family_of(addresses: Addresses) -> int:
    """Tell the IP version, 4 or 6, of the first address."""
    return 6 if addresses.ranges and addresses.ranges[0][0] >= _IPV6 else 4


NOWHERE = Addresses()
ALL_OF_FAMILY = {4: parse_prefix("0.0.0.0/0"), 6: parse_prefix("::/0")}


def _ranges(text: str) -> tuple[Range, ...]:
    try:
        return parse_prefix(text).ranges
    except ValueError:
        return ()


def _merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _common(ours: tuple[Range, ...], theirs: tuple[Range, ...]) -> tuple[Range, ...]:
    few, many = (ours, theirs) if len(ours) <= len(theirs) else (theirs, ours)
    return tuple((max(low, start), min(high, end)) for low, high in few for start, end in _touching(many, low, high))


def _touching(ranges: tuple[Range, ...], low: int, high: int) -> tuple[Range, ...]:
    """Cut out the ranges that reach into low..high: tags have thousands, and most rules touch few of them."""
    return ranges[bisect_left(ranges, low, key=_last) : bisect_right(ranges, high, key=_first)]


def _without(ours: tuple[Range, ...], theirs: tuple[Range, ...]) -> tuple[Range, ...]:
    if not theirs:
        return ours
    rest: list[Range] = []
    for start, end in ours:
        low = start
        for their_low, their_high in _touching(theirs, start, end):
            if their_low > low:
                rest.append((low, their_low - 1))
            low = their_high + 1
        if low <= end:
            rest.append((low, end))
    return tuple(rest)


def _first(ends: Range) -> int:
    return ends[0]


def _last(ends: Range) -> int:
    return ends[1]


def _prefixes(ends: Range) -> tuple[str, ...]:
    low, high = ends
    if low < _IPV6:
        return tuple(str(net) for net in summarize_address_range(IPv4Address(low), IPv4Address(high)))
    first, last = IPv6Address(low - _IPV6), IPv6Address(high - _IPV6)
    return tuple(str(net) for net in summarize_address_range(first, last))
