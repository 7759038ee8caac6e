"""What the address prefixes and service tags of a rule stand for in a given network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce

from shared.decide.addresses import ALL_OF_FAMILY, NOWHERE, Addresses, parse_prefix, parse_prefixes, union
from shared.decide.security_group_members import NOBODY_KNOWN, Members
from shared.model.bundled_tags import BundledTags

WINDOWS_ADMIN_CENTER = "WindowsAdminCenter"
AZURE_ACTIVE_DIRECTORY = "AzureActiveDirectory"
VIRTUAL_NETWORK = "VirtualNetwork"
INTERNET = "Internet"

_NEEDED_SERVICES = frozenset({WINDOWS_ADMIN_CENTER, AZURE_ACTIVE_DIRECTORY})
# Azure's effective rules count this address of the host, which no person connects from, to every VirtualNetwork.
AZURE_HOST = parse_prefix("168.63.129.16")
_HOLDING_THE_HOST = frozenset({VIRTUAL_NETWORK.casefold(), INTERNET.casefold()})
_LOAD_BALANCER = AZURE_HOST | parse_prefix("fe80::1234:5678:9abc")
# What Azure's effective rules leave out of Internet, whatever the network; of IPv6, what is not global.
NOT_INTERNET = parse_prefixes(
    (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"),
        *("::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
)
_TAG = re.compile(r"[a-z][a-z0-9]*(\.[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Match:
    """Which addresses are matched for certain, and which at most; `doubt` says why the two differ."""

    certain: Addresses = NOWHERE
    possible: Addresses = NOWHERE
    doubt: str = ""

    @property
    def sets(self) -> tuple[Addresses, Addresses]:
        return self.certain, self.possible

    def within(self, addresses: Addresses) -> Match:
        """Leave of what is matched what is among some addresses."""
        certain = self.certain & addresses
        if self.possible is self.certain:
            return Match(certain, certain)
        return settled(Match(certain, self.possible & addresses, self.doubt))

    def __or__(self, other: Match) -> Match:
        return Match(self.certain | other.certain, self.possible | other.possible, self.doubt or other.doubt)


@dataclass(slots=True)
class Asked:
    """What a reading was asked before, since most rules and flows are asked about again and again.

    `everywhere` is what sides of rules match of all addresses; `within`, what they match of some, by the identity of
    those; `prefixes`, what lists of prefixes match; `meant`, what those mean as an end of traffic.
    """

    everywhere: dict[object, tuple[Match, ...]] = field(default_factory=dict)
    within: dict[object, tuple[Addresses, Match]] = field(default_factory=dict)
    prefixes: dict[tuple[tuple[str, ...], Addresses], Match] = field(default_factory=dict)
    meant: dict[tuple[str, ...], Addresses] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TagReading:
    """One way to read the tags of a network for traffic of one IP family.

    `interfaces` are the addresses that network interfaces may have there: an application security group has no
    others. In a `tunnelled` reading VirtualNetwork is every address and Internet none: so it is where routes say so.
    In one with `public_routes` VirtualNetwork has some public addresses, and perhaps those of a tag without any.
    `doubt` says why the network may be read that way.
    """

    family: int
    virtual_network: Addresses
    internet: Addresses
    service_tags: Mapping[str, tuple[str, ...]]
    bundled: BundledTags | None = None
    interfaces: Addresses = NOWHERE
    members: Members = NOBODY_KNOWN
    tunnelled: bool = False
    public_routes: bool = False
    doubt: str = ""
    asked: Asked = field(default_factory=Asked, init=False, repr=False, compare=False)


def addresses_of_all(prefixes: tuple[str, ...], reading: TagReading) -> Addresses:
    """Give the addresses that traffic from or to any of `prefixes` can have: the very same each time."""
    meant = reading.asked.meant
    if prefixes not in meant:
        meant[prefixes] = union(addresses_of(prefix, reading) for prefix in prefixes)
    return meant[prefixes]


def addresses_of(prefix: str, reading: TagReading) -> Addresses:
    """Give the addresses that traffic from or to `prefix` can have; a tag of unknown addresses is one whole.

    Those of a bundled list are some of the tag's; it may have others by now, which that whole stands for.
    """
    everything = ALL_OF_FAMILY[reading.family]
    token = prefix.strip().casefold()
    if token in _FIXED:
        named = _FIXED[token](everything, reading).certain
        return named - AZURE_HOST if token in _HOLDING_THE_HOST else named
    known = parse_prefixes(reading.service_tags.get(token, (prefix,))) & everything
    if known or not _TAG.fullmatch(token):
        return known
    return Addresses((_bundled(token, reading) & everything).ranges, frozenset({_spelling(prefix)}))


def match_prefixes(prefixes: tuple[str, ...], within: Addresses, reading: TagReading) -> Match:
    """Tell which addresses of `within` a rule's list of prefixes and tags matches."""
    asked, key = reading.asked.prefixes, (prefixes, within)
    if key not in asked:
        asked[key] = settled(reduce(Match.__or__, match_each(prefixes, within, reading), Match()))
    return asked[key]


def match_each(prefixes: tuple[str, ...], within: Addresses, reading: TagReading) -> list[Match]:
    """Tell it of each tag by itself, and of all prefixes together."""
    literals, whole_families, symbols = _sorted_out(prefixes)
    if "*" in symbols or reading.family in whole_families:
        return [Match(within, within)]
    matches = [_match_symbol(symbol, within, reading) for symbol in symbols]
    matches += [_match_literals(literals, within, reading)] if literals else []
    return list(map(settled, matches))


