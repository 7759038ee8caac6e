"""`python -m simulator.up`: keep the local Azure and the app running, to play with; time flows."""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from simulator.app_log import read_rows
from simulator.azurite.service import AzuriteMissing
from simulator.child_process import ChildFailed
from simulator.demo.cases import build_cases, build_registrations
from simulator.demo.chronicle import Entry
from simulator.demo.pace import set_pace
from simulator.demo.screen import Screen, make_console
from simulator.deployment import APP, app_settings, subscribe_app
from simulator.invitation import invite
from simulator.local import LocalAzure
from simulator.local_clock import LocalClock
from simulator.world import World

ARM_PORT, GRAPH_PORT, HOST_PORT = 8443, 8444, 7443
SETTLING = timedelta(hours=1)
# The same at every start, so that a line tried yesterday works today; they open nothing but this.
_KEYS = {"LOCAL_HOST_FUNCTION_KEY": "local-function-key", "LOCAL_HOST_EVENT_GRID_KEY": "local-event-grid-key"}


def main() -> int:
    """Run until interrupted; give 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m simulator.up", description=__doc__)
    parser.add_argument("--audit", action="store_true", help="have the app audit alone: it then writes nothing")
    parser.add_argument("--speed", type=float, default=10.0, help="simulated seconds per real second (%(default)g)")
    parser.add_argument("--directory", type=Path, default=APP / ".local", help="where the certificates are kept")
    options = parser.parse_args()
    try:
        asyncio.run(_serve(options))
    except (AzuriteMissing, ChildFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except asyncio.CancelledError:
        sys.stdout.write("\nStopped.\n")
    return 0


async def _serve(options: argparse.Namespace) -> None:
    _end_on_signals()
    screen = Screen(make_console(), explaining=True)
    world = World(LocalClock(datetime.now(UTC) - SETTLING))
    world.retry_after_scale = 1 / options.speed
    azure = LocalAzure(
        APP,
        app_settings(world.subscription_id, enforcing=not options.audit) | _KEYS,
        manual=False,
        publishing=True,
        world=world,
        directory=options.directory.absolute(),
        arm_port=_free(ARM_PORT),
        graph_port=_free(GRAPH_PORT),
        host_port=_free(HOST_PORT),
    )
    async with AsyncExitStack() as stack:
        with screen.starting("Starting a local Azure and the app, and letting an hour pass ..."):
            await stack.enter_async_context(azure)
            await subscribe_app(azure)
            set_pace(world, build_cases(world))
            build_registrations(world)
            await azure.settle_for(SETTLING.total_seconds())
        sys.stdout.write(invite(azure, options.speed))
        sys.stdout.flush()
        await _until_one_ends(world.clock.run(options.speed), _show_log(azure, screen))


def _end_on_signals() -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def _until_one_ends(*work: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()


async def _show_log(azure: LocalAzure, screen: Screen) -> None:
    async for line in azure.host.follow(len(azure.log_lines())):
        for row in read_rows(line):
            screen.tell(azure.world.clock.now(), [Entry(row, [row.subject])])
    raise ChildFailed("The app's host has ended.")


def _free(port: int) -> int:
    """Give the port if nobody listens there, and 0, for any free one, if somebody does."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


if __name__ == "__main__":
    sys.exit(main())
