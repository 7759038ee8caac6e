"""Many requests of one kind: several at once, and none any more after one that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

_AT_ONCE = 16


async def each_at_once[T](act: Callable[[T], Awaitable[None]], items: Iterable[T], at_once: int = _AT_ONCE) -> None:
    """Act on each item, several at once; the first error ends all of it, and is raised."""
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            await act(item)

    workers = [asyncio.create_task(work()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
