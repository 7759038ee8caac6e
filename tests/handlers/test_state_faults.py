"""What goes wrong with the app's own state, its tables and its queue: nothing is lost, nothing is written twice."""

import pytest
from azure.core.rest import HttpRequest

from handlers.guard import Guard
from shared.model.reason import Status
from simulator.local import LocalAzure
from tests.handlers.looking import DENY_ALL_OUTBOUND, Site, build_site, check_of
from tests.handlers.outages import Broken, Outage, Place, Strike
from tests.handlers.queue_work import put, work_for, work_off
from tests.handlers.trails import past_of, verify_trail

HOUR = 3600.0


# Of a check that puts two rules: each of them has its intent saved in the subject's row, then in the trail; the stops
# are read; the budget is spent; and how it ended is told.
PLACES = {
    "reading the subject": Place("wacsubjects", is_write=False, writes_before=False),
    "leasing the subject": Place("wacsubjects", is_write=True, writes_before=False),
    "reading what is accepted": Place("wacwaivers", is_write=False, writes_before=False),
    "reading the stops": Place("waccontrol", is_write=False, writes_before=False),
    "spending of the budget": Place("waccontrol", is_write=True, writes_before=False),
    "naming the intent": Place("wacsubjects", is_write=True, begin=2, writes_before=False),
    "telling the intent": Place("wacwrites", is_write=True, writes_before=False),
    "telling the outcome": Place("wacwrites", is_write=True, begin=2, writes_before=True),
    "reading the stops again": Place("waccontrol", is_write=False, begin=3, writes_before=True),
    "naming the second intent": Place("wacsubjects", is_write=True, begin=3, writes_before=True),
    "queuing what follows": Place("/messages", is_write=True, writes_before=True),
    "saving how it ended": Place("wacsubjects", is_write=True, begin=4, writes_before=True),
}


# All kinds where most hangs on it, elsewhere one that says so and one that has done it.
STRUCK = [
    (name, kind)
    for name in PLACES
    for kind in (Broken if name == "naming the intent" else (Broken.UNAVAILABLE, Broken.DROPPED_AFTER))
]


async def verify_end(azure: LocalAzure, guard: Guard, site: Site) -> None:
    """Both rules were put once, the VM that waited for them has its extension, and the trails say so."""
    assert [request.status for request in azure.world.requests.writes(site.nsg_id)] == [201, 201]
    assert len(azure.world.installs) == 1
    await verify_trail(azure, guard, site.nsg_id, site.vm_id)
    assert (await past_of(guard, site.nsg_id)).status is Status.COMPLIANT


@pytest.mark.parametrize(("name", "kind"), STRUCK)
async def test_an_outage_of_storage_costs_time_and_nothing_else(
    name: str, kind: Broken, azure: LocalAzure, enforcing: Guard, struck: Strike
) -> None:
    place, site = PLACES[name], build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    await put(azure, check_of(site.nsg_id, asked_at=azure.world.clock.now()))
    outage = Outage(kind, place.name, place.is_write, place.begin)
    async with struck(enforcing, outage) as unlucky:
        await work_for(azure, unlucky, 60)
        assert outage.struck
        if not place.writes_before:
            assert azure.world.requests.writes() == []
        outage.is_over = True
        await work_for(azure, unlucky, HOUR)
    await verify_end(azure, enforcing, site)


@pytest.mark.parametrize("kind", Broken)
async def test_while_the_kill_switch_cannot_be_read_nothing_is_written(
    kind: Broken, azure: LocalAzure, enforcing: Guard, struck: Strike
) -> None:
    site = build_site(azure.world)
    await put(azure, check_of(site.vm_id, asked_at=azure.world.clock.now()))
    outage = Outage(kind, "waccontrol", is_write=False)
    async with struck(enforcing, outage) as unlucky:
        await work_for(azure, unlucky, 6 * HOUR)
        assert azure.world.requests.writes() == []
        outage.is_over = True
        await work_for(azure, unlucky, 2 * HOUR)
    assert len(azure.world.installs) == 1
    await verify_trail(azure, enforcing, site.vm_id)


async def test_a_write_of_state_that_got_through_unheard_is_not_taken_for_somebody_elses(
    azure: LocalAzure, enforcing: Guard, struck: Strike
) -> None:
    site = build_site(azure.world, installed=True)
    await put(azure, check_of(site.vm_id, asked_at=azure.world.clock.now()))

    class Once(Outage):
        def strikes(self, request: HttpRequest) -> bool:
            return Outage.strikes(self, request) and self.struck == 1

    async with struck(enforcing, Once(Broken.DROPPED_AFTER, "wacsubjects", is_write=True)) as unlucky:
        assert await work_off(azure, unlucky) == []
    assert (await past_of(enforcing, site.vm_id)).status is Status.COMPLIANT
    assert await azure.azurite.next_visible() is None
