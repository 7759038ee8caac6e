"""What is so of a VM but not stored in its ARM model: power, agent, what the agent reports, and knobs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.store import Json

if TYPE_CHECKING:
    from simulator.arm.operations import Failure, Operation


class Power(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DEALLOCATING = "deallocating"
    DEALLOCATED = "deallocated"


@dataclass(frozen=True, slots=True)
class Install:
    """An extension handler that really ran in a guest: count these, not requests.

    `correlation_id` is that of the request that it follows from; empty where Azure itself tried again.
    """

    time: datetime
    extension_id: str
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class ExtensionReport:
    """What the agent says of an extension; `handler` is `Publisher.Type`."""

    handler: str
    version: str
    code: str
    message: str
    time: datetime
    substatuses: tuple[Json, ...] = ()

    @property
    def failed(self) -> bool:
        return "/failed" in self.code


@dataclass(slots=True)
class Machine:
    """`agent_ready_at` None: never. `install_seconds` and `agent_seconds` are knobs that go before the world's."""

    vm_id: str
    os_name: str
    os_version: str
    computer_name: str
    since: datetime
    power: Power = Power.STARTING
    agent_ready_at: datetime | None = None
    generation: str = "V2"
    reports: dict[str, ExtensionReport] = field(default_factory=dict)
    installing: dict[str, Operation] = field(default_factory=dict)
    removing: dict[str, Operation] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    protected: dict[str, object] = field(default_factory=dict)
    install_seconds: float | None = None
    agent_seconds: float | None = None
    agent_answers: bool = True
    generalized: bool = False

    def agent_is_ready(self, now: datetime) -> bool:
        return self.power is Power.RUNNING and self.agent_ready_at is not None and self.agent_ready_at <= now

    def seconds_to_agent(self, now: datetime) -> float | None:
        """How long until the agent is ready: None for never."""
        if self.agent_ready_at is None:
            return None
        return max(0.0, (self.agent_ready_at - now).total_seconds())

    def boot(self, now: datetime, agent_seconds: float) -> None:
        """Run from now on; the agent is ready after its seconds, by its own knob or that one."""
        self.power = Power.RUNNING
        seconds = agent_seconds if self.agent_seconds is None else self.agent_seconds
        self.agent_ready_at = now + timedelta(seconds=seconds) if self.agent_answers else None

    def forget(self, extension_name: str) -> None:
        """Forget all of an extension that is gone."""
        for known in (self.reports, self.failures, self.protected, self.installing, self.removing):
            known.pop(extension_name.lower(), None)
