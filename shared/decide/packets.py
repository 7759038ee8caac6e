"""Sets of packets, as boxes: each packet whose protocol, ports and addresses lie in the box's sets of them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from shared.decide.addresses import NOWHERE, Addresses

PROTOCOLS = ("Tcp", "Udp", "Icmp", "Esp", "Ah")
"""Azure's names of all that an NSG tells apart; `*` is all of them."""

_LARGEST_PORT = 65535


class Numbers(NamedTuple):
    """What packets are but for their addresses: protocols, by their place in PROTOCOLS, and ports.

    They are sets of numbers as addresses are. Either all of the protocols have ports or none has.
    """

    protocols: Addresses
    source_ports: Addresses
    destination_ports: Addresses


class Packets(NamedTuple):
    """A box of packets: those whose numbers and addresses are all in the box's sets of them."""

    protocols: Addresses
    source_ports: Addresses
    destination_ports: Addresses
    sources: Addresses
    destinations: Addresses

    @property
    def numbers(self) -> Numbers:
        return Numbers(*self[:3])

    @property
    def is_empty(self) -> bool:
        return not all(self)


def _numbers(first: int, last: int) -> Addresses:
    return Addresses(((first, last),))


ALL_PROTOCOLS = _numbers(0, len(PROTOCOLS) - 1)
WITH_PORTS = _numbers(0, 1)
# No packet has port 0, so that both of Azure's ways to write all ports, from 0 and from 1 on, are the same.
ALL_PORTS = _numbers(1, _LARGEST_PORT)


@lru_cache(maxsize=64)
def parse_protocol(text: str) -> Addresses:
    """Read a protocol's name, or `*` for all. Raises ValueError for what Azure has no name for."""
    name = text.strip().casefold()
    if name == "*":
        return ALL_PROTOCOLS
    names = [protocol.casefold() for protocol in PROTOCOLS]
    if name not in names:
        raise ValueError(f"{text!r} is no protocol; name one of {', '.join(PROTOCOLS)} or *")
    return _numbers(names.index(name), names.index(name))


def parse_ports(text: str) -> Addresses:
    """Read a port, a range of ports, or `*` for all. Raises ValueError for anything else."""
    if text.strip() == "*":
        return ALL_PORTS
    low, dash, high = (part.strip() for part in text.partition("-"))
    ends = (low, high if dash else low)
    if not all(end.isascii() and end.isdigit() and len(end) <= 5 for end in ends):
        raise ValueError(f"{text!r} is no port; name one such as 443, a range such as 400-500, or *")
    first, last = int(ends[0]), int(ends[1])
    if first > last or last > _LARGEST_PORT:
        raise ValueError(f"{text!r} is no range of ports from 0 to {_LARGEST_PORT}")
    return _numbers(max(first, 1), last) if last else NOWHERE


def protocol_names(protocols: Addresses) -> tuple[str, ...]:
    """Name the protocols of a set; `*` for all."""
    if protocols.covers(ALL_PROTOCOLS):
        return ("*",)
    return tuple(PROTOCOLS[number] for low, high in protocols.ranges for number in range(low, high + 1))


def port_ranges(ports: Addresses) -> tuple[str, ...]:
    """Write a set of ports as Azure does; `*` for all."""
    if ports.covers(ALL_PORTS):
        return ("*",)
    return tuple(str(low) if low == high else f"{low}-{high}" for low, high in ports.ranges)
