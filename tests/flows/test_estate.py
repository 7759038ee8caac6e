"""The whole estate at once: events go in, and the world ends as it should."""

import random

import pytest

from shared.model.publication import EventType
from simulator.eventgrid import Disturbances
from tests.flows.azure_with_app import AzureWithApp
from tests.flows.estate import HOUR, build_estate


@pytest.mark.parametrize(
    "disturbed",
    [
        pytest.param(False, id="events as they come"),
        pytest.param(True, id="events twice and out of order", marks=pytest.mark.many),
    ],
)
async def test_every_situation_ends_as_it_should_and_then_nothing_is_written_any_more(
    app: AzureWithApp, disturbed: bool
) -> None:
    if disturbed:
        chance = random.Random(7)
        app.world.event_grid.disturb = Disturbances(
            duplicate=True, reorder=chance, delay=lambda _event: chance.uniform(0, 90)
        )
    estate = build_estate(app)
    await estate.play()
    app.world.requests.clear()
    estate.announce_all()
    tally = await app.azure.settle_for(3 * HOUR)

    await estate.verify()
    await estate.verify_subscribers()
    assert [request for request in app.world.requests.writes() if request.took_effect] == []
    assert tally.failed == 0
    assert app.world.event_grid.dead_letters == []

    # Subscribers were told all of it once, and nothing more when it is all looked at again, but for refusals: those
    # are tried again by themselves.
    ids = [event["id"] for event in app.world.topic.received]
    assert len(ids) == len(set(ids)) > len(estate.built)
    estate.announce_all()
    await app.azure.settle_for(HOUR)
    assert {event["type"] for event in app.world.topic.received[len(ids) :]} <= {EventType.FIX_FAILED}
