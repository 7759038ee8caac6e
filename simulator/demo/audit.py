"""What the app itself says of every VM and NSG when it is asked by HTTP."""

from __future__ import annotations

import aiohttp

from simulator.local import LocalAzure
from simulator.store import Json

type Reports = dict[str, Json]


async def audit(azure: LocalAzure, subjects: list[str]) -> Reports:
    """Have the app audit each subject; give its reports by the subject's id. Raises ClientResponseError."""
    connector = aiohttp.TCPConnector(ssl=azure.certificates.client_context())
    headers = {"x-functions-key": azure.function_key}
    async with aiohttp.ClientSession(connector=connector, headers=headers, raise_for_status=True) as session:
        return {subject: await _audit(session, azure.host_url, subject) for subject in subjects}


async def _audit(session: aiohttp.ClientSession, url: str, subject: str) -> Json:
    async with session.post(f"{url}/api/checks", json={"subject": subject}) as response:
        report: Json = await response.json()
        return report
