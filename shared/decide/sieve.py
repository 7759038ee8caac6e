"""NSGs' rules made ready for connections that differ in nothing but their private address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.decide.addresses import Addresses, is_single
from shared.decide.cut import Cut
from shared.decide.reach import Reach, Whom
from shared.decide.rule_match import Doubt, covers_all_ports, local_side, match_service, match_side, remote_side
from shared.decide.rulings import Ruling, agreement, rule_on
from shared.decide.service_tags import TagReading
from shared.model.estate import Access, Direction, SecurityRule

_SOME_ADDRESSES = "it is for some of the addresses only"
_SOME_PORTS = "it is for some source ports only"
_NOT_READ = Ruling()
_NOT_MET = Ruling(Access.ALLOW)

# The pieces of the remote addresses, with a bit for each, that a ruling is for.
type _Judged = dict[Ruling, int]
type _Together = dict[tuple[int | None, Ruling], int]


@dataclass(frozen=True, slots=True)
class Service:
    """The rules of an NSG, in order, that match connections to some port, or may.

    `doubts` say for each why it may not: what counts before any doubt about its private addresses, and after.
    """

    rules: tuple[SecurityRule, ...]
    doubts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Portion:
    """Remote addresses and what becomes of them.

    By the NSG at that place among those that the connections meet; None is by none. Few are asked which addresses.
    """

    cut: Cut
    pieces: int
    ruling: Ruling
    place: int | None

    @property
    def addresses(self) -> Addresses:
        return self.cut.addresses(self.pieces)

    def __eq__(self, other: object) -> bool:
        """Compare what it says, however it was cut."""
        return isinstance(other, Portion) and self._said == other._said

    def __hash__(self) -> int:
        """Hash what it says."""
        return hash(self._said)

    @property
    def _said(self) -> tuple[Addresses, Ruling, int | None]:
        return self.addresses, self.ruling, self.place


@dataclass(frozen=True, slots=True)
class Sifted:
    """What each NSG by itself does with connections, and what all of them do."""

    by_group: tuple[tuple[Portion, ...], ...]
    together: tuple[Portion, ...]


def serve(rules: Iterable[SecurityRule], direction: Direction, port: int) -> Service:
    """Choose the rules for connections to a port, as far as that hangs on no address."""
    found = [(rule, doubts) for rule in rules if (doubts := match_service(rule, direction, port)) is not None]
    return Service(
        tuple(rule for rule, _ in found),
        tuple(
            (next(filter(None, doubts), ""), "" if covers_all_ports(rule.source_port_ranges) else _SOME_PORTS)
            for rule, doubts in found
        ),
    )


class Sieve:
    """The rules of the NSGs that connections meet, for one set of remote addresses; None is an NSG not read."""

    def __init__(self, services: Sequence[Service | None], remote: Addresses, readings: Sequence[TagReading]) -> None:
        """Match all that does not hang on a private address."""
        reach = Reach([rule for one in services if one for rule in one.rules], remote, readings, remote_side)
        self._cut = reach.cut
        self._groups = [
            None if one is None else [_Lane(one, reach, place, reading) for place, reading in enumerate(readings)]
            for one in services
        ]
        self._lanes = [lane for lanes in self._groups for lane in lanes or ()]
        self._knows_alike = all(lane.whom.knows_alike for lane in self._lanes)
        self._known: dict[tuple[tuple[int, int], ...], Sifted] = {}

    def judge(self, local: Addresses) -> Sifted:
        """Split connections by the rules that decide: the very same for private addresses that are alike to them."""
        if not (is_single(local) and self._knows_alike):
            return self._judge(local)
        alike = tuple([lane.concerned(local) for lane in self._lanes])
        if alike not in self._known:
            self._known[alike] = self._judge(local)
        return self._known[alike]

    def _judge(self, local: Addresses) -> Sifted:
        whole = self._cut.everything
        by_group: list[tuple[Portion, ...]] = []
        together: _Together = {(None, _NOT_MET): whole} if whole else {}
        for place, lanes in enumerate(self._groups):
            judged = {_NOT_READ: whole} if lanes is None else _judge_by(lanes, local, whole)
            by_group.append(self._portions(((place, ruling), pieces) for ruling, pieces in judged.items()))
            together = _both(together, judged, place)
        return Sifted(tuple(by_group), self._portions(together.items()))

    def _portions(self, found: Iterable[tuple[tuple[int | None, Ruling], int]]) -> tuple[Portion, ...]:
        return tuple(Portion(self._cut, pieces, ruling, place) for (place, ruling), pieces in found)


class _Lane:
    """The rules of one NSG, as one reading of the tags has them."""

    def __init__(self, service: Service, reach: Reach, place: int, reading: TagReading) -> None:
        taken = [reach.take(rule, place) for rule in service.rules]
        self._rules = list(zip(service.rules, service.doubts, taken, strict=True))
        self._reaching = sum(1 << place for place, one in enumerate(taken) if one.possible)
        self.whom, self.reading = Whom(service.rules, reading), reading

    def concerned(self, local: Addresses) -> tuple[int, int]:
        """Tell which of the rules are for all of some private addresses, and which may be for any."""
        for_all, for_any = self.whom.concerned(local)
        return for_all & self._reaching, for_any & self._reaching

    def judge(self, local: Addresses, everything: int) -> _Judged:
        """Go through the rules in order: each decides what it matches for certain of what is still undecided."""
        judged: _Judged = {}
        for_all, for_any = self.concerned(local)
        undecided: list[tuple[int, tuple[Doubt, ...]]] = [(everything, ())] if everything else []
        for place, (rule, (before, after), taken) in enumerate(self._rules):
            if not for_any >> place & 1:
                continue
            doubt = before or ("" if for_all >> place & 1 else self._doubt(rule, local)) or after
            certain, possible = 0 if doubt else taken.certain, taken.possible
            rest: list[tuple[int, tuple[Doubt, ...]]] = []
            for pieces, doubts in undecided:
                left = pieces & ~certain
                if pieces & certain:
                    judged[rule_on(rule, doubts)] = pieces & certain
                if left & possible:
                    rest.append((left & possible, (*doubts, Doubt(rule, doubt or taken.doubt))))
                if left & ~possible:
                    rest.append((left & ~possible, doubts))
            undecided = rest
            if not undecided:
                break
        return judged | {Ruling(doubts=doubts): pieces for pieces, doubts in undecided}

    def _doubt(self, rule: SecurityRule, local: Addresses) -> str:
        return match_side(local_side(rule), local, self.reading).doubt or _SOME_ADDRESSES


def _judge_by(lanes: Sequence[_Lane], local: Addresses, whole: int) -> _Judged:
    """Judge by every reading; where they disagree it can't be told."""
    judged = lanes[0].judge(local, whole)
    for lane in lanes[1:]:
        theirs = lane.judge(local, whole)
        judged = _gathered(
            (agreement(one, other, lane.reading.doubt), pieces & others)
            for one, pieces in judged.items()
            for other, others in theirs.items()
        )
    return judged


def _both(first: _Together, second: _Judged, place: int) -> _Together:
    """Combine what NSGs do: a deny of either is final, and what counts is the first one's that does not allow."""
    return _gathered(
        ((place, other) if _second_decides(one, other) else (earlier, one), pieces & others)
        for (earlier, one), pieces in first.items()
        for other, others in second.items()
    )


def _second_decides(one: Ruling, other: Ruling) -> bool:
    return one.access is Access.ALLOW or (one.access is None and other.access is Access.DENY)


def _gathered[Key](found: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    gathered: dict[Key, int] = {}
    for key, pieces in found:
        if pieces:
            gathered[key] = gathered.get(key, 0) | pieces
    return gathered
