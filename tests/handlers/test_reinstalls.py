"""A failed extension is installed again with all of its settings, three times at most; a stuck one is told of."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.guard import Guard
from shared.model.plan import Report
from shared.model.reason import Reason, Status
from shared.model.write import Fate
from simulator.build import add_extension
from simulator.estate.somebody import delete_extension
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.faults import reasons
from tests.handlers.looking import ENFORCE, build_site, look
from tests.handlers.trails import fates, past_of, verify_trail

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SETTINGS = {"port": 6600, "salt": "grain", "proxy": {"mode": "application", "address": "http://proxy:3128"}}


async def follow(azure: LocalAzure, guard: Guard, subject: str, *, until: datetime | None = None) -> Report:
    """Look whenever the look before asked for it, until none does, or until then; give the last report."""
    clock = azure.world.clock
    while True:
        report = await look(guard, subject, asked_at=clock.now())
        wait = report.look_again_after
        if wait is None or (until is not None and clock.now() + wait > until):
            return report
        await azure.advance(wait.total_seconds())


def deleted_at(azure: LocalAzure) -> list[datetime]:
    return [request.time for request in azure.world.requests.writes() if request.method == "DELETE"]


@pytest.mark.parametrize("name", ["AdminCenter", "wac-by-terraform"])
async def test_a_failed_extension_is_removed_and_put_back_under_its_name_with_all_of_its_settings(
    name: str, azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    extension = add_extension(azure.world, site.vm_id, name, state="Failed", settings=SETTINGS)
    report = await look(enforcing, site.vm_id)
    assert (report.status, reasons(report)) == (Status.PENDING, {Reason.EXTENSION_FAILED})
    assert (await past_of(enforcing, site.vm_id)).removed is not None
    assert (await follow(azure, enforcing, site.vm_id)).status is Status.COMPLIANT
    properties: dict[str, Any] = azure.world.resources[extension]["properties"]
    assert (properties["settings"], properties["autoUpgradeMinorVersion"]) == (SETTINGS, True)
    assert [request.method for request in azure.world.requests.writes()] == ["DELETE", "PUT"]
    assert await fates(enforcing, site.vm_id) == [
        ("DeleteExtension", name, Fate.DONE),
        ("PutExtension", name, Fate.DONE),
    ]
    assert (await past_of(enforcing, site.vm_id)).removed is None
    await verify_trail(azure, enforcing, site.vm_id)


async def test_it_is_reinstalled_three_times_with_growing_pauses_and_then_left_to_people(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    extension = add_extension(azure.world, site.vm_id, state="Failed", settings=SETTINGS)
    azure.world.faults.add(Fault(FaultKind.FAILED_INSTALL, times=None))
    report = await follow(azure, enforcing, site.vm_id)
    assert (report.status, reasons(report)) == (Status.NON_COMPLIANT, {Reason.EXTENSION_FAILED})
    (finding,) = report.findings
    assert "reinstalled 3 times within seven days" in finding.message
    assert "POST /api/lift" in finding.message
    first, second, third = deleted_at(azure)
    assert second - first >= 30 * MINUTE
    assert third - second >= 4 * HOUR
    assert len(azure.world.installs) == 3
    assert azure.world.resources[extension]["properties"]["settings"] == SETTINGS
    azure.world.faults.clear()
    await azure.advance((third + timedelta(days=6) - azure.world.clock.now()).total_seconds())
    assert (await look(enforcing, site.vm_id)).actions == ()
    await azure.advance(2 * 24 * 60 * 60)
    assert (await follow(azure, enforcing, site.vm_id)).status is Status.COMPLIANT
    await verify_trail(azure, enforcing, site.vm_id)


async def test_the_second_round_of_a_reinstall_survives_the_instance_that_began_it(
    azure: LocalAzure, make: MakeGuard
) -> None:
    settings = ENFORCE | {"WAC_ENFORCE_SCOPES": f"/subscriptions/{azure.world.subscription_id}"}
    site = build_site(azure.world)
    extension = add_extension(azure.world, site.vm_id, state="Failed", settings=SETTINGS)
    await look(await make(**settings), site.vm_id)
    await azure.advance(5 * 60)
    assert azure.world.resource(extension) is None
    assert (await follow(azure, await make(**settings), site.vm_id)).status is Status.COMPLIANT
    assert azure.world.resources[extension]["properties"]["settings"] == SETTINGS


async def test_an_install_that_never_ends_is_told_after_ninety_minutes_and_left_alone(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site, began = build_site(azure.world), azure.world.clock.now()
    extension = add_extension(azure.world, site.vm_id, state="Creating", settings=SETTINGS)
    report = await follow(azure, enforcing, site.vm_id, until=began + 90 * MINUTE - timedelta(seconds=1))
    assert (report.status, reasons(report)) == (Status.PENDING, {Reason.EXTENSION_INSTALLING})
    assert report.look_again_after is not None
    assert azure.world.clock.now() + report.look_again_after == began + 90 * MINUTE
    await azure.advance(report.look_again_after.total_seconds())
    report = await follow(azure, enforcing, site.vm_id)
    assert (report.status, reasons(report)) == (Status.NON_COMPLIANT, {Reason.EXTENSION_STUCK})
    assert azure.world.requests.writes() == []
    delete_extension(azure.world, extension)
    assert (await follow(azure, enforcing, site.vm_id)).status is Status.COMPLIANT
    assert len(azure.world.installs) == 1
