from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial

from simulator.clock import START, Clock


async def test_time_stands_still_until_it_is_advanced() -> None:
    clock = Clock()
    await asyncio.sleep(0)
    assert clock.now() == START
    await clock.advance(90)
    assert clock.now() == START + timedelta(seconds=90)


async def test_what_falls_due_runs_in_order_each_at_its_own_time() -> None:
    clock = Clock()
    seen: list[tuple[str, datetime]] = []
    clock.call_later(20, lambda: seen.append(("late", clock.now())))
    clock.call_later(10, lambda: seen.append(("early", clock.now())))
    await clock.advance(60)
    assert seen == [("early", START + timedelta(seconds=10)), ("late", START + timedelta(seconds=20))]
    assert clock.now() == START + timedelta(seconds=60)


async def test_things_due_at_once_run_in_the_order_they_were_asked_for() -> None:
    clock = Clock()
    seen: list[int] = []
    for number in range(5):
        clock.call_later(1, partial(seen.append, number))
    await clock.advance(1)
    assert seen == [0, 1, 2, 3, 4]


async def test_what_comes_due_by_a_callback_runs_in_the_same_advance() -> None:
    clock = Clock()
    seen: list[datetime] = []

    def ask_for_more() -> None:
        clock.call_later(1, lambda: seen.append(clock.now()))

    clock.call_later(1, ask_for_more)
    await clock.advance(2)
    assert seen == [START + timedelta(seconds=2)]


async def test_an_asynchronous_callback_is_awaited_before_time_goes_on() -> None:
    clock = Clock()
    seen: list[datetime] = []

    async def slow() -> None:
        await asyncio.sleep(0)
        seen.append(clock.now())

    clock.call_later(5, slow)
    await clock.advance(60)
    assert seen == [START + timedelta(seconds=5)]


async def test_a_cancelled_timer_does_nothing_and_is_due_no_more() -> None:
    clock = Clock()
    seen: list[int] = []
    timer = clock.call_later(5, lambda: seen.append(1))
    assert clock.next_due() == START + timedelta(seconds=5)
    timer.cancel()
    assert clock.next_due() is None
    await clock.advance(60)
    assert seen == []


async def test_a_time_gone_by_is_due_now() -> None:
    clock = Clock()
    seen: list[datetime] = []
    clock.call_at(START - timedelta(hours=1), lambda: seen.append(clock.now()))
    await clock.advance(0)
    assert seen == [START]


async def test_time_can_flow_many_times_as_fast_as_real_time() -> None:
    clock = Clock()
    reached = asyncio.Event()
    clock.call_later(600, reached.set)
    flowing = asyncio.create_task(clock.run(speed=100_000))
    await asyncio.wait_for(reached.wait(), timeout=5)
    flowing.cancel()
    assert clock.now() >= START + timedelta(seconds=600)
