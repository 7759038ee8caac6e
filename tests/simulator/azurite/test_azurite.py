from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from simulator.azurite import ACCOUNT_KEY, ACCOUNT_NAME, Azurite
from simulator.tls import Certificates
from tests.simulator.azurite.conftest import NOON

pytestmark = pytest.mark.asyncio(loop_scope="session")

A_DAY = 24 * 3600


async def texts(queue: QueueClient, *, hidden_for: int = 30) -> list[str]:
    return [message.content async for message in queue.receive_messages(visibility_timeout=hidden_for)]


async def test_a_message_put_with_a_bearer_token_comes_back(storage: QueueServiceClient) -> None:
    queue = await storage.create_queue("checks")
    await queue.send_message("hello")
    assert await texts(queue) == ["hello"]


async def test_a_delayed_message_is_seen_once_the_clock_has_moved_and_not_before(
    azurite: Azurite, storage: QueueServiceClient
) -> None:
    queue = await storage.create_queue("checks")
    await queue.send_message("later", visibility_timeout=600)
    await azurite.advance(599)
    assert await texts(queue) == []
    await azurite.advance(1)
    assert await texts(queue) == ["later"]


async def test_a_message_taken_but_not_deleted_comes_back_when_its_time_is_over(
    azurite: Azurite, storage: QueueServiceClient
) -> None:
    queue = await storage.create_queue("checks")
    await queue.send_message("again")
    assert await texts(queue, hidden_for=60) == ["again"]
    assert await texts(queue) == []
    await azurite.advance(60)
    assert await texts(queue) == ["again"]


async def test_tokens_are_still_good_after_the_clock_moved_by_days(
    azurite: Azurite, storage: QueueServiceClient
) -> None:
    queue = await storage.create_queue("checks")
    await azurite.advance(6 * A_DAY)
    await queue.send_message("hello")
    assert await texts(queue) == ["hello"]


async def test_a_clock_set_to_a_standstill_shows_what_it_was_set_to(
    azurite: Azurite, storage: QueueServiceClient
) -> None:
    queue = await storage.create_queue("checks")
    first = await queue.send_message("one")
    second = await queue.send_message("two")
    assert (first.inserted_on, second.inserted_on) == (NOON, NOON)
    await azurite.advance(90)
    assert (await queue.send_message("three")).inserted_on == NOON + timedelta(seconds=90)


async def test_the_clock_runs_as_fast_as_it_is_told(azurite: Azurite, storage: QueueServiceClient) -> None:
    queue = await storage.create_queue("checks")
    await azurite.set_clock(NOON, rate=1_000_000)
    first = await queue.send_message("one")
    second = await queue.send_message("two")
    assert first.inserted_on is not None
    assert second.inserted_on is not None
    assert second.inserted_on - first.inserted_on > timedelta(minutes=1)


async def test_it_tells_when_the_next_hidden_message_will_be_seen(
    azurite: Azurite, storage: QueueServiceClient
) -> None:
    queue = await storage.create_queue("checks")
    await queue.send_message("now")
    assert await azurite.next_visible() is None
    await queue.send_message("in an hour", visibility_timeout=3600)
    await (await storage.create_queue("others")).send_message("in a minute", visibility_timeout=60)
    assert await azurite.next_visible() == NOON + timedelta(minutes=1)
    await azurite.advance(60)
    assert await azurite.next_visible() == NOON + timedelta(hours=1)


async def test_the_account_key_is_accepted_too(azurite: Azurite, certificates: Certificates) -> None:
    text = f"AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY};QueueEndpoint={azurite.queue_url};"
    async with QueueServiceClient.from_connection_string(
        text, connection_verify=str(certificates.ca_file)
    ) as storage:
        queue = await storage.create_queue("keyed")
        await queue.send_message("hello")
        assert await texts(queue) == ["hello"]


async def test_a_queue_that_nobody_made_is_not_there(storage: QueueServiceClient) -> None:
    with pytest.raises(ResourceNotFoundError):
        await storage.get_queue_client("nothing").send_message("hello")


async def test_nothing_is_left_running_when_its_parent_is_killed(certificates: Certificates, tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(
        "import asyncio, pathlib, sys\n"
        "from simulator.azurite import Azurite\n"
        "async def main():\n"
        "    async with Azurite(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])) as azurite:\n"
        "        print(azurite.process_id, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, program, certificates.cert_file, certificates.key_file,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    await asyncio.to_thread(_wait_until_gone, child)


def _wait_until_gone(process_id: int) -> None:
    deadline = time.monotonic() + 10
    while _is_running(process_id):
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.02)


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    # Where nobody reaps orphans (a container without init), a dead one stays as a zombie.
    status = Path(f"/proc/{process_id}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
