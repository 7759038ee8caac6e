"""The instances that an app is scaled out to: hosts on the same queues, behind one address."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from simulator.child_process import ChildFailed
from simulator.host.contract import Tally
from simulator.host.keys import Keys
from simulator.host.process import HostProcess, LogLine
from simulator.tls import Certificates

HOST_MARK = "local-host/"
"""What a host's number follows in the User-Agent of whatever its app's SDK clients send."""


class Instances:
    """So many hosts of one app. `address` is where the app is reached from outside: the first host's URL."""

    def __init__(  # noqa: PLR0913 - the options of a host, and how many
        self,
        app: Path,
        environment: Mapping[str, str],
        *,
        count: int,
        certificates: Certificates,
        port: int = 0,
        manual: bool = True,
    ) -> None:
        self._lines: list[LogLine] = []
        self._turn = itertools.count()
        environment = _with_keys(environment)
        self.hosts = tuple(
            HostProcess(
                app,
                {**environment, "AZURE_HTTP_USER_AGENT": f"{HOST_MARK}{number}"},
                certificates=certificates,
                port=0 if number else port,
                manual=manual,
                on_line=self._lines.append,
            )
            for number in range(count)
        )

    async def __aenter__(self) -> Self:
        try:
            await self.start_all()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def start_all(self) -> None:
        """Start every host that does not run. Raises ChildFailed."""
        starting = [host.start() for host in self.hosts if not host.is_running]
        ends = await asyncio.gather(*starting, return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _stop(self) -> None:
        await asyncio.gather(*(host.stop() for host in self.hosts if host.was_started))

    def log_lines(self) -> list[LogLine]:
        """Give what all hosts have logged, in the order in which it was heard."""
        return list(self._lines)

    async def drain(self) -> Tally:
        """Have all hosts that run process what they can, at the same time.

        Raises ChildFailed when one has ended that nobody killed.
        """
        for number, host in enumerate(self.hosts):
            if not (host.is_running or host.was_killed):
                raise ChildFailed(f"host {number} of {len(self.hosts)} has ended")
        done = await asyncio.gather(*(host.drain() for host in self.hosts if host.is_running))
        return sum(done, Tally())

    def balance(self, url: str) -> str:
        """Give a URL of the app at the host whose turn it is, as a load balancer would; other URLs as they are."""
        address = self.hosts[0].url
        running = [host for host in self.hosts if host.is_running]
        if not running or not url.startswith(f"{address}/"):
            return url
        return running[next(self._turn) % len(running)].url + url.removeprefix(address)


def _with_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """Have all hosts of an app take the same keys, also when they are started again."""
    keys = Keys.from_settings(environment)
    return {
        **environment,
        "LOCAL_HOST_MASTER_KEY": keys.master,
        "LOCAL_HOST_FUNCTION_KEY": keys.function,
        "LOCAL_HOST_EVENT_GRID_KEY": keys.event_grid,
    }
