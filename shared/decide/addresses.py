"""Sets of addresses, of both families at once, as sorted ranges of numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range

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
        return other is self or (other.tags <= self.tags and all(map(self._has_all, other.ranges)))

    def has(self, number: int) -> bool:
        """Tell whether the address of a number is one of these."""
        return self._has_all((number, number))

    def _has_all(self, ends: Range) -> bool:
        # Ranges that touch are one, so that nothing lies in two of them.
        place = bisect_left(self.ranges, (ends[0] + 1,)) - 1
        return place >= 0 and self.ranges[place][1] >= ends[1]

    def prefixes(self) -> tuple[str, ...]:
        """Write the set as CIDR prefixes and names of tags, in order."""
        return (*(text for ends in self.ranges for text in _prefixes(ends)), *sorted(self.tags))


@lru_cache(maxsize=8192)
def parse_prefix(text: str) -> Addresses:
    """Read a CIDR prefix or a single address of either family.

    Raises ValueError for anything else.
    """
    return Addresses((_parse(text),))


@lru_cache(maxsize=256)
def parse_prefixes(texts: tuple[str, ...]) -> Addresses:
    """Read a list of prefixes into one set, leaving out what is none."""
    return Addresses(_merged(ends for text in texts for ends in _ranges(text)))


def union(sets: Iterable[Addresses]) -> Addresses:
    """Put sets together. Many are often the very same."""
    distinct = list({id(some): some for some in sets if some}.values())
    if len(distinct) == 1:
        return distinct[0]
    ranges = _merged(ends for some in distinct for ends in some.ranges)
    return Addresses(ranges, frozenset().union(*(some.tags for some in distinct)))


def family_of(addresses: Addresses) -> int:
    """Tell the IP version, 4 or 6, of the first address."""
    return 6 if addresses.ranges and addresses.ranges[0][0] >= _IPV6 else 4


def is_single(addresses: Addresses) -> bool:
    """Tell whether a set is one address."""
    return not addresses.tags and len(addresses.ranges) == 1 and addresses.ranges[0][0] == addresses.ranges[0][1]


NOWHERE = Addresses()
ALL_OF_FAMILY = {4: Addresses(((0, (1 << 32) - 1),)), 6: Addresses(((_IPV6, _IPV6 + (1 << 128) - 1),))}
EVERYWHERE = Addresses(ALL_OF_FAMILY[4].ranges + ALL_OF_FAMILY[6].ranges)


def _parse(text: str) -> Range:
    text = text.strip()
    if "/" not in text:
        number = _number(ip_address(text))
        return number, number
    network = ip_network(text, strict=False)
    return _number(network.network_address), _number(network.broadcast_address)


def _number(address: IPv4Address | IPv6Address) -> int:
    return int(address) + (0 if address.version == 4 else _IPV6)


def _ranges(text: str) -> tuple[Range, ...]:
    try:
        return (_parse(text),)
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
    common: list[Range] = []
    place, end = 0, len(many)
    for low, high in few:
        place = _first_reaching(many, low, place)
        while place < end and many[place][0] <= high:
            theirs_low, theirs_high = shared = many[place]
            is_inside = low <= theirs_low and theirs_high <= high
            common.append(shared if is_inside else (max(low, theirs_low), min(high, theirs_high)))
            if theirs_high > high:
                break
            place += 1
    return tuple(common)


def _without(ours: tuple[Range, ...], theirs: tuple[Range, ...]) -> tuple[Range, ...]:
    if not theirs:
        return ours
    rest: list[Range] = []
    place, end = 0, len(theirs)
    for ours_low, high in ours:
        low = ours_low
        place = _first_reaching(theirs, low, place)
        while place < end and theirs[place][0] <= high:
            theirs_low, theirs_high = theirs[place]
            if theirs_low > low:
                rest.append((low, theirs_low - 1))
            low = theirs_high + 1
            if low > high:
                break
            place += 1
        if low <= high:
            rest.append((low, high))
    return tuple(rest)


def _first_reaching(ranges: tuple[Range, ...], low: int, place: int) -> int:
    """Find the first range from `place` on that ends at `low` or later: tags have thousands, mostly out of reach."""
    if place < len(ranges) and ranges[place][1] < low:
        place = bisect_left(ranges, (low,), place)
        if ranges[place - 1][1] >= low:
            place -= 1
    return place


@lru_cache(maxsize=8192)
def _prefixes(ends: Range) -> tuple[str, ...]:
    low, high = ends
    if low < _IPV6:
        return tuple(str(net) for net in summarize_address_range(IPv4Address(low), IPv4Address(high)))
    first, last = IPv6Address(low - _IPV6), IPv6Address(high - _IPV6)
    return tuple(str(net) for net in summarize_address_range(first, last))
