"""Requests as no SDK sends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

API_VERSION = "2024-07-01"


@dataclass(frozen=True, slots=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])


@dataclass(frozen=True, slots=True)
class RawClient:
    """Sends anything, with a token and an api-version unless told otherwise; header names come in lower case."""

    session: aiohttp.ClientSession
    url: str
    token: str
    api_version: str | None = API_VERSION

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> RawAnswer:
        url = path if path.startswith("https://") else self.url + path
        if query is None and self.api_version and "api-version" not in url:
            query = {"api-version": self.api_version}
        sent = {"Authorization": f"Bearer {self.token}"} if headers is None else headers
        async with self.session.request(method, url, json=body, params=query, headers=sent) as response:
            text = await response.text()
            document = await response.json(content_type=None) if text else None
            return RawAnswer(
                response.status, {name.lower(): value for name, value in response.headers.items()}, document
            )

    async def get(self, path: str, **query: str) -> RawAnswer:
        always = {"api-version": self.api_version} if self.api_version else {}
        return await self.send("GET", path, query=always | query if query else None)
