"""A whole subscription as Resource Graph shows it, which may be minutes old: what its checks are to look at live."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from shared.azure.bundled_service_tags import read_bundled_tags
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.graph_rows import parse_machine_row, parse_network_row
from shared.azure.resource_graph import ResourceGraph
from shared.model.application import Gateway
from shared.model.estate import (
    Estate,
    NetworkInterface,
    NetworkSecurityGroup,
    PublicIpAddress,
    ResourceGroup,
    RouteTable,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from shared.model.load_balancer import LoadBalancer
from shared.model.resource_id import ResourceId


@dataclass(slots=True)
class _Inventory:
    """What was seen so far. A row that makes no sense makes its resource unreadable, and no other."""

    machines: dict[ResourceId, VirtualMachine] = field(default_factory=dict)
    network: dict[type, dict[ResourceId, Any]] = field(default_factory=dict)
    groups: dict[ResourceId, ResourceGroup] = field(default_factory=dict)
    unreadable: dict[ResourceId, str] = field(default_factory=dict)
    observed_at: datetime | None = None

    def note(self, at: datetime) -> None:
        self.observed_at = at if self.observed_at is None else min(at, self.observed_at)

    def add_machine(self, row: Mapping[str, Any]) -> None:
        vm = parse_machine_row(row)
        self.machines[vm.id] = vm

    def add_network(self, row: Mapping[str, Any]) -> None:
        for one in parse_network_row(row):
            self.network.setdefault(type(one), {})[one.id] = one

    def add_group(self, row: Mapping[str, Any]) -> None:
        group = ResourceGroup(ResourceId(row["id"]), row.get("managedBy"), dict(row.get("tags") or {}))
        self.groups[group.id] = group

    def of(self, kind: type) -> Mapping[ResourceId, Any]:
        return MappingProxyType(self.network.get(kind, {}))


async def observe_subscription(
    clients: AzureClients, facts: AzureFacts, subscription: ResourceId, gateways: tuple[Gateway, ...] = ()
) -> Estate:
    """Read all that decisions on a subscription's VMs and NSGs hang on: two or three requests for a thousand VMs.

    `gateways` are those that are known of app registrations.
    A subscription that the identity may not read is in the estate's `unreadable`. Raises PassingFailure, also where
    a part was not to be had: nothing may be decided on the rest.
    """
    seen = _Inventory()
    graph = ResourceGraph(clients, seen.note)

    async def read(query: str, add: Callable[[Mapping[str, Any]], None]) -> None:
        async for rows in graph.pages(query, subscription.subscription_id):
            for row in rows:
                _take(seen, row, add)
            # A page takes a while to read into the model: others get their turn in between.
            await asyncio.sleep(0)

    try:
        # One after the other: together they would only use up the quota sooner.
        await read("virtual_machines", seen.add_machine)
        await read("network_interfaces", seen.add_network)
        await read("network", seen.add_network)
        await read("resource_groups", seen.add_group)
    except (Absent, Refusal) as refusal:
        seen.unreadable[subscription] = str(refusal)
    observed_at = seen.observed_at
    if observed_at is None:
        raise PassingFailure("Resource Graph did not say what time it is")
    sizes, tags = await _read_facts(facts, subscription.subscription_id, seen.machines.values())
    interfaces = seen.of(NetworkInterface)
    return Estate(
        observed_at=observed_at,
        virtual_machines=MappingProxyType(seen.machines),
        network_interfaces=interfaces,
        network_security_groups=seen.of(NetworkSecurityGroup),
        virtual_networks=seen.of(VirtualNetwork),
        subnets=seen.of(Subnet),
        route_tables=seen.of(RouteTable),
        public_ip_addresses=seen.of(PublicIpAddress),
        load_balancers=seen.of(LoadBalancer),
        resource_groups=MappingProxyType(seen.groups),
        gateways=gateways,
        sizes=MappingProxyType(sizes),
        service_tags=MappingProxyType(tags),
        bundled_tags=None if tags else read_bundled_tags(),
        unreadable=MappingProxyType(seen.unreadable),
        from_resource_graph=frozenset({*seen.machines, *interfaces}),
    )


def _take(seen: _Inventory, row: Mapping[str, Any], add: Callable[[Mapping[str, Any]], None]) -> None:
    try:
        add(row)
    except ValueError as damage:
        seen.unreadable[ResourceId(row["id"])] = f"Resource Graph's row makes no sense: {damage}"


async def _read_facts(
    facts: AzureFacts, subscription_id: str, machines: Iterable[VirtualMachine]
) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    locations = sorted({vm.location.casefold() for vm in machines})
    found = await asyncio.gather(*(_unless_refused(facts.sizes(subscription_id, one)) for one in locations))
    tags = [await _unless_refused(facts.service_tags(subscription_id, one)) for one in locations[:1]]
    sizes = {name: memory for one in found for name, memory in one.items()}
    return sizes, (tags[0] if tags else {})


async def _unless_refused[V](reading: Awaitable[dict[str, V]]) -> dict[str, V]:
    """Read what the decisions can do without, though worse: they tell what they don't know."""
    try:
        return await reading
    except (Absent, Refusal):
        return {}
