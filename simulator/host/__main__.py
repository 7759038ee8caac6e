"""`python -m simulator.host --app DIR`: run a Functions app; its settings are the environment."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from simulator.host.contract import ECHO, LIFETIME_LOGGER
from simulator.host.functions import SettingMissing, UnsupportedApp
from simulator.host.options import BadHostJson, HostOptions, read_host_options
from simulator.host.routes import BadRoute
from simulator.host.schedule import BadSchedule
from simulator.host.server import Endpoint, run_host
from simulator.host.worker import AppFailedToLoad

OWN_PACKAGES = Path(".python_packages") / "lib" / "site-packages"
"""Where an app that was built for Azure has its dependencies."""
LAST_GRACE = 15.0
"""Seconds after which a host that was told to stop, but hangs in a function, ends all the same."""
UNUSABLE_APP = (AppFailedToLoad, BadHostJson, BadRoute, BadSchedule, SettingMissing, UnsupportedApp)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator.host", description="Run a Functions app locally.")
    parser.add_argument("--app", type=Path, required=True, help="the folder with host.json and function_app.py")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free one (default: 7071)")
    parser.add_argument("--cert", type=Path, help="PEM file of the certificate to serve HTTPS with")
    parser.add_argument("--key", type=Path, help="PEM file of its key")
    parser.add_argument("--manual", action="store_true", help="poll queues only when /admin/local/drain is posted to")
    parser.add_argument("--listen", action="store_true", help="echo standard input to the log, and stop when it ends")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace, options: HostOptions) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    if arguments.listen:
        threading.Thread(target=_listen, args=(loop, stop), daemon=True).start()
    endpoint = Endpoint(arguments.port, arguments.cert, arguments.key)
    async with run_host(arguments.app, options, endpoint, os.environ, manual=arguments.manual):
        await stop.wait()


def _listen(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    for line in sys.stdin:
        logging.getLogger(LIFETIME_LOGGER).info(ECHO, extra={"heard": line.strip()})
    loop.call_soon_threadsafe(stop.set)
    # A function that blocks the loop, or a thread, must not keep a host alive that nobody holds any more.
    threading.Timer(LAST_GRACE, os._exit, args=(1,)).start()


def main() -> int:
    """Run until told to stop; give 1, with the reason on standard error, for an app that cannot run."""
    arguments = _arguments()
    arguments.app = arguments.app.resolve()
    try:
        options = read_host_options(arguments.app)
        # As in Azure: the app's folder is the working directory, and its modules come first, after its own packages.
        sys.path[:0] = [str(path) for path in (arguments.app / OWN_PACKAGES, arguments.app) if path.is_dir()]
        os.chdir(arguments.app)
        asyncio.run(_run(arguments, options))
    except UNUSABLE_APP as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Not sys.exit: a function that hangs on a thread would hold the process.
    os._exit(code)
