"""Packets on their way through NSGs, in boxes of pieces: in each dimension they are cut where a rule splits them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import and_
from typing import NamedTuple

from shared.decide.addresses import Addresses, is_single
from shared.decide.boxes import Box, common, joined, rest_of
from shared.decide.cut import Cut
from shared.decide.packet_match import match_numbers
from shared.decide.packets import Numbers, Packets
from shared.decide.reach import Reach, SingleReach, Taken, Whom, take
from shared.decide.rule_match import Doubt, Side, local_side, remote_side
from shared.decide.rulings import Ruling, agreement, rule_on
from shared.decide.service_tags import TagReading
from shared.model.estate import Direction, SecurityRule

_NOT_READ = Ruling()

type _Judged = list[tuple[Box, Ruling]]
# For each reading, which rules are for all of the private addresses, and which may be for any.
type _Concerned = tuple[tuple[int, int], ...]
type _Crossed = list[tuple[Box, tuple[Ruling, ...]]]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Packets in pieces: few are asked which they are."""

    cuts: tuple[Cut, ...]
    box: Box

    @property
    def packets(self) -> Packets:
        return Packets(*[cut.addresses(pieces) for cut, pieces in zip(self.cuts, self.box, strict=True)])

    def __eq__(self, other: object) -> bool:
        """Compare the packets, however they were cut."""
        return isinstance(other, Region) and self.packets == other.packets

    def __hash__(self) -> int:
        """Hash the packets."""
        return hash(self.packets)


class Met(NamedTuple):
    """Rules of an NSG that packets meet, in order, and by each reading whom they are for."""

    rules: tuple[SecurityRule, ...]
    whom: tuple[Whom, ...]


class _Taking(NamedTuple):
    """What a rule takes of packets, for certain and at most; `doubts` say for each dimension why the two differ."""

    rule: SecurityRule
    certain: Box
    possible: Box
    doubts: tuple[str, ...]


