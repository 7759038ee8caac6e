"""What a handler is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulator.identity import Identity
from simulator.store import Json

if TYPE_CHECKING:
    from simulator.world import World

SYSTEM = Identity("00000000-0000-0000-0000-00000000abcd", "00000000-0000-0000-0000-00000000abce")


@dataclass(frozen=True, slots=True)
class ArmRequest:
    """A request past the gateway's doors. `params` are the path's names, by the route's template."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    params: Mapping[str, str] = field(default_factory=dict)
    base_url: str = "https://management.azure.com"
    correlation_id: str = "00000000-0000-0000-0000-000000000000"
    caller: Identity = SYSTEM
    operation_name: str = ""
    template: str = ""

    @property
    def api_version(self) -> str:
        return self.query.get("api-version", "")

    @property
    def document(self) -> Json:
        """The body as a JSON object; empty when there is none."""
        return self.body if isinstance(self.body, dict) else {}

    def expands(self, what: str) -> bool:
        """Tell whether `$expand` names `what`."""
        return what.lower() in self.query.get("$expand", "").lower()


@dataclass(slots=True)
class Answer:
    """`body` None is an empty body, or JSON's null. `starts_operation`: work goes on after the answer."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    starts_operation: bool = False
    says_null: bool = False


type Handler = Callable[[World, ArmRequest], Answer]


def timestamp(moment: datetime) -> str:
    """Write a time as Compute does: seven decimals and an offset."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0+00:00"


def zulu(moment: datetime) -> str:
    """Write a time as Event Grid does: seven decimals and a Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
