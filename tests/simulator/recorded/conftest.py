"""Compares each recording once, however many tests ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from simulator.identity import ARM_AUDIENCES
from simulator.server import ArmServer
from simulator.tls import Certificates
from tests.simulator.raw_client import RawClient
from tests.simulator.recorded.comparison import Difference
from tests.simulator.recorded.recording import Recording
from tests.simulator.recorded.replay import new_world, replay

type Compare = Callable[[Recording], Awaitable[list[Difference]]]


@pytest.fixture(scope="session")
def compare(certificates: Certificates) -> Compare:
    """Give what compares a recording with the simulator's answers, in a world and with a server of its own."""
    known: dict[tuple[str, str], list[Difference]] = {}

    async def compared(recording: Recording) -> list[Difference]:
        key = (recording.category, recording.name)
        if key not in known:
            known[key] = await replayed(recording, certificates)
        return known[key]

    return compared


async def replayed(recording: Recording, certificates: Certificates) -> list[Difference]:
    """Give all differences of a recording, from a world and a server that are there for it alone."""
    world = new_world(recording)
    token = world.identities.issue(ARM_AUDIENCES[0], world.identities.system_assigned)
    connector = aiohttp.TCPConnector(ssl=certificates.client_context())
    async with ArmServer(world, certificates) as server, aiohttp.ClientSession(connector=connector) as session:
        return await replay(world, RawClient(session, server.url, token), recording)
