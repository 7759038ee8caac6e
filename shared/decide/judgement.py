"""What an NSG does with the flows of a wish: as it is, without any rule of ours, and once needless ones are gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shared.decide.outrank import is_ours
from shared.decide.passage import Passage, judge_passages, without_ours
from shared.decide.wishes import Wish, claim_ours, has_same_content
from shared.model.desired import Outrank
from shared.model.estate import Estate, NetworkSecurityGroup, SecurityRule


@dataclass(frozen=True, slots=True)
class Judged:
    """A wish, the rule of ours that is there for it, and its flows judged.

    `actual` is by all the NSG's rules, `bare` without any of ours, `lasting` without those of ours that are to go.
    """

    wish: Wish
    existing: SecurityRule | None
    actual: tuple[Passage, ...]
    bare: tuple[Passage, ...]
    lasting: tuple[Passage, ...]

    @property
    def is_needed(self) -> bool:
        return any(passage.may_be_opened for passage in self.bare)

    @property
    def is_known(self) -> bool:
        return not any(passage.unknown for passage in self.bare)

    @property
    def is_as_wished(self) -> bool:
        return self.existing is not None and has_same_content(self.existing, self.wish.rule)

    @property
    def hidden(self) -> SecurityRule | None:
        """The rule of ours that is hidden by whatever denies a flow: as wished, it would let all of them pass."""
        return self.existing if self.is_as_wished else None

    @property
    def opens_what_it_is_for(self) -> bool:
        return self._opens(self.actual)

    @property
    def goes_on_opening_it(self) -> bool:
        return self._opens(self.lasting)

    def _opens(self, passages: Sequence[Passage]) -> bool:
        pairs = zip(passages, self.bare, strict=True)
        return all(passage.is_open for passage, bare in pairs if bare.may_be_opened)


def judge_wishes(
    estate: Estate, group: NetworkSecurityGroup, wishes: Sequence[Wish], outrank: Outrank
) -> tuple[Judged, ...]:
    """Judge the flows of every wish, as if all rules of ours were to stay."""
    claimed, has_ours = claim_ours(group, wishes), any(map(is_ours, group.security_rules))
    judged: list[Judged] = []
    for wish in wishes:
        actual = judge_passages(estate, wish.flows, group, outrank)
        bare = judge_passages(estate, wish.flows, without_ours(group), outrank) if has_ours else actual
        judged.append(Judged(wish, claimed.get(wish), actual, bare, actual))
    return tuple(judged)


def judge_lasting(
    estate: Estate, lasting: NetworkSecurityGroup, wishes: Iterable[Judged], outrank: Outrank
) -> tuple[Judged, ...]:
    """Judge them once more by what the NSG will be without the rules that are to go."""
    return tuple(replace(one, lasting=judge_passages(estate, one.wish.flows, lasting, outrank)) for one in wishes)
