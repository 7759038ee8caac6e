"""Recorded traffic of the real services, read as it is; and a server that gives recorded answers again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from aiohttp import web
from multidict import CIMultiDict

from simulator.tls import Certificates

FOLDER = Path(__file__).parents[2].parent / "shared" / "recordings"
needs_recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded traffic is not beside the project")
# What the server says of a body by itself.
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded answer, with the path that was asked for; a body of bytes is given as it is."""

    status: int
    body: Any = None
    headers: Mapping[str, str | list[str]] = field(default_factory=dict)
    path: str = ""

    @property
    def code(self) -> str:
        """The error's code, whether in ARM's envelope or not."""
        error: dict[str, Any] = self.body.get("error", self.body)
        return str(error["code"])

    @property
    def retry_after(self) -> int | None:
        asked = next((text for name, text in self.headers.items() if name.lower() == "retry-after"), None)
        return int(asked) if isinstance(asked, str) else None

    def response(self) -> web.Response:
        """Make it anew: some recordings kept no headers, and some headers came more than once."""
        headers = CIMultiDict({"Content-Type": "application/json; charset=utf-8"} if not self.headers else {})
        for name, texts in self.headers.items():
            for text in [texts] if isinstance(texts, str) else texts:
                if name.lower() not in _OF_THE_WIRE:
                    headers.add(name, text)
        return web.Response(status=self.status, body=self._content, headers=headers)

    @property
    def _content(self) -> bytes:
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        return json.dumps(self.body).encode()


def answers_of(recording: Path) -> list[Answer]:
    """Read a recording: one answer, or those of a sequence."""
    document = json.loads(recording.read_text())
    exchanges = document.get("sequence") or [document]
    return [
        Answer(one["response"]["status"], one["response"]["body"], one["response"]["headers"], one["request"]["path"])
        for one in exchanges
        if "response" in one
    ]


def recordings(*folders: str) -> list[Any]:
    """Give the recordings of folders as parameters of a test, each with its name; none where there are none."""
    found = (path for folder in folders for path in sorted((FOLDER / folder).glob("*.json")))
    return [pytest.param(path, id=path.stem) for path in found]


class Replay:
    """A server that gives what it was told to, in that order and whatever is asked; `url` is where it listens.

    `asked` has the methods of the requests that came since.
    """

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates
        self._answers: list[Answer] = []
        self.asked: list[str] = []
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None)
        self.url = ""

    def give(self, *answers: Answer) -> None:
        """Give these answers from now on, and nothing that was left of those before."""
        self._answers = list(answers)
        self.asked.clear()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.method)
        return self._answers.pop(0).response()

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._certificates.server_context())
        await site.start()
        self.url = f"https://localhost:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
