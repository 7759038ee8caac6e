"""Where decisions are made: beside the event loop, so that no event waits while thousands of VMs are decided on."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

_TURN_SECONDS = 0.001


class Decider:
    """A thread that makes one decision after the other.

    A second one would not have them made sooner, for Python runs one thread at a time, and the event loop would wait
    longer for its turn.
    """

    def __init__(self, name: str) -> None:
        """Name the thread, which begins with the first decision."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name, initializer=_give_way)

    async def run[**Given, Decision](
        self, decide: Callable[Given, Decision], *given: Given.args, **named: Given.kwargs
    ) -> Decision:
        """Make a decision when those before it are made."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(decide, *given, **named))

    def close(self) -> None:
        """Let go of the thread; what has not begun is not decided any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


@cache
def _give_way() -> None:
    """Have the process ready for threads that decide, once, when the first of them begins.

    Whoever waits for its turn asks for it every five milliseconds, and is not always the next to get it:
    https://docs.python.org/3/library/sys.html#sys.setswitchinterval
    """
    sys.setswitchinterval(_TURN_SECONDS)
    # By now the SDKs are imported. They are more than a hundred thousand objects for good, and a garbage collection
    # that looks through them keeps everything waiting for a tenth of a second.
    gc.freeze()
