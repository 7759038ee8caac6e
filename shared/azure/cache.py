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
        self._reading: dict[K, asyncio.Lock] = {}

    async def get(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        """Give the value of `key`, reading it when none is fresh. What `read` raises goes on; nothing is kept."""
        async with self._reading.setdefault(key, asyncio.Lock()):
            held = self._held.get(key)
            if held is None or self._clock() - held[1] >= self._lifetime:
                value = await read()
                held = self._held[key] = value, self._clock()
            return held[0]
