"""What the rules of one NSG say to some traffic, and what two readings of them agree on."""

from __future__ import annotations

from typing import NamedTuple

from shared.decide.rule_match import Doubt
from shared.model.estate import Access, SecurityRule


class Ruling(NamedTuple):
    """What becomes of traffic; `access` is None where that can't be told, for what `doubts` say.

    `rule` is None where no rule decides: the NSG was not read, or has no rule for it.
    """

    access: Access | None = None
    rule: SecurityRule | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def rules(self) -> tuple[SecurityRule, ...]:
        """Every rule that decides, or may."""
        return (*((self.rule,) if self.rule else ()), *(doubt.rule for doubt in self.doubts))


def rule_on(rule: SecurityRule, doubts: tuple[Doubt, ...]) -> Ruling:
    """Have a rule decide, after others that may have done so."""
    contradicted = any(doubt.rule.access is not rule.access for doubt in doubts)
    return Ruling(None if contradicted else rule.access, rule, doubts)


def agreement(one: Ruling, other: Ruling, why: str) -> Ruling:
    """Keep what both readings say, and in doubt the rules by which either decides."""
    is_agreed = one.access is other.access
    doubted = (other.rule,) if is_agreed else (one.rule, other.rule)
    doubts = {rule: Doubt(rule, why) for rule in doubted if rule is not None}
    doubts |= {doubt.rule: doubt for doubt in (*other.doubts, *one.doubts)}
    kept = tuple(doubt for doubt in doubts.values() if not is_agreed or doubt.rule != one.rule)
    return Ruling(one.access if is_agreed else None, one.rule, kept)
