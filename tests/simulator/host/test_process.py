from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from simulator.child_process import ChildFailed
from simulator.host.process import HostProcess, LogLine
from simulator.tls import Certificates
from tests.simulator.host.conftest import APPS, Storage

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("app", "said"),
    [
        ("broken", "a_module_that_is_not_there"),
        ("empty", "there is no function"),
        ("unset", "'%NEVER_SET%' does not resolve to a value"),
        ("nowhere", "host.json"),
    ],
)
async def test_an_app_that_cannot_run_ends_the_host_with_the_reason(
    settings: dict[str, str], app: str, said: str
) -> None:
    with pytest.raises(ChildFailed, match=said):
        async with HostProcess(APPS / app, settings):
            pytest.fail("it started")


async def test_a_live_host_polls_by_itself_and_what_it_gives_up_is_poison(
    settings: dict[str, str], certificates: Certificates, storage: Storage
) -> None:
    queue = await storage.queue("plain")
    async with HostProcess(APPS / "silent", settings, certificates=certificates, manual=False) as process:
        follower = asyncio.create_task(_all(process))
        await queue.send_message("hopeless")
        heard = 0
        async with asyncio.timeout(20):
            async for line in process.follow():
                heard += line["message"] == "plain: hopeless"
                if heard == 5:
                    break
        await process.drain()
    assert await storage.texts("plain-poison") == ["hopeless"]
    assert await follower == process.log_lines()


async def test_a_live_host_follows_the_schedules_of_its_timers(settings: dict[str, str]) -> None:
    async with HostProcess(APPS / "silent", settings, manual=False) as process, asyncio.timeout(20):
        ticks = 0
        async for line in process.follow():
            ticks += line["message"] == "tick"
            if ticks == 1:
                break
        assert ticks == 1


async def test_without_a_prefix_functions_are_at_the_root_and_the_more_exact_route_wins(
    settings: dict[str, str], certificates: Certificates
) -> None:
    async with HostProcess(APPS / "silent", settings) as process, aiohttp.ClientSession(process.url) as http:
        assert process.url.startswith("http://")
        assert await (await http.get("/exactly")).text() == "exactly"
        assert await (await http.get("/a/b%20c")).text() == "anything: a/b c"
        assert (await http.get("/admin/nothing")).status == 404
        assert [line["message"] for line in process.log_lines()] == ["Host started"]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
async def test_a_signal_ends_the_host_in_order(settings: dict[str, str], name: str) -> None:
    command: list[str | Path] = [sys.executable, "-m", "simulator.host", "--app", APPS / "silent", "--port", "0"]
    environment = {**settings, "PYTHONPATH": str(Path(__file__).parents[3])}
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    assert b"Host started" in await process.stdout.readline()
    process.send_signal(signal.Signals[name])
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_a_host_whose_parent_is_killed_ends(settings: dict[str, str], tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(
        "import asyncio, os, pathlib, sys\n"
        "from simulator.host.process import HostProcess, LogLine\n"
        "async def main():\n"
        "    async with HostProcess(pathlib.Path(sys.argv[1]), os.environ) as process:\n"
        "        print(process.url, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    environment = {**os.environ, **settings, "PYTHONPATH": str(Path(__file__).parents[3])}
    parent = await asyncio.create_subprocess_exec(
        sys.executable, program, APPS / "silent", stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert parent.stdout is not None
    url = (await parent.stdout.readline()).decode().strip()
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(10):
        await _refuses(url)


async def _all(process: HostProcess) -> list[LogLine]:
    return [line async for line in process.follow()]


async def _refuses(url: str) -> None:
    async with aiohttp.ClientSession() as http:
        try:
            await http.get(url)
        except aiohttp.ClientConnectionError:
            return
    await asyncio.sleep(0.02)
    await _refuses(url)
