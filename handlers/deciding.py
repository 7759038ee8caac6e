"""Where decisions are made: beside the event loop, so that no event waits while thousands of VMs are decided on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial


class Decider:
    """A thread that makes one decision after the other.

    A second one would not have them made sooner, for Python runs one thread at a time, and would keep the event loop
    waiting for its turn twice as long: https://docs.python.org/3/library/sys.html#sys.setswitchinterval
    """

    def __init__(self, name: str) -> None:
        """Name the thread, which begins with the first decision."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run[**Given, Decision](
        self, decide: Callable[Given, Decision], *given: Given.args, **named: Given.kwargs
    ) -> Decision:
        """Make a decision when those before it are made."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(decide, *given, **named))

    def close(self) -> None:
        """Let go of the thread; what has not begun is not decided any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)
