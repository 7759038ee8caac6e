"""The state of the simulated Azure, and the knobs that set how it behaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulator.arm.answers import SYSTEM
from simulator.arm.operations import Operations
from simulator.arm.resource_graph.state import ResourceGraph
from simulator.arm.throttling import Throttling
from simulator.clock import Clock
from simulator.eventgrid import EventGrid
from simulator.faults import Faults
from simulator.graph.state import Graph
from simulator.identity import Identities, Identity
from simulator.request_log import RequestLog
from simulator.restrictions import Restrictions
from simulator.role_assignments import RoleAssignments
from simulator.store import Json, Resources
from simulator.topic.state import Topic

if TYPE_CHECKING:
    from simulator.arm.compute.machine import Install, Machine

SUBSCRIPTION_ID = "0b1f6471-1bf0-4dda-aec3-cb9272f09590"
TENANT_ID = "72f988bf-0000-4000-8000-2d7cd011db47"


class World:
    """Everything that is so. Durations are simulated seconds; nothing here touches the network."""

    def __init__(self, clock: Clock | None = None, subscriptions: tuple[str, ...] = (SUBSCRIPTION_ID,)) -> None:
        self.clock = clock or Clock()
        self.tenant_id = TENANT_ID
        self.subscriptions = {subscription.lower(): subscription for subscription in subscriptions}
        self.resources = Resources()
        self.machines: dict[str, Machine] = {}
        self.installs: list[Install] = []
        self.operations = Operations(self)
        self.requests = RequestLog()
        self.faults = Faults()
        self.restrictions = Restrictions()
        self.role_assignments = RoleAssignments()
        self.identities = Identities(self.tenant_id, subscriptions[0])
        self.caller = SYSTEM
        """Who does what is done to the world without any request (see `simulator.estate.somebody`)."""
        self.identity_header = "local-identity-header"
        self.event_grid = EventGrid(self.clock, self.tenant_id)
        self.throttling = Throttling(self.clock)
        self.graph = Graph(self)
        self.topic = Topic(self)
        self.resource_graph = ResourceGraph(self)

        self.retry_after_scale = 0.001
        """Scales the wait that long-running operations (they alone) ask for, since pollers really sleep it."""
        self.answer_seconds = 0.0
        """Real seconds for which the answer to a write is held back, so that writes at once are seen to overlap."""
        self.install_seconds = 180.0
        self.uninstall_seconds = 60.0
        self.machine_seconds = 0.0
        self.power_seconds = 0.0
        self.network_seconds = 0.0
        self.group_seconds = 0.0
        self.agent_seconds = 0.0
        """How long after creation or start a VM's agent is ready, where the VM's own knob says nothing."""
        self.page_size = 1000
        self.handler_versions = {"microsoft.admincenter.admincenter": "0.0.0.350"}
        """What an install leaves running, by `publisher.type` in lower case."""

    @property
    def subscription_id(self) -> str:
        """The first subscription."""
        return next(iter(self.subscriptions.values()))

    @property
    def resource_graph_lag_seconds(self) -> float:
        """How long after a change Resource Graph shows it; 0: at once."""
        return self.resource_graph.lag_seconds

    @resource_graph_lag_seconds.setter
    def resource_graph_lag_seconds(self, seconds: float) -> None:
        self.resource_graph.lag_seconds = seconds

    def resource(self, resource_id: str) -> Json | None:
        """Give a resource's stored JSON, whatever the case of the id; None if it is not there."""
        return self.resources.get(resource_id)

    def assign(self, identity: Identity, actions: Iterable[str], scope: str) -> None:
        """Assign a role with these actions at a scope: from then on, the identity is held to its roles."""
        self.role_assignments.assign(identity, actions, scope)

    def machine(self, vm_id: str) -> Machine:
        """Give what is not on the wire of a VM: its power, its agent, and its knobs."""
        self.resources.hand_out(vm_id)
        return self.machines[vm_id.lower()]