def settled(match: Match) -> Match:
    """Drop the doubt of a match that is certain after all."""
    return match if match.possible != match.certain else Match(match.certain, match.certain)


@lru_cache(maxsize=8192)
def _sorted_out(prefixes: tuple[str, ...]) -> tuple[Addresses, frozenset[int], tuple[str, ...]]:
    """Tell the addresses among the prefixes, which IP families they are all of, and the rest: names and `*`."""
    literals = parse_prefixes(prefixes)
    whole = frozenset(family for family, everything in ALL_OF_FAMILY.items() if literals.covers(everything))
    return literals, whole, tuple(text.strip() for text in prefixes if text.strip() and not parse_prefixes((text,)))


def _match_literals(literals: Addresses, within: Addresses, reading: TagReading) -> Match:
    certain = Addresses((literals & within).ranges)
    tags = within.tags if literals - NOT_INTERNET else frozenset()
    return Match(certain, certain | Addresses(tags=tags), _not_known(tags, reading))


def _match_symbol(text: str, within: Addresses, reading: TagReading) -> Match:
    symbol = text.casefold()
    if symbol in _FIXED:
        return _FIXED[symbol](within, reading)
    if not _TAG.fullmatch(symbol):
        return Match(possible=within, doubt=f"{text} is no prefix that could be read")
    return _match_service_tag(text, within, reading)


def _match_service_tag(text: str, within: Addresses, reading: TagReading) -> Match:
    symbol = text.casefold()
    known, inside, apart = reading.service_tags.get(symbol), _inside(symbol), _apart_from(symbol)
    tags = frozenset(tag for tag in within.tags if tag in inside or tag.casefold() == symbol)
    at_most_tags = Addresses(tags=within.tags - tags - apart)
    if known is not None:
        matched = Addresses((within & parse_prefixes(known)).ranges, tags)
        return Match(matched, matched | at_most_tags, _not_known(at_most_tags.tags, reading))
    matched = Addresses((within & (_prefixes_of(inside, reading) | _bundled(symbol, reading))).ranges, tags)
    at_most = Addresses((within - NOT_INTERNET - _prefixes_of(apart, reading)).ranges)
    return Match(matched, matched | at_most | at_most_tags, _not_known({text}, reading))


def _match_all(within: Addresses, _reading: TagReading) -> Match:
    return Match(within, within)


def _match_virtual_network(within: Addresses, reading: TagReading) -> Match:
    if reading.tunnelled:
        return Match(within, within)
    matched = Addresses((within & reading.virtual_network).ranges)
    perhaps = Addresses(tags=within.tags) if reading.public_routes else NOWHERE
    return Match(matched, matched | perhaps, "the addresses of a service tag are not known")


def _match_internet(within: Addresses, reading: TagReading) -> Match:
    if reading.tunnelled:
        return Match()
    inside = NOWHERE.tags if reading.public_routes else within.tags & _inside("internet")
    matched = Addresses((within & reading.internet).ranges, inside)
    return Match(matched, matched | Addresses(tags=within.tags), "the addresses of a service tag are not known")


def _match_load_balancer(within: Addresses, _reading: TagReading) -> Match:
    matched = Addresses((within & _LOAD_BALANCER).ranges)
    return Match(matched, matched)


_FIXED = {
    "*": _match_all,
    "virtualnetwork": _match_virtual_network,
    "internet": _match_internet,
    "azureloadbalancer": _match_load_balancer,
}


def _inside(symbol: str) -> frozenset[str]:
    """Name the tags known to lie inside a tag, for when its own addresses are not known."""
    if symbol == "azurecloud":
        return _NEEDED_SERVICES
    return _NEEDED_SERVICES | {"AzureCloud"} if symbol == "internet" else frozenset()


def _apart_from(symbol: str) -> frozenset[str]:
    """Name the tags known to share no address with a tag: the two services that WAC needs are two services."""
    return (
        frozenset(tag for tag in _NEEDED_SERVICES if tag.casefold() != symbol) if _is_needed(symbol) else frozenset()
    )


def _is_needed(symbol: str) -> bool:
    return _spelling(symbol) in _NEEDED_SERVICES


def _prefixes_of(tags: frozenset[str], reading: TagReading) -> Addresses:
    return union(
        parse_prefixes(reading.service_tags.get(tag.casefold(), ())) | _bundled(tag.casefold(), reading)
        for tag in tags
    )


def _bundled(symbol: str, reading: TagReading) -> Addresses:
    return parse_prefixes(reading.bundled.prefixes.get(symbol, ())) if reading.bundled else NOWHERE


def _not_known(tags: Iterable[str], reading: TagReading) -> str:
    listed = ", ".join(sorted(tags))
    if reading.bundled and any(tag.casefold() in reading.bundled.prefixes for tag in tags):
        return f"the addresses of {listed} are not known: those bundled with the app are of {reading.bundled.as_of}"
    return f"the addresses of {listed} are not known"


def _spelling(tag: str) -> str:
    """Give Azure's spelling of the tags that the product itself speaks of."""
    known = {name.casefold(): name for name in (*_NEEDED_SERVICES, "AzureCloud")}
    return known.get(tag.strip().casefold(), tag.strip())