class Crossing:
    """NSGs, None for one that was not read, ready for packets that differ in nothing but their private addresses."""

    def __init__(
        self,
        direction: Direction,
        numbers: Numbers,
        remote: Addresses,
        readings: Sequence[TagReading],
        groups: Sequence[Met | None],
    ) -> None:
        """Cut what the packets have in common by what the rules match of it."""
        self._numbers, self._readings, self._groups = numbers, readings, groups
        self._rules = [rule for group in groups if group for rule in group.rules]
        self._number_cuts = self._cut_numbers()
        self._remote = self._reach(remote, remote_side)
        # The last two dimensions are the source and the destination: the private one of them stands here.
        self._local_place = len(numbers) + (direction is Direction.INBOUND)
        self._takes: dict[tuple[int, int, Taken], _Taking | None] = {}
        self._knows_alike = all(one.knows_alike for group in groups if group for one in group.whom)
        self._known: dict[tuple[_Concerned, ...], _Crossed] = {}

    def judge(self, local: Addresses) -> list[tuple[Region, tuple[Ruling, ...]]]:
        """Split the packets of some private addresses by what becomes of them in each of the NSGs."""
        near = self._reach(local, local_side)
        concerned = tuple(
            [tuple([one.concerned(local) for one in group.whom]) if group else () for group in self._groups]
        )
        if is_single(local) and self._knows_alike:
            crossed = self._known.get(concerned) or self._cross(near, concerned)
            self._known[concerned] = crossed
        else:
            crossed = self._cross(near, concerned)
        cuts = tuple(self._with_near([*self._number_cuts, self._remote.cut], near.cut))
        return [(Region(cuts, box), rulings) for box, rulings in crossed]

    def _cross(self, near: Reach | SingleReach, concerned: Sequence[_Concerned]) -> _Crossed:
        far = [*self._number_cuts, self._remote.cut]
        everything: Box = tuple(self._with_near([cut.everything for cut in far], near.cut.everything))
        parts: _Crossed = [(everything, ())]
        for group, whom in zip(self._groups, concerned, strict=True):
            judged = self._judge(group.rules, whom, near, everything) if group else [(everything, _NOT_READ)]
            parts = [
                (both, (*rulings, ruling))
                for box, rulings in parts
                for among, ruling in judged
                if (both := common(box, among)) is not None
            ]
        return parts

    def _judge(
        self, rules: Sequence[SecurityRule], concerned: _Concerned, near: Reach | SingleReach, everything: Box
    ) -> _Judged:
        """Judge by every reading; where they disagree it can't be told."""
        swept = [
            _sweep(self._takings(rules, reading, whom, near), everything) for reading, whom in enumerate(concerned)
        ]
        judged = swept[0]
        for others, reading in zip(swept[1:], self._readings[1:], strict=True):
            judged = _gathered(
                (both, agreement(ruling, other, reading.doubt))
                for box, ruling in judged
                for among, other in others
                if (both := common(box, among)) is not None
            )
        return judged

    def _takings(
        self, rules: Sequence[SecurityRule], reading: int, concerned: tuple[int, int], near: Reach | SingleReach
    ) -> Iterator[_Taking]:
        for_all, for_any = concerned
        wholly = Taken(near.cut.everything, near.cut.everything)
        for place, rule in enumerate(rules):
            if for_any >> place & 1:
                here = wholly if for_all >> place & 1 else near.take(rule, reading)
                taking = self._taking(rule, reading, here)
                if taking is not None:
                    yield taking

    def _taking(self, rule: SecurityRule, reading: int, here: Taken) -> _Taking | None:
        """Put together what a rule takes; None where it can't match any remote address."""
        key = id(rule), reading, here
        if key not in self._takes:
            self._takes[key] = self._take(rule, self._remote.take(rule, reading), here)
        return self._takes[key]

    def _take(self, rule: SecurityRule, remote: Taken, here: Taken) -> _Taking | None:
        if not remote.possible:
            return None
        numbers = map(take, match_numbers(rule, self._numbers), self._number_cuts)
        certain, possible, doubts = zip(*self._with_near([*numbers, remote], here), strict=True)
        return _Taking(rule, certain, possible, doubts)

    def _cut_numbers(self) -> list[Cut]:
        matches = (
            [] if all(map(is_single, self._numbers)) else [match_numbers(rule, self._numbers) for rule in self._rules]
        )
        return [
            Cut(whole, () if is_single(whole) else (some for match in matches for some in match[place].sets))
            for place, whole in enumerate(self._numbers)
        ]

    def _reach(self, addresses: Addresses, side_of: Callable[[SecurityRule], Side]) -> Reach | SingleReach:
        if is_single(addresses):
            return SingleReach(addresses, self._readings, side_of)
        return Reach(self._rules, addresses, self._readings, side_of)

    def _with_near[Of](self, far: list[Of], near: Of) -> list[Of]:
        return [*far[: self._local_place], near, *far[self._local_place :]]


def _sweep(rules: Iterable[_Taking], everything: Box) -> _Judged:
    """Go through the rules in order: each decides what it matches for certain of what is still undecided."""
    judged: _Judged = []
    undecided: list[tuple[Box, tuple[Doubt, ...]]] = [(everything, ())]
    for taking in rules:
        left: list[tuple[Box, tuple[Doubt, ...]]] = []
        for box, doubts in undecided:
            possible = common(box, taking.possible)
            if possible is None:
                left.append((box, doubts))
                continue
            if possible != box:
                left += [(outside, doubts) for _, outside in rest_of(box, possible)]
            certain = tuple(map(and_, possible, taking.certain))
            for dimension, doubtful in rest_of(possible, certain) if certain != possible else ():
                left.append((doubtful, (*doubts, Doubt(taking.rule, taking.doubts[dimension]))))
            if 0 not in certain:
                judged.append((certain, rule_on(taking.rule, doubts)))
        undecided = left
        if not undecided:
            break
    return _gathered([*judged, *((box, Ruling(doubts=doubts)) for box, doubts in undecided)])


def _gathered(judged: Iterable[tuple[Box, Ruling]]) -> _Judged:
    """Put together what the same rules decide, into as few boxes as can be without looking long."""
    by_ruling: dict[Ruling, list[Box]] = {}
    for box, ruling in judged:
        by_ruling.setdefault(ruling, []).append(box)
    return [(box, ruling) for ruling, boxes in by_ruling.items() for box in joined(boxes)]
