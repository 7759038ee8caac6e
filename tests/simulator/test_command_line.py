from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import aiohttp
import pytest

from simulator.build import add_application, add_resource_group
from simulator.tls import Certificates, make_certificates
from simulator.world import World

ROOT = Path(__file__).parents[2]
ESTATE = "tests.simulator.test_command_line:fill"


def fill(world: World) -> None:
    add_resource_group(world, "Shop")
    add_application(world, "Shop's portal")


@pytest.fixture
def kept(tmp_path: Path) -> Certificates:
    return make_certificates(tmp_path)


async def test_people_start_it_with_one_command_and_are_told_how_to_reach_it(kept: Certificates) -> None:
    command = ["-m", "simulator", "--port", "0", "--graph-port", "0", "--speed", "1000", "--estate", ESTATE]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, "--directory", str(kept.ca_file.parent), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        text = (await asyncio.wait_for(process.stdout.readuntil(b"Ctrl-C"), timeout=20)).decode()
        found = re.search(r"https://localhost:\d+", text)
        assert found is not None
        assert str(kept.ca_file) in text
        assert f"--endpoint-resource-manager {found[0]}" in text
        graph = re.search(r"Graph +(https://localhost:\d+)", text)
        assert graph is not None
        connector = aiohttp.TCPConnector(ssl=kept.client_context())
        async with aiohttp.ClientSession(connector=connector, raise_for_status=True) as session:
            first = await (await session.get(f"{found[0]}/simulator/clock")).json()
            identity = {"X-IDENTITY-HEADER": "local-identity-header"}
            query = "api-version=2019-08-01&resource=https://management.azure.com/"
            token = await (await session.get(f"{found[0]}/msi/token?{query}", headers=identity)).json()
            bearer = {"Authorization": f"Bearer {token['access_token']}"}
            listed = await (
                await session.get(f"{found[0]}/subscriptions?api-version=2022-12-01", headers=bearer)
            ).json()
            root = f"{found[0]}{listed['value'][0]['id']}/resourcegroups?api-version=2022-12-01"
            groups = await (await session.get(root, headers=bearer)).json()
            query = f"api-version=2019-08-01&resource={graph[1]}/"
            token = await (await session.get(f"{found[0]}/msi/token?{query}", headers=identity)).json()
            bearer = {"Authorization": f"Bearer {token['access_token']}"}
            applications = await (await session.get(f"{graph[1]}/v1.0/applications", headers=bearer)).json()
            later = await (await session.post(f"{found[0]}/simulator/clock/advance", json={"seconds": 60})).json()
        assert [group["name"] for group in groups["value"]] == ["Shop"]
        assert [application["displayName"] for application in applications["value"]] == ["Shop's portal"]
        assert later["now"] > first["now"]
    finally:
        process.terminate()
        await process.wait()


def test_certificates_once_made_are_kept(kept: Certificates) -> None:
    before = kept.ca_file.read_bytes()
    again = make_certificates(kept.ca_file.parent)
    assert (again, again.ca_file.read_bytes()) == (kept, before)
    assert kept.key_file.stat().st_mode & 0o077 == 0
