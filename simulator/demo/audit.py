"""What the app itself says of every subject when it is asked by HTTP, and functions that people run by hand."""

from __future__ import annotations

import aiohttp

from simulator.local import LocalAzure
from simulator.store import Json

type Reports = dict[str, Json]


async def audit(azure: LocalAzure, subjects: list[str]) -> Reports:
    """Have the app audit each subject; give its reports by the subject's id. Raises ClientResponseError."""
    async with _session(azure, azure.function_key) as session:
        return {subject: await _audit(session, azure.host_url, subject) for subject in subjects}


async def run_function(azure: LocalAzure, function: str) -> None:
    """Have a function run once that no event calls, such as a timer. Raises ClientResponseError."""
    async with _session(azure, azure.host.master_key) as session:
        await session.post(f"{azure.host_url}/admin/functions/{function}", json={"input": ""})


def _session(azure: LocalAzure, key: str) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(ssl=azure.certificates.client_context())
    return aiohttp.ClientSession(connector=connector, headers={"x-functions-key": key}, raise_for_status=True)


async def _audit(session: aiohttp.ClientSession, url: str, subject: str) -> Json:
    async with session.post(f"{url}/api/checks", json={"subject": subject}) as response:
        report: Json = await response.json()
        return report
