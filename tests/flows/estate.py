"""The whole estate, built, told of, disturbed, and held against what should have become of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.estate.announce import announce, announce_situation
from simulator.estate.situations import SITUATIONS, Built, Situation
from tests.flows.azure_with_app import AzureWithApp
from tests.flows.subscriber import picture, to_be_seen_to

HOUR = 3600.0
INSTALL_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Estate:
    """Situations in one world."""

    app: AzureWithApp
    built: dict[Situation, Built]

    @property
    def subjects(self) -> list[str]:
        return [subject for one in self.built.values() for subject in (one.vm_id, *one.nsg_ids)]

    def announce_all(self) -> None:
        """Tell of every VM and every NSG."""
        for subject in self.subjects:
            announce(self.app.world, subject)

    def wake_the_slow_agent(self) -> None:
        for situation, one in self.built.items():
            if situation.name == "slow-agent":
                self.app.world.machine(one.vm_id).agent_ready_at = self.app.world.clock.now()

    def disturb(self) -> None:
        """Do once what other people do to some situations."""
        for situation, one in self.built.items():
            if situation.disturb:
                situation.disturb(self.app.world, one)

    async def play(self) -> None:
        """Let all happen until everything has settled, disturbances and all."""
        azure = self.app.azure
        await azure.settle_for(HOUR / 4)
        self.wake_the_slow_agent()
        await azure.settle_for(HOUR)
        for _ in range(max(situation.disturbances for situation in self.built)):
            self.disturb()
            await azure.settle_for(HOUR)
        spent = HOUR * (5 / 4 + max(situation.disturbances for situation in self.built))
        await azure.settle_for(max(0.0, max(one.settling_seconds for one in self.built) - spent))

    async def verify(self) -> None:
        """Hold every situation against what should have become of it."""
        for situation, one in self.built.items():
            await self._verify(situation, one)

    async def verify_subscribers(self) -> None:
        """Hold what subscribers know by their events against the reports."""
        known = picture(self.app.world.topic.received)
        for situation, one in self.built.items():
            for subject in (one.vm_id, *one.nsg_ids):
                report = await self.app.report(subject)
                assert known.get(subject.lower(), set()) == to_be_seen_to(report), situation.story

    async def _verify(self, situation: Situation, built: Built) -> None:
        story, app = situation.story, self.app
        expected = [situation.vm, *situation.nsgs]
        for subject, end in zip((built.vm_id, *built.nsg_ids), expected, strict=True):
            report = await app.report(subject)
            reasons = {found["reason"] for found in report["findings"]}
            assert (report["status"], reasons) == (end.status, set(end.reasons)), story
        assert app.installs_in(built) == situation.installs, story
        ours = {name: priority for nsg_id in built.nsg_ids for name, priority in app.our_rules(nsg_id).items()}
        assert ours == dict(situation.rules), story
        if situation.settings is not None:
            assert app.settings(built.vm_id) == situation.settings, story


def build_estate(app: AzureWithApp, situations: Sequence[Situation] = SITUATIONS) -> Estate:
    """Build the situations, and tell of each what is told of it first."""
    estate = Estate(app, {situation: situation.build(app.world) for situation in situations})
    app.world.install_seconds = INSTALL_SECONDS
    for situation, one in estate.built.items():
        announce_situation(app.world, situation, one)
    return estate
