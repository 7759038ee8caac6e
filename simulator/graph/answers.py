"""What a handler is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.arm.answers import SYSTEM
from simulator.graph.errors import GraphError
from simulator.identity import Identity
from simulator.store import Json

if TYPE_CHECKING:
    from simulator.world import World


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """`query` has the options' names in lower case; `params` are the path's names, by the route's template."""

    method: str
    path: str
    base_url: str
    request_id: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    params: Mapping[str, str] = field(default_factory=dict)
    caller: Identity = SYSTEM

    @property
    def document(self) -> Json:
        """The body; raises GraphError 400 when it is no JSON object."""
        if not isinstance(self.body, dict):
            raise GraphError(400, "BadRequest", "Empty Payload. JSON content expected.")
        return self.body

    @property
    def client_request_id(self) -> str:
        """What the client calls its request, or else what the server does."""
        return self.headers.get("client-request-id") or self.request_id

    @property
    def is_eventual(self) -> bool:
        """Whether an eventually consistent answer will do, from which alone advanced queries are answered."""
        return self.headers.get("consistencylevel", "").lower() == "eventual"

    def context(self, of: str) -> str:
        """Give the URL of an answer's `@odata.context`."""
        return f"{self.base_url}/v1.0/$metadata#{of}"


@dataclass(slots=True)
class GraphAnswer:
    """`body` is a JSON object, a plain text, or None for nothing."""

    status: int
    body: Json | str | None = None
    headers: dict[str, str] = field(default_factory=dict)


type Handler = Callable[[World, GraphRequest], GraphAnswer]
