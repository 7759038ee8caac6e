"""Requests to Graph with a token of its own, and the headers that some of them need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.store import Json
from tests.simulator.raw_client import RawAnswer, RawClient

WEB = ["http://localhost:6516/*"]
SPA = ["https://gateway.contoso.com:6600", "https://gateway.contoso.com:6600/signin-oidc"]


@dataclass(frozen=True, slots=True)
class Asking:
    """Paths are those behind `/v1.0`, or whole links to follow; options go without their dollar."""

    raw: RawClient

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        options: dict[str, str] | None = None,
    ) -> RawAnswer:
        url = path if path.startswith("https://") else f"/v1.0{path}"
        sent = {"Authorization": f"Bearer {self.raw.token}"} | (headers or {})
        query = {f"${name}": value for name, value in options.items()} if options else None
        return await self.raw.send(method, url, body, query=query, headers=sent)

    async def get(self, path: str, **options: str) -> RawAnswer:
        return await self.send("GET", path, options=options)

    async def get_eventual(self, path: str, **options: str) -> RawAnswer:
        """Ask with the header that advanced queries need."""
        return await self.send("GET", path, options=options, headers={"ConsistencyLevel": "eventual"})

    async def post(self, path: str, body: Any = None) -> RawAnswer:
        return await self.send("POST", path, body)

    async def patch(self, path: str, body: Any = None) -> RawAnswer:
        return await self.send("PATCH", path, body)

    async def delete(self, path: str) -> RawAnswer:
        return await self.send("DELETE", path)

    async def pages(self, path: str, **options: str) -> list[RawAnswer]:
        """Follow the links from page to page."""
        found = [await self.get(path, **options)]
        while link := found[-1].body.get("@odata.nextLink"):
            found.append(await self.get(link))
        return found


def items(pages: list[RawAnswer]) -> list[Json]:
    """Give what is on all pages."""
    return [item for page in pages for item in page.body["value"]]


def names(answer: RawAnswer) -> list[str]:
    """Give the display names of a page."""
    return [item["displayName"] for item in answer.body["value"]]
