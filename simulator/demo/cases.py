"""How each VM of the story and its NSGs should end; what people do to them changes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.estate.announce import announce
from simulator.estate.situations import EVERYDAY, Expected
from simulator.world import World


@dataclass(slots=True)
class Case:
    """`rules` maps the name of each rule of the app's, in any of the NSGs, to its priority."""

    name: str
    story: str
    vm_id: str
    vm: Expected
    nsg_ids: tuple[str, ...] = ()
    nsgs: tuple[Expected, ...] = ()
    installs: int = 0
    rules: dict[str, int] = field(default_factory=dict)


def build_cases(world: World) -> dict[str, Case]:
    """Build every everyday situation and announce its VM; give the cases by name."""
    cases = {}
    for situation in EVERYDAY:
        built = situation.build(world)
        announce(world, built.vm_id)
        cases[situation.name] = Case(
            situation.name,
            situation.story,
            built.vm_id,
            situation.vm,
            built.nsg_ids,
            situation.nsgs,
            situation.installs,
            dict(situation.rules),
        )
    return cases
