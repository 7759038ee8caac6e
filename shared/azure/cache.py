"""What seldom changes, kept for a while by Azure's own time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta


class Cache[K, V]:
    """Values that are read once for everybody who asks, and again when older than `lifetime`."""

    def __init__(self, lifetime: timedelta, clock: Callable[[], datetime]) -> None:
        """Hold nothing yet; `clock` tells Azure's time as far as it is known."""
        self._lifetime = lifetime
        self._clock = clock
        self._held: dict[K, tuple[V, datetime]] = {}
        self._reading: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        """Give the value of `key`, reading it when none is fresh. What `read` raises goes on; nothing is kept.

        Who asks while it is being read gets what that read ends with, be it a failure: nobody waits for several.
        """
        held = self._held.get(key)
        if held is not None and self._clock() - held[1] < self._lifetime:
            return held[0]
        if key not in self._reading:
            self._reading[key] = asyncio.create_task(self._read(key, read))
        # Who is cancelled takes the read from nobody else.
        return await asyncio.shield(self._reading[key])

    async def _read(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        try:
            value = await read()
            self._held[key] = value, self._clock()
            return value
        finally:
            del self._reading[key]
