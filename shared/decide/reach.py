"""What rules match of one end of traffic, made ready to be asked for again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from shared.decide.addresses import Addresses, union
from shared.decide.cut import Cut
from shared.decide.index import Index
from shared.decide.rule_match import Side, local_side, match_everywhere, match_side
from shared.decide.service_tags import Match, TagReading
from shared.model.estate import SecurityRule


class Taken(NamedTuple):
    """The pieces of a cut that a rule matches, for certain and at most; `doubt` says why the two differ."""

    certain: int
    possible: int
    doubt: str = ""


class Reach:
    """What rules match of some addresses with one of their sides, by each reading of the tags."""

    def __init__(
        self,
        rules: Sequence[SecurityRule],
        addresses: Addresses,
        readings: Sequence[TagReading],
        side_of: Callable[[SecurityRule], Side],
    ) -> None:
        """Match all the rules, and cut the addresses so that each of them has whole pieces."""
        matches = [
            {id(rule): match_side(side_of(rule), addresses, reading) for rule in rules} for reading in readings
        ]
        self.cut = Cut(addresses, (some for by_rule in matches for match in by_rule.values() for some in match.sets))
        self._taken = [{rule: take(match, self.cut) for rule, match in by_rule.items()} for by_rule in matches]

    def take(self, rule: SecurityRule, reading: int) -> Taken:
        """Tell what one of the rules matches by the reading in that place."""
        return self._taken[reading][id(rule)]


class SingleReach:
    """What rules match of one address: the next traffic's is another, so that none is matched before it is asked."""

    def __init__(
        self, address: Addresses, readings: Sequence[TagReading], side_of: Callable[[SecurityRule], Side]
    ) -> None:
        """Begin with nothing matched."""
        self.cut = Cut(address, ())
        self._number, self._readings, self._side_of = address.ranges[0][0], readings, side_of

    def take(self, rule: SecurityRule, reading: int) -> Taken:
        """Tell what a rule matches by the reading in that place."""
        certain, *perhaps = match_everywhere(self._side_of(rule), self._readings[reading])
        if certain.possible.has(self._number):
            return Taken(1, 1)
        doubt = next((match.doubt for match in perhaps if match.possible.has(self._number)), None)
        return Taken(0, 0) if doubt is None else Taken(0, 1, doubt)


class Whom:
    """Whom the rules of one NSG are for, as one reading of the tags has it; with a bit for each rule."""

    def __init__(self, rules: Sequence[SecurityRule], reading: TagReading) -> None:
        """Put the private addresses of all the rules into an index."""
        matches = [match_everywhere(local_side(rule), reading) for rule in rules]
        self._certain = Index(certain.possible for certain, *_ in matches)
        self._possible = Index(union(match.possible for match in some) for some in matches)
        self._all = (1 << len(rules)) - 1
        self.knows_alike = all(len(some) <= 2 for some in matches)
        """Whether two addresses that concern the same rules are the same to them: no rule has two doubts to tell."""

    def concerned(self, local: Addresses) -> tuple[int, int]:
        """Tell which rules are for all of some private addresses for certain, and which may be for any.

        A service tag's addresses are in no index: for those, any rule may be, and none is for certain.
        """
        if local.tags:
            return 0, self._all
        return self._certain.having_all(local) & self._all, self._possible.having_any(local)


def take(match: Match, cut: Cut) -> Taken:
    """Say in pieces of a cut what a rule matches."""
    certain = cut.pieces(match.certain)
    return Taken(certain, certain if match.possible is match.certain else cut.pieces(match.possible), match.doubt)
