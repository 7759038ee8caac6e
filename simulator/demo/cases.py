"""How each VM of the story and its NSGs should end; what people do to them changes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.build import add_filler_applications
from simulator.estate.announce import announce
from simulator.estate.registrations import REGISTRATIONS, Registration, subject_of
from simulator.estate.situations import EVERYDAY, Expected
from simulator.world import World

OTHERS = 200


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


@dataclass(frozen=True, slots=True)
class RegistrationCase:
    """How an app registration of the story should end."""

    registration: Registration
    application_id: str

    @property
    def subject(self) -> str:
        return subject_of(self.application_id)


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


def build_registrations(world: World) -> list[RegistrationCase]:
    """Put every everyday app registration into the tenant, and many that have nothing to do with gateways."""
    add_filler_applications(world, OTHERS)
    return [RegistrationCase(one, one.build(world)) for one in REGISTRATIONS]
