"""The whole estate at once: events go in, and the world ends as it should."""

import random

import pytest

from simulator.estate.announce import announce
from simulator.estate.situations import SITUATIONS, Built, Situation
from simulator.eventgrid import Disturbances
from tests.flows.azure_with_app import AzureWithApp

HOUR = 3600.0


def build_estate(app: AzureWithApp) -> dict[Situation, Built]:
    built = {situation: situation.build(app.world) for situation in SITUATIONS}
    app.world.install_seconds = 600
    for one in built.values():
        announce(app.world, one.vm_id)
    return built


def wake_the_slow_agent(app: AzureWithApp, built: dict[Situation, Built]) -> None:
    slow = next(one for situation, one in built.items() if situation.name == "slow-agent")
    app.world.machine(slow.vm_id).agent_ready_at = app.world.clock.now()


async def verify(app: AzureWithApp, situation: Situation, built: Built) -> None:
    report = await app.audit(built.vm_id)
    assert (report["status"], {found["reason"] for found in report["findings"]}) == (
        situation.vm.status,
        set(situation.vm.reasons),
    ), situation.story
    assert app.installs(built.vm_id) == situation.installs, situation.story
    for nsg_id, expected in zip(built.nsg_ids, situation.nsgs, strict=True):
        report = await app.audit(nsg_id)
        reasons = {found["reason"] for found in report["findings"]}
        assert (report["status"], reasons) == (expected.status, set(expected.reasons)), situation.story
    ours = {name: priority for nsg_id in built.nsg_ids for name, priority in app.our_rules(nsg_id).items()}
    assert ours == dict(situation.rules), situation.story


@pytest.mark.parametrize("disturbed", [False, True], ids=["events as they come", "events twice and out of order"])
async def test_every_situation_ends_as_it_should_and_then_nothing_is_written_any_more(
    app: AzureWithApp, disturbed: bool
) -> None:
    if disturbed:
        chance = random.Random(7)
        app.world.event_grid.disturb = Disturbances(
            duplicate=True, reorder=chance, delay=lambda _event: chance.uniform(0, 90)
        )
    built = build_estate(app)
    await app.azure.settle_for(HOUR / 4)
    wake_the_slow_agent(app, built)
    await app.azure.settle_for(HOUR)

    for situation, one in built.items():
        await verify(app, situation, one)

    app.world.requests.clear()
    for one in built.values():
        for subject in (one.vm_id, *one.nsg_ids):
            announce(app.world, subject)
    tally = await app.azure.settle_for(3 * HOUR)
    assert app.world.requests.writes() == []
    assert tally.failed == 0
    assert app.world.event_grid.dead_letters == []
