"""One look at a subject at a time, and none at what a later look has answered already."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.checks import receive_check
from handlers.guard import Guard
from shared.azure.check_queue import CHECKS, parse_check, write_check
from simulator.build import add_extension
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.looking import build_site, check_of, tell_when


async def receive(guard: Guard, subject: str, asked_at: datetime | None = None) -> None:
    await receive_check(guard, write_check(check_of(subject, asked_at=asked_at)))


async def look_again(guard: Guard, subject: str, asked_at: datetime) -> None:
    await receive_check(guard, write_check(check_of(subject, asked_at=asked_at, attempt=1)))


@pytest.mark.parametrize(
    "machine", [{"installed": True}, {"tags": {"wac-guard": "exclude"}}], ids=["well", "not ours"]
)
async def test_what_was_asked_before_a_look_that_found_all_well_costs_no_request(
    machine: dict[str, Any], azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, **machine)
    await receive(enforcing, site.vm_id)
    azure.world.requests.clear()
    for earlier in (2, 60, 86400):
        await receive(enforcing, site.vm_id.upper(), azure.world.clock.now() - timedelta(seconds=earlier))
    assert list(azure.world.requests) == []


@pytest.mark.parametrize("seconds", [0, 0.5, 1, -3600])
async def test_what_was_asked_while_or_after_the_last_look_is_looked_at(
    seconds: float, azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, installed=True)
    await receive(enforcing, site.vm_id)
    azure.world.requests.clear()
    await receive(enforcing, site.vm_id, azure.world.clock.now() - timedelta(seconds=seconds))
    assert len(azure.world.requests.reads(site.vm_id)) == 1


async def test_who_asks_for_a_look_in_any_case_gets_one(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, installed=True)
    await receive(enforcing, site.vm_id)
    await receive(enforcing, site.vm_id, asked_at=None)
    assert len(azure.world.requests.reads(site.vm_id)) == 2


async def test_what_was_not_well_is_looked_at_however_long_ago_it_was_asked(
    azure: LocalAzure, enforcing: Guard
) -> None:
    earlier = azure.world.clock.now() - timedelta(hours=1)
    sites = {
        "an install was started": build_site(azure.world, "started"),
        "an install is under way": build_site(azure.world, "under-way"),
        "the extension has failed": build_site(azure.world, "failed"),
        "it could not be read": build_site(azure.world, "unread", installed=True),
        "it is stopped": build_site(azure.world, "stopped", running=False),
    }
    add_extension(azure.world, sites["an install is under way"].vm_id, state="Creating")
    add_extension(azure.world, sites["the extension has failed"].vm_id, state="Failed")
    azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, path="/virtualMachines/unread"))
    for site in sites.values():
        await receive(enforcing, site.vm_id, earlier)
        await receive(enforcing, site.vm_id, earlier)
    looked = {name: len(azure.world.requests.reads(site.vm_id)) for name, site in sites.items()}
    assert looked == dict.fromkeys(sites, 2)


async def test_two_checks_of_one_subject_take_turns_so_that_only_the_first_installs(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    await asyncio.gather(receive(enforcing, site.vm_id), receive(enforcing, site.vm_id.upper()))
    assert [request.method for request in azure.world.requests if "/virtualmachines/" in request.path.lower()] == [
        "GET",
        "PUT",
        "GET",
    ]
    assert len(azure.world.installs) == 1


async def test_a_subject_that_azure_does_not_answer_for_keeps_its_own_checks_waiting_and_no_others(
    azure: LocalAzure, enforcing: Guard
) -> None:
    held, other = build_site(azure.world, "held"), build_site(azure.world, "other")
    azure.world.faults.add(Fault(FaultKind.TIME_OUT, path="/virtualMachines/held"))
    is_asked = tell_when(azure.world, "/virtualmachines/other")
    checks = asyncio.gather(receive(enforcing, held.vm_id), receive(enforcing, held.vm_id))
    await receive(enforcing, other.vm_id)
    assert is_asked.is_set()
    assert len(azure.world.requests.reads(held.vm_id)) == 1
    assert len(azure.world.installs) == 1
    azure.world.faults.release()
    await checks
    assert len(azure.world.installs) == 2


async def test_of_two_looks_again_the_later_one_serves(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, agent_ready=False)
    asked: list[datetime] = []
    for _ in range(2):
        await receive(enforcing, site.vm_id)
        asked.append(azure.world.clock.now())
        await azure.advance(45)
    azure.world.requests.clear()

    await receive_check(enforcing, write_check(check_of(site.vm_id, asked_at=asked[0], attempt=1)))
    assert list(azure.world.requests) == []
    await receive_check(enforcing, write_check(check_of(site.vm_id, asked_at=asked[1], attempt=1)))
    assert len(azure.world.requests.reads(site.vm_id)) == 1


async def test_an_event_is_looked_at_however_many_looks_are_waiting(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, agent_ready=False)
    earlier = azure.world.clock.now() - timedelta(minutes=1)
    await receive(enforcing, site.vm_id)
    azure.world.requests.clear()
    await receive(enforcing, site.vm_id, asked_at=earlier)
    assert len(azure.world.requests.reads(site.vm_id)) == 1


async def test_of_two_looks_that_wait_for_one_subject_the_later_serves(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, agent_ready=False)
    first = azure.world.clock.now()
    await receive(enforcing, site.vm_id)
    await azure.advance(30)
    second = azure.world.clock.now()
    await receive(enforcing, site.vm_id)
    azure.world.requests.clear()
    await look_again(enforcing, site.vm_id, first)
    assert list(azure.world.requests) == []
    await look_again(enforcing, site.vm_id, second)
    assert len(azure.world.requests.reads(site.vm_id)) == 1


async def test_the_only_look_that_waits_and_what_began_anew_are_never_superseded(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, agent_ready=False)
    began = azure.world.clock.now()
    await receive(enforcing, site.vm_id)
    await azure.advance(60)
    await look_again(enforcing, site.vm_id, began)
    await receive(enforcing, site.vm_id, asked_at=began)
    assert len(azure.world.requests.reads(site.vm_id)) == 3


async def test_a_chain_of_looks_begins_anew_once_something_was_started(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world)
    text = write_check(check_of(site.vm_id, asked_at=azure.world.clock.now(), attempt=9))
    await receive_check(enforcing, text)
    await azure.advance(15 * 60)
    (look,) = await azure.storage.get_queue_client(CHECKS).peek_messages()
    assert parse_check(look.content).attempt == 1
