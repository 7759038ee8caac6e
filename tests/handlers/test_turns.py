"""One look at a subject at a time, and none at what a later look has answered already."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.checks import receive_check
from handlers.guard import Guard
from handlers.orders import order_hold
from shared.azure.check_queue import CHECKS, parse_check, write_check
from shared.azure.subjects import read_subject
from shared.azure.tables import Overtaken
from shared.model.check import Check
from shared.model.resource_id import ResourceId
from shared.turns import Turn, take_turn
from simulator.build import add_extension
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import build_site, check_of, tell_when


async def receive(guard: Guard, subject: str, asked_at: datetime | None = None) -> None:
    await receive_check(guard, write_check(check_of(subject, asked_at=asked_at)))


async def next_look(azure: LocalAzure) -> Check:
    """Let time pass until the subject's look again is due, and take it from the queue."""
    due = await azure.azurite.next_visible()
    assert due is not None
    await azure.advance((due - azure.world.clock.now()).total_seconds())
    queue = azure.storage.get_queue_client(CHECKS)
    message = await queue.receive_message()
    assert message is not None
    await queue.delete_message(message)
    return parse_check(message.content)


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


async def test_what_could_not_be_told_or_done_is_looked_at_however_long_ago_it_was_asked(
    azure: LocalAzure, enforcing: Guard
) -> None:
    earlier = azure.world.clock.now() - timedelta(hours=1)
    sites = {
        "it could not be read": build_site(azure.world, "unread", installed=True),
        "Azure was busy": build_site(azure.world, "busy"),
    }
    azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, path="/virtualMachines/unread"))
    azure.world.faults.add(Fault(FaultKind.BUSY, method="PUT"))
    for site in sites.values():
        await receive(enforcing, site.vm_id, earlier)
        await receive(enforcing, site.vm_id, earlier)
    looked = {name: len(azure.world.requests.reads(site.vm_id)) for name, site in sites.items()}
    assert looked == dict.fromkeys(sites, 2)


async def test_what_was_asked_before_an_install_was_started_costs_no_request(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    await receive(enforcing, site.vm_id)
    azure.world.requests.clear()
    await receive(enforcing, site.vm_id, azure.world.clock.now() - timedelta(minutes=1))
    assert list(azure.world.requests) == []


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


async def test_of_two_looks_that_wait_for_one_subject_the_later_serves(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, agent_ready=False)
    await receive(enforcing, site.vm_id)
    await azure.advance(30)
    await receive(enforcing, site.vm_id)
    first, second = await next_look(azure), await next_look(azure)
    azure.world.requests.clear()
    await receive_check(enforcing, write_check(first))
    assert list(azure.world.requests) == []
    await receive_check(enforcing, write_check(second))
    assert len(azure.world.requests.reads(site.vm_id)) == 1


async def test_a_look_that_waits_for_nothing_any_more_costs_no_request(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, agent_ready=False)
    await receive(enforcing, site.vm_id)
    azure.world.machine(site.vm_id).agent_answers = True
    add_extension(azure.world, site.vm_id)
    await receive(enforcing, site.vm_id)
    look = await next_look(azure)
    azure.world.requests.clear()
    await receive_check(enforcing, write_check(look))
    assert list(azure.world.requests) == []


async def test_a_chain_of_looks_is_one_chain_over_all_instances(azure: LocalAzure, make: MakeGuard) -> None:
    site = build_site(azure.world, agent_ready=False)
    for guard in [await make() for _ in range(3)]:
        await receive(guard, site.vm_id)
    await azure.advance(60)
    looks = await azure.storage.get_queue_client(CHECKS).peek_messages(max_messages=32)
    assert len(looks) == 3
    azure.world.requests.clear()
    for look in looks:
        await receive_check(await make(), look.content)
    assert len(azure.world.requests.reads(site.vm_id)) == 1


async def test_an_event_that_came_before_a_look_began_is_answered_by_it_in_every_instance(
    azure: LocalAzure, make: MakeGuard
) -> None:
    site = build_site(azure.world, installed=True)
    await receive(await make(), site.vm_id)
    azure.world.requests.clear()
    await receive(await make(), site.vm_id, azure.world.clock.now() - timedelta(seconds=2))
    assert list(azure.world.requests) == []


async def test_while_one_instance_looks_at_a_subject_another_puts_its_check_off(
    azure: LocalAzure, enforcing: Guard, make: MakeGuard
) -> None:
    site = build_site(azure.world)
    is_asked = tell_when(azure.world, "/virtualmachines/web")
    azure.world.faults.add(Fault(FaultKind.TIME_OUT, path="/virtualMachines/web"))
    looking = asyncio.create_task(receive(enforcing, site.vm_id))
    await is_asked.wait()
    await receive(await make(), site.vm_id, azure.world.clock.now() + timedelta(seconds=5))
    assert await azure.azurite.next_visible() == azure.world.clock.now() + timedelta(seconds=10)
    assert len(azure.world.requests.reads(site.vm_id)) == 1
    azure.world.faults.release()
    await looking


async def test_what_a_killed_instance_held_is_free_when_its_lease_has_run_out(
    azure: LocalAzure, enforcing: Guard, make: MakeGuard
) -> None:
    site = build_site(azure.world, installed=True)
    assert isinstance(await take_turn(enforcing.clients, check_of(site.vm_id)), Turn)
    other = await make()
    await azure.advance(5 * 60)
    await receive(other, site.vm_id)
    assert len(azure.world.requests.reads(site.vm_id)) == 0
    await azure.advance(60)
    await receive(other, site.vm_id)
    assert len(azure.world.requests.reads(site.vm_id)) == 1


async def test_whoever_outlived_its_lease_writes_nothing_any_more(
    azure: LocalAzure, enforcing: Guard, make: MakeGuard
) -> None:
    site = build_site(azure.world)
    check = check_of(site.vm_id)
    late = await take_turn(enforcing.clients, check)
    assert isinstance(late, Turn)
    await azure.advance(6 * 60)
    await receive(await make(), site.vm_id)
    with pytest.raises(Overtaken):
        await late.remember(late.past)
    assert len(azure.world.installs) == 0


async def test_a_hold_that_comes_while_a_subject_is_looked_at_counts_at_once_and_leaves_no_lease(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    is_asked = tell_when(azure.world, "/virtualmachines/web")
    azure.world.faults.add(Fault(FaultKind.TIME_OUT, path="/virtualMachines/web"))
    looking = asyncio.create_task(receive(enforcing, site.vm_id))
    await is_asked.wait()
    body = json.dumps({"subject": site.vm_id, "reason": "mine"}).encode()
    assert (await order_hold(enforcing, body)).status == 200
    azure.world.faults.release()
    await looking
    await receive_check(enforcing, write_check(await next_look(azure)))
    assert azure.world.requests.writes() == []
    row, _ = await read_subject(enforcing.clients, ResourceId(site.vm_id))
    assert (row.holder, row.past.hold and row.past.hold.reason) == (None, "mine")
    assert row.report is not None


async def test_a_chain_of_looks_begins_anew_once_something_was_started(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world)
    text = write_check(check_of(site.vm_id, asked_at=azure.world.clock.now(), attempt=9))
    await receive_check(enforcing, text)
    await azure.advance(15 * 60)
    (look,) = await azure.storage.get_queue_client(CHECKS).peek_messages()
    assert parse_check(look.content).attempt == 1
