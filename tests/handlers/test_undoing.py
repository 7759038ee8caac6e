"""Each kind of write is undone by an order: what was there is there again, and the subject is held."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from handlers.guard import Guard
from handlers.orders import order_undo
from shared.azure.leash import set_stop
from shared.model.leash import Stop
from shared.model.plan import Outcome
from shared.model.reason import Status
from shared.model.write import Fate
from simulator.build import add_extension, security_rule
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, Site, build_site, check_of, look
from tests.handlers.queue_work import put, work_for
from tests.handlers.requesting import post, report_of
from tests.handlers.trails import past_of, trail_of, verify_trail

HOUR = 3600.0
NOBODY_COMES_IN = security_rule("NobodyComesIn", priority=1000, direction="Inbound")
type Undone = Callable[[LocalAzure, Guard], Awaitable[tuple[str, Any]]]


def state_of(azure: LocalAzure, subject: str) -> dict[str, Any]:
    """Give what people wrote of the rules or extensions of a subject, by name."""
    kinds = ("securityRules", "extensions")
    found = [one for kind in kinds for one in azure.world.resources.in_collection(f"{subject}/{kind}")]
    told = ("priority", "destinationPortRange", "destinationAddressPrefix", "description", "settings")
    return {one["name"]: {name: one["properties"].get(name) for name in told} for one in found}


async def settle(azure: LocalAzure, guard: Guard, subject: str) -> None:
    await put(azure, check_of(subject))
    await work_for(azure, guard, HOUR)


async def decommission(azure: LocalAzure, guard: Guard, site: Site, subject: str) -> tuple[str, Any]:
    for each in (site.nsg_id, site.vm_id):
        await settle(azure, guard, each)
    before = state_of(azure, subject)
    await set_stop(guard.clients, "decommission", Stop(azure.world.clock.now(), "moving out"))
    await settle(azure, guard, subject)
    return subject, before


async def put_rule(azure: LocalAzure, guard: Guard) -> tuple[str, Any]:
    site = build_site(azure.world, rules=(NOBODY_COMES_IN,), installed=True)
    before = state_of(azure, site.nsg_id)
    await settle(azure, guard, site.nsg_id)
    return site.nsg_id, before


async def change_rule(azure: LocalAzure, guard: Guard) -> tuple[str, Any]:
    site = build_site(azure.world, rules=(NOBODY_COMES_IN,), installed=True)
    await settle(azure, guard, site.nsg_id)
    before = state_of(azure, site.nsg_id)
    extension = azure.world.resources[f"{site.vm_id}/extensions/AdminCenter"]
    extension["properties"]["settings"]["port"] = "6600"
    await settle(azure, guard, site.nsg_id)
    return site.nsg_id, before


async def delete_rule(azure: LocalAzure, guard: Guard) -> tuple[str, Any]:
    site = build_site(azure.world, rules=(NOBODY_COMES_IN,), installed=True)
    return await decommission(azure, guard, site, site.nsg_id)


async def install(azure: LocalAzure, guard: Guard) -> tuple[str, Any]:
    site = build_site(azure.world)
    before = state_of(azure, site.vm_id)
    await settle(azure, guard, site.vm_id)
    return site.vm_id, before


async def uninstall(azure: LocalAzure, guard: Guard) -> tuple[str, Any]:
    site = build_site(azure.world)
    return await decommission(azure, guard, site, site.vm_id)


@pytest.fixture
async def guard(make: MakeGuard, azure: LocalAzure) -> Guard:
    scope = f"/subscriptions/{azure.world.subscription_id}"
    return await make(**ENFORCE, WAC_ENFORCE_SCOPES=scope, WAC_INBOUND_SOURCES="203.0.113.0/24")


@pytest.mark.parametrize("write_it", [put_rule, change_rule, delete_rule, install, uninstall])
async def test_what_was_there_before_a_write_is_there_again_and_stays(
    write_it: Undone, azure: LocalAzure, guard: Guard
) -> None:
    subject, before = await write_it(azure, guard)
    assert state_of(azure, subject) != before
    written = (await trail_of(guard, subject))[-1]
    answer, _ = await post(order_undo, guard, subject=subject, write=written.id)
    assert answer.status == 202
    await work_for(azure, guard, HOUR)
    assert state_of(azure, subject) == before
    undo = (await trail_of(guard, subject))[-1]
    assert (undo.undoes, undo.fate) == (written.id, Fate.DONE)
    hold = (await past_of(guard, subject)).hold
    assert hold is not None
    assert hold.undo is None
    told = [finding["reason"] for finding in (await report_of(guard, subject))["findings"]]
    assert told.count("HELD") == 1
    report = await look(guard, subject)
    assert {result.outcome for result in report.actions} <= {Outcome.STOPPED}
    assert state_of(azure, subject) == before
    await verify_trail(azure, guard, subject)


async def test_a_decommissioning_leaves_what_is_other_peoples_also_what_was_reinstalled_for_them(
    azure: LocalAzure, guard: Guard
) -> None:
    theirs = security_rule("PortForAADService", priority=150, access="Allow", destination_port="443")
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND, theirs))
    add_extension(azure.world, site.vm_id, "wac", state="Failed", settings={"port": "6600", "salt": "theirs"})
    before = state_of(azure, site.nsg_id)
    for subject in (site.nsg_id, site.vm_id):
        await settle(azure, guard, subject)
    assert len(azure.world.installs) == 1
    await set_stop(guard.clients, "decommission", Stop(azure.world.clock.now(), "moving out"))
    for subject in (site.nsg_id, site.vm_id):
        await settle(azure, guard, subject)
        assert (await look(guard, subject)).status is Status.NOT_APPLICABLE
    assert state_of(azure, site.nsg_id) == before
    assert state_of(azure, site.vm_id)["wac"]["settings"] == {"port": "6600", "salt": "theirs"}
    await verify_trail(azure, guard, site.nsg_id, site.vm_id)
