"""Access keys, and what each of them opens."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from aiohttp import web


class AuthLevel(IntEnum):
    ANONYMOUS = 0
    FUNCTION = 2
    SYSTEM = 3
    ADMIN = 4


def _new_key() -> str:
    return secrets.token_urlsafe(40)


@dataclass(frozen=True, slots=True)
class Keys:
    """`master` opens everything, `function` the HTTP functions of that level, `event_grid` the Event Grid webhook."""

    master: str = field(default_factory=_new_key)
    function: str = field(default_factory=_new_key)
    event_grid: str = field(default_factory=_new_key)

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Self:
        """Take LOCAL_HOST_MASTER_KEY, LOCAL_HOST_FUNCTION_KEY and LOCAL_HOST_EVENT_GRID_KEY; make what is absent."""
        found = {
            name: settings.get(f"LOCAL_HOST_{name.upper()}_KEY") for name in ("master", "function", "event_grid")
        }
        return cls(**{name: key for name, key in found.items() if key})

    def level_of(self, request: web.Request) -> AuthLevel:
        """Tell what the request's key opens: the header's, or else the query's."""
        given = request.headers.get("x-functions-key") or request.query.get("code") or ""
        for level, key in (
            (AuthLevel.ADMIN, self.master),
            (AuthLevel.FUNCTION, self.function),
            (AuthLevel.SYSTEM, self.event_grid),
        ):
            if hmac.compare_digest(given.encode(), key.encode()):
                return level
        return AuthLevel.ANONYMOUS

    def allow(self, request: web.Request, required: AuthLevel) -> bool:
        """Tell whether the request may pass: a level opens itself alone, and the master key all."""
        return required == AuthLevel.ANONYMOUS or self.level_of(request) in {required, AuthLevel.ADMIN}

    def demand(self, request: web.Request, required: AuthLevel) -> None:
        """Raise what ASP.NET answers: 401 without a valid key, 403 with one that opens something else."""
        if self.allow(request, required):
            return
        if self.level_of(request) == AuthLevel.ANONYMOUS:
            raise web.HTTPUnauthorized(text="")
        raise web.HTTPForbidden(text="")
