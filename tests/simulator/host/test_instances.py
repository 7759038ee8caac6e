"""Two hosts of one app: on the same queues, behind one address, and killed in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from simulator.child_process import ChildFailed
from simulator.faults import Fault, FaultKind
from simulator.host.contract import Tally
from simulator.local import LocalAzure
from tests.simulator.host.conftest import APPS
from tests.simulator.host.test_local import put_group

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOCK = 600


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncIterator[LocalAzure]:
    async with LocalAzure(APPS / "watcher", hosts=2) as azure:
        await azure.subscribe("on_event")
        yield azure


@pytest_asyncio.fixture(loop_scope="session")
async def azure(running: LocalAzure) -> LocalAzure:
    await running.reset()
    return running


class Log:
    """What each host has logged since the test began."""

    def __init__(self, azure: LocalAzure) -> None:
        self.azure = azure
        self.begin = [len(host.log_lines()) for host in azure.hosts]

    async def runs(self, function: str) -> list[int]:
        """Count the runs of a function that have begun, by host."""
        await self.azure.catch_up()
        lines = [host.log_lines()[begin:] for host, begin in zip(self.azure.hosts, self.begin, strict=True)]
        began = f"Executing 'Functions.{function}'"
        return [sum(line["message"].startswith(began) for line in of_host) for of_host in lines]

    async def begun(self, host: int, function: str) -> None:
        """Wait until a host has begun to run a function."""
        async for line in self.azure.hosts[host].follow(self.begin[host]):
            if line["message"].startswith(f"Executing 'Functions.{function}'"):
                return

    async def looks(self) -> list[str]:
        """Give the subjects that were looked at, to the end, by either host."""
        await self.azure.catch_up()
        lines = [
            line
            for host, begin in zip(self.azure.hosts, self.begin, strict=True)
            for line in host.log_lines()[begin:]
        ]
        return [line["subject"] for line in lines if line["message"] == "looked"]


@pytest.fixture
def log(azure: LocalAzure) -> Log:
    return Log(azure)


async def hold_a_look(azure: LocalAzure) -> tuple[str, asyncio.Task[Tally]]:
    """Have a look begin that Azure never answers; give its subject, and what waits for all to settle."""
    group = await put_group(azure, "rg")
    asked = asyncio.Event()

    def is_it(method: str, path: str) -> bool:
        if method == "GET" and path == group:
            asked.set()
        return asked.is_set()

    azure.world.faults.add(Fault(FaultKind.TIME_OUT, method="GET", when=is_it))
    settling = asyncio.create_task(azure.settle_for(60))
    async with asyncio.timeout(20):
        await asked.wait()
    return group, settling


async def test_events_go_to_the_hosts_in_turn_and_all_share_one_address(azure: LocalAzure, log: Log) -> None:
    for number in range(4):
        await put_group(azure, f"rg-{number}")
    assert await azure.settle() == Tally(4, 0)
    assert await log.runs("on_event") == [2, 2]
    assert len({attempt.endpoint for attempt in azure.world.event_grid.attempts}) == 1


async def test_what_waits_in_the_queue_is_shared_out_and_each_message_done_once(azure: LocalAzure, log: Log) -> None:
    groups = [await put_group(azure, f"rg-{number}") for number in range(60)]
    await azure.settle()
    azure.world.faults.add(Fault(FaultKind.TIME_OUT, method="GET", times=None))
    settling = asyncio.create_task(azure.settle_for(60))
    # One host takes a batch or two at once: while Azure doesn't answer, the rest is left to the other.
    async with asyncio.timeout(20):
        await asyncio.gather(*(log.begun(number, "look") for number in range(2)))
    azure.world.faults.clear()
    azure.world.faults.release()
    assert await settling == Tally(60, 0)
    assert sorted(await log.looks()) == sorted(groups)
    assert all(await log.runs("look"))


async def test_what_a_killed_host_had_taken_is_done_by_another_when_its_ten_minutes_are_over(
    azure: LocalAzure, log: Log
) -> None:
    group, settling = await hold_a_look(azure)
    victim = (await log.runs("look")).index(1)
    await azure.kill_host(victim)
    assert await settling == Tally(1, 0)
    assert await azure.settle_for(LOCK - 1) == Tally(0, 0)
    assert await azure.settle_for(1) == Tally(1, 0)
    assert await log.looks() == [group]
    assert (await log.runs("look"))[1 - victim] == 1


async def test_a_host_is_passed_over_while_it_is_dead_and_comes_back_at_its_old_address(
    azure: LocalAzure, log: Log
) -> None:
    address = azure.host_url
    await azure.kill_host(0)
    for number in range(2):
        await put_group(azure, f"rg-{number}")
    assert await azure.settle() == Tally(2, 0)
    assert await log.runs("on_event") == [0, 2]
    await azure.start_host(0)
    assert azure.host_url == address
    await azure.kill_host(1)
    await put_group(azure, "rg-2")
    assert await azure.settle() == Tally(1, 0)
    assert await log.runs("on_event") == [1, 2]


async def test_with_all_hosts_dead_events_and_messages_wait_for_one_to_start(azure: LocalAzure, log: Log) -> None:
    await put_group(azure, "rg-1")
    await azure.settle()
    for number in range(2):
        await azure.kill_host(number)
    await put_group(azure, "rg-2")
    assert await azure.settle_for(1) == Tally()
    assert [attempt.status for attempt in azure.world.event_grid.attempts] == [202, None]
    await azure.start_host(1)
    assert await azure.settle_for(120) == Tally(3, 0)
    assert len(await log.looks()) == 2


async def test_a_reset_starts_the_dead(azure: LocalAzure) -> None:
    await azure.kill_host(1)
    await azure.reset()
    assert [host.is_running for host in azure.hosts] == [True, True]


async def test_all_hosts_take_the_same_keys_before_and_after_they_are_killed(azure: LocalAzure) -> None:
    keys = (azure.host.function_key, azure.host.master_key, azure.host.event_grid_key)
    await azure.kill_host(1)
    await azure.start_host(1)
    assert {(host.function_key, host.master_key, host.event_grid_key) for host in azure.hosts} == {keys}


async def test_a_host_that_ends_unasked_is_a_failure_and_not_silence() -> None:
    async with LocalAzure(APPS / "watcher", hosts=2) as azure:
        os.kill(azure.hosts[1].process_id, signal.SIGKILL)
        async for _ in azure.hosts[1].follow():
            pass
        with pytest.raises(ChildFailed, match="host 1"):
            await azure.settle()
