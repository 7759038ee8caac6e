"""What one process holds: the operator's choices, the clients, and what it remembers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from handlers.deciding import Decider
from handlers.log_format import configure_logging
from shared.act import Attempt
from shared.azure.clients import AzureClients
from shared.azure.directory import Directory
from shared.azure.facts import AzureFacts
from shared.azure.survey import Survey
from shared.decide.orders import decide_ordered, remember_orders
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.past import Past
from shared.model.plan import Plan
from shared.settings import Settings
from shared.settle import read_orders, settle
from shared.turns import Turn, Turns

# A subscription of ten thousand VMs takes some hundred megabytes, while it is swept.
_SWEEPS_AT_ONCE = 1


@dataclass(frozen=True, slots=True)
class Guard:
    """Made once per process; its clients connect on first use.

    A VM is decided on in a tenth of a second, an NSG in seconds if thousands of VMs are behind it, and so is a whole
    subscription: those are apart.
    """

    settings: Settings
    desired: DesiredState
    clients: AzureClients
    facts: AzureFacts
    turns: Turns = field(default_factory=Turns)
    on_machines: Decider = field(default_factory=lambda: Decider("on-machines"))
    on_groups: Decider = field(default_factory=lambda: Decider("on-groups"))
    on_sweeps: Decider = field(default_factory=lambda: Decider("on-sweeps"))
    sweeping: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_SWEEPS_AT_ONCE))

    def survey(self, check: Check) -> Survey:
        """Begin an observation for a check."""
        return Survey(self.clients, self.facts, check)

    def directory(self) -> Directory:
        """Begin an observation of app registrations."""
        return Directory(self.clients)

    def attempt(self, check: Check, turn: Turn, estate: Estate, desired: DesiredState) -> Attempt:
        """Say what acting on an observation hangs on."""
        return Attempt(self.clients, turn, check, desired, estate.observed_at)

    async def settle(self, check: Check, turn: Turn, estate: Estate) -> Past:
        """Add what was observed to what is remembered, and settle the writes whose end can now be seen."""
        return await settle(self.clients, turn, estate, check)

    async def ordered(self, check: Check, turn: Turn, estate: Estate, plan: Plan) -> Plan:
        """Give the plan that people's orders leave of one."""
        orders = await read_orders(self.clients, turn, check)
        plan = decide_ordered(estate, plan, turn.past, orders)
        turn.past = remember_orders(turn.past, orders, estate, check.subject)
        return plan

    async def close(self) -> None:
        """Close the clients' connections, and decide nothing more."""
        self.on_machines.close()
        self.on_groups.close()
        self.on_sweeps.close()
        await self.clients.close()


def make_guard(settings: Settings) -> Guard:
    """Make what a process needs; no request is sent yet."""
    configure_logging()
    clients = AzureClients(settings)
    return Guard(settings, settings.desired, clients, AzureFacts(clients))
