"""What goes wrong with the state of an audit and of its migrations: nobody is left out, nothing is written twice."""

from collections.abc import Mapping

import pytest
from azure.core.exceptions import AzureError

from handlers.guard import Guard
from handlers.timers import begin_audit
from shared.azure.check_queue import REDIRECTS
from shared.model.reason import Status
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.graph_faults import build_pages
from tests.handlers.looking import check_of
from tests.handlers.outages import Broken, Outage, Place, Strike
from tests.handlers.queue_work import put, work_for
from tests.handlers.test_applications import MIGRATE, patches, subject_of
from tests.handlers.test_tenant import HOUR, audit, reported, status_of_audit
from tests.handlers.trails import verify_trail

# Of an audit of three pages, a gateway being on the first and on the last. What follows from each page is queued
# before it counts as dealt with.
OF_THE_AUDIT = {
    "reading the tenant": Place("wacsubjects", is_write=False, writes_before=False),
    "leasing the tenant": Place("wacsubjects", is_write=True, writes_before=False),
    "listing whoever is known": Place("wacsubjects", is_write=False, begin=2, writes_before=False),
    "queuing a check of the first page": Place("/messages", is_write=True, writes_before=False),
    "saving the first page": Place("wacsubjects", is_write=True, begin=2, writes_before=False),
    "saving the second page": Place("wacsubjects", is_write=True, begin=3, writes_before=False),
    "queuing a check of the last page": Place("/messages", is_write=True, begin=2, writes_before=False),
    "saving the last page": Place("wacsubjects", is_write=True, begin=4, writes_before=False),
    "saving how it ended": Place("wacsubjects", is_write=True, begin=5, writes_before=False),
}
# Of the check of a gateway's registration that is moved.
OF_A_MIGRATION = {
    "reading the registration's row": Place("wacsubjects", is_write=False, writes_before=False),
    "leasing it": Place("wacsubjects", is_write=True, writes_before=False),
    "reading what is accepted": Place("wacwaivers", is_write=False, writes_before=False),
    "saving what it tells of a gateway": Place("wacsubjects", is_write=True, begin=2, writes_before=False),
    "reading of other gateways": Place("wacsubjects", is_write=False, begin=2, writes_before=False),
    "reading the stops": Place("waccontrol", is_write=False, writes_before=False),
    "spending of the budget": Place("waccontrol", is_write=True, writes_before=False),
    "naming the intent": Place("wacsubjects", is_write=True, begin=3, writes_before=False),
    "telling the intent": Place("wacwrites", is_write=True, writes_before=False),
    "telling the outcome": Place("wacwrites", is_write=True, begin=2, writes_before=True),
    "queuing what follows": Place("/messages", is_write=True, writes_before=True),
    "saving how it ended": Place("wacsubjects", is_write=True, begin=4, writes_before=True),
}
KINDS = (Broken.UNAVAILABLE, Broken.DROPPED_AFTER)


@pytest.fixture
async def migrating(make: MakeGuard) -> Guard:
    return await make(**MIGRATE)


async def last_through_outage(azure: LocalAzure, guard: Guard, struck: Strike, kind: Broken, place: Place) -> None:
    """Let an outage begin at a place, last for a minute, and be over."""
    outage = Outage(kind, place.name, place.is_write, place.begin)
    async with struck(guard, outage) as unlucky:
        await work_for(azure, unlucky, 60, REDIRECTS)
        assert outage.struck
        if not place.writes_before:
            assert patches(azure.world) == []
        outage.is_over = True
        await work_for(azure, unlucky, HOUR, REDIRECTS)


async def verify_moved(azure: LocalAzure, guard: Guard, *gateways: str) -> None:
    """Each was moved by one PATCH, and its trail says so."""
    assert len(patches(azure.world)) == len(gateways)
    await verify_trail(azure, guard, *map(subject_of, gateways))


def struck_places(places: Mapping[str, Place]) -> list[tuple[str, Broken]]:
    """Give for each read a kind that says so, for each write one that has done it too; all where most hangs on it."""
    return [
        (name, kind)
        for name, place in places.items()
        for kind in (Broken if name == "naming the intent" else KINDS)
        if place.is_write or kind is Broken.UNAVAILABLE
    ]


@pytest.mark.parametrize(("name", "kind"), struck_places(OF_THE_AUDIT))
async def test_an_outage_in_an_audit_costs_time_and_leaves_nobody_out(
    name: str, kind: Broken, azure: LocalAzure, auditing: Guard, struck: Strike
) -> None:
    gateways = build_pages(azure.world)
    await begin_audit(auditing)
    await last_through_outage(azure, auditing, struck, kind, OF_THE_AUDIT[name])
    assert await status_of_audit(auditing) is Status.COMPLIANT
    found = await reported(auditing)
    assert {one: found[one].status for one in found} == dict.fromkeys(gateways, Status.NON_COMPLIANT.name)


@pytest.mark.parametrize(("name", "kind"), struck_places(OF_A_MIGRATION))
async def test_an_outage_in_a_migration_costs_time_and_nothing_else(
    name: str, kind: Broken, azure: LocalAzure, migrating: Guard, struck: Strike
) -> None:
    gateway, _ = build_pages(azure.world)
    await put(azure, check_of(subject_of(gateway), asked_at=azure.world.clock.now()), REDIRECTS)
    await last_through_outage(azure, migrating, struck, kind, OF_A_MIGRATION[name])
    await verify_moved(azure, migrating, gateway)


async def test_an_audit_that_cannot_be_queued_is_an_error_of_the_timer_and_begins_the_next_day(
    azure: LocalAzure, migrating: Guard, struck: Strike
) -> None:
    gateways = build_pages(azure.world)
    async with struck(migrating, Outage(Broken.UNAVAILABLE, "/messages", is_write=True)) as unlucky:
        with pytest.raises(AzureError):
            await begin_audit(unlucky)
    await audit(azure, migrating)
    await verify_moved(azure, migrating, *gateways)
