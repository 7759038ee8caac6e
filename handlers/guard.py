"""What one process holds: the operator's choices, the clients, and what it remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.log_format import configure_logging
from shared.act import Attempt
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.azure.survey import Survey
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.setbacks import Setbacks
from shared.settings import Settings
from shared.turns import Turns


@dataclass(frozen=True, slots=True)
class Guard:
    """Made once per process; its clients connect on first use."""

    settings: Settings
    desired: DesiredState
    clients: AzureClients
    facts: AzureFacts
    turns: Turns = field(default_factory=Turns)
    setbacks: Setbacks = field(default_factory=Setbacks)

    def survey(self, check: Check) -> Survey:
        """Begin an observation for a check."""
        return Survey(self.clients, self.facts, check)

    def attempt(self, check: Check, estate: Estate, desired: DesiredState) -> Attempt:
        """Say what acting on an observation hangs on; a check that asks for a look in any case insists."""
        return Attempt(self.clients, self.setbacks, desired, estate.observed_at, insists=check.asked_at is None)

    async def close(self) -> None:
        """Close the clients' connections."""
        await self.clients.close()


def make_guard(settings: Settings) -> Guard:
    """Make what a process needs; no request is sent yet."""
    configure_logging()
    clients = AzureClients(settings)
    return Guard(settings, settings.desired, clients, AzureFacts(clients))
