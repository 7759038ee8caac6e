"""Reading a part of Azure into an Estate: each thing once, several at a time, and what could not be read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from shared.azure.bundled_service_tags import read_bundled_tags
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.graph_rows import parse_neighbour
from shared.azure.parse_compute import parse_virtual_machine
from shared.azure.parse_load_balancer import parse_load_balancer
from shared.azure.parse_network import (
    parse_network_interface,
    parse_network_security_group,
    parse_public_ip_address,
    parse_route_table,
    parse_virtual_network,
)
from shared.azure.reading import Reader
from shared.azure.resource_graph import ResourceGraph
from shared.model.application import Gateway
from shared.model.check import Check
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

logger = logging.getLogger(__name__)


class Survey:
    """One observation under way. Ask it for things, then for the `estate` that they make.

    A thing that is absent, or that we may not see, is noted. A failure that may pass is kept until the round of
    reads has ended and raised then, so that no read is left running.
    """

    def __init__(self, clients: AzureClients, facts: AzureFacts, check: Check) -> None:
        """Begin with nothing read; `check` is what it is all read for."""
        self._check = check
        self._clients = clients
        self._facts = facts
        self._reader = Reader(clients.limit, self._note)
        self._graph = ResourceGraph(clients, self._note)
        self._asked: set[ResourceId] = set()
        self._observed_at: datetime | None = None
        self._failure: PassingFailure | None = None
        self.resource_graph_refusal: str | None = None
        self.virtual_machines: dict[ResourceId, VirtualMachine] = {}
        self.network_interfaces: dict[ResourceId, NetworkInterface] = {}
        self.network_security_groups: dict[ResourceId, NetworkSecurityGroup] = {}
        self.virtual_networks: dict[ResourceId, VirtualNetwork] = {}
        self.subnets: dict[ResourceId, Subnet] = {}
        self._public_ip_addresses: dict[ResourceId, PublicIpAddress] = {}
        self._load_balancers: dict[ResourceId, LoadBalancer] = {}
        self._route_tables: dict[ResourceId, RouteTable] = {}
        self.resource_groups: dict[ResourceId, ResourceGroup] = {}
        self._gateways: tuple[Gateway, ...] = ()
        self._sizes: dict[str, float] = {}
        self._service_tags: dict[str, tuple[str, ...]] = {}
        self._from_resource_graph: set[ResourceId] = set()
        self._absent: set[ResourceId] = set()
        self._unreadable: dict[ResourceId, str] = {}

    async def gather(self, *reads: Awaitable[None]) -> None:
        """Carry out one round of reads together. Raises PassingFailure when one of them may pass."""
        await asyncio.gather(*reads)
        if self._failure is not None:
            raise self._failure

    async def read_virtual_machines(self, ids: Iterable[ResourceId]) -> None:
        """Read VMs with their instance views and extensions: one request each."""
        await self._each(ids, self._virtual_machine)

    async def read_network_interfaces(self, ids: Iterable[ResourceId]) -> None:
        """Read NICs."""
        await self._each(ids, self._network_interface)

    async def read_network_security_groups(self, ids: Iterable[ResourceId]) -> None:
        """Read NSGs with their rules."""
        await self._each(ids, self._network_security_group)

    async def read_neighbours(self, group: NetworkSecurityGroup, interface_ids: Iterable[ResourceId]) -> None:
        """Read the NICs behind an NSG and their VMs from Resource Graph, a thousand to a request."""
        subnet_ids = [str(one).casefold() for one in group.subnet_ids]
        named = {"group": str(group.id).casefold(), "subnets": subnet_ids}
        expected = set(interface_ids)
        for row in await self._query("machines_behind", group.id, **named):
            found = parse_neighbour(row)
            # What is attached there by now, the NSG and its subnets say themselves.
            if found.interface.id not in expected:
                continue
            self.network_interfaces[found.interface.id] = found.interface
            self._from_resource_graph.add(found.interface.id)
            if found.machine is not None:
                self.virtual_machines[found.machine.id] = found.machine
                self._from_resource_graph.add(found.machine.id)

    def forget(self, ids: Iterable[ResourceId]) -> None:
        """Drop what was taken from Resource Graph, so that it is read live."""
        for one in ids:
            self.network_interfaces.pop(one, None)
            self.virtual_machines.pop(one, None)
            self._from_resource_graph.discard(one)

    async def read_all_resource_groups(self, of: ResourceId) -> None:
        """Read the resource groups of a subscription from Resource Graph."""
        for row in await self._query("resource_groups", of):
            group = ResourceGroup(ResourceId(row["id"]), row.get("managedBy"), dict(row.get("tags") or {}))
            self.resource_groups[group.id] = group

    async def read_subnets(self, ids: Iterable[ResourceId]) -> None:
        """Read subnets through their virtual network, whose address space their rules' meaning hangs on."""
        await self.read_virtual_networks(one.parent for one in ids if one.parent is not None)

    async def read_virtual_networks(self, ids: Iterable[ResourceId]) -> None:
        """Read virtual networks with all their subnets."""
        await self._each(ids, self._virtual_network)

    async def read_public_ip_addresses(self, ids: Iterable[ResourceId]) -> None:
        """Read public addresses."""
        await self._each(ids, self._public_ip_address)

    async def read_load_balancers(self, ids: Iterable[ResourceId]) -> None:
        """Read load balancers with all their rules."""
        await self._each(ids, self._load_balancer)

    async def read_route_tables(self, subnet_ids: Iterable[ResourceId]) -> None:
        """Read the route tables of those of the subnets that were read and have one."""
        subnets = (self.subnets.get(one) for one in subnet_ids)
        await self._each((one.route_table_id for one in subnets if one and one.route_table_id), self._route_table)

    async def read_resource_groups(self, ids: Iterable[ResourceId]) -> None:
        """Read resource groups, whose tags and owner speak for what is in them: cached."""
        await self._each(ids, self._resource_group)

    async def read_sizes(self, subscription_id: str, location: str) -> None:
        """Read the memory of the VM sizes of a location: cached."""
        self._sizes.update(await self._fact(self._facts.sizes(subscription_id, location)))

    async def read_service_tags(self, subscription_id: str, location: str) -> None:
        """Read the prefixes of the service tags: cached."""
        self._service_tags.update(await self._fact(self._facts.service_tags(subscription_id, location)))

    async def read_gateways(self) -> None:
        """Read which gateways the audit of app registrations knows: cached. Raises Refusal."""
        try:
            self._gateways = await self._facts.gateways()
        except PassingFailure as failure:
            self._keep(failure)

    def estate(self) -> Estate:
        """Give what was read so far."""
        if self._observed_at is None:
            raise ValueError("nothing was read yet, so there is no estate")
        return Estate(
            observed_at=self._observed_at,
            virtual_machines=MappingProxyType(self.virtual_machines),
            network_interfaces=MappingProxyType(self.network_interfaces),
            network_security_groups=MappingProxyType(self.network_security_groups),
            virtual_networks=MappingProxyType(self.virtual_networks),
            subnets=MappingProxyType(self.subnets),
            route_tables=MappingProxyType(self._route_tables),
            public_ip_addresses=MappingProxyType(self._public_ip_addresses),
            load_balancers=MappingProxyType(self._load_balancers),
            resource_groups=MappingProxyType(self.resource_groups),
            gateways=self._gateways,
            sizes=MappingProxyType(self._sizes),
            service_tags=MappingProxyType(self._service_tags),
            bundled_tags=None if self._service_tags else read_bundled_tags(),
            absent=frozenset(self._absent),
            unreadable=MappingProxyType(self._unreadable),
            from_resource_graph=frozenset(self._from_resource_graph),
        )

    async def _query(self, name: str, of: ResourceId, **named: str | Iterable[str]) -> list[dict[str, Any]]:
        """Run a query of Resource Graph. Where it can't be asked, nothing is known from there: all is read live."""
        try:
            return await self._graph.query(name, of.subscription_id, **named)
        except (Absent, Refusal) as refusal:
            self.resource_graph_refusal = str(refusal)
            self._log_unreadable(refusal)
        except PassingFailure as failure:
            self._keep(failure)
        return []

    async def _each(self, ids: Iterable[ResourceId], read: Callable[[ResourceId], Awaitable[None]]) -> None:
        new = sorted(set(ids) - self._asked)
        self._asked.update(new)
        await asyncio.gather(*(read(one) for one in new))

    async def _noted[T](self, subject: ResourceId, reading: Awaitable[T]) -> T | None:
        try:
            return await reading
        except Absent:
            self._absent.add(subject)
        except Refusal as refusal:
            self._unreadable[subject] = str(refusal)
        except PassingFailure as failure:
            self._keep(failure)
        return None

    async def _read[T](self, subject: ResourceId, operation: Callable[..., Awaitable[T]], **more: Any) -> T | None:
        return await self._noted(subject, self._reader.one(operation, subject.resource_group, subject.name, **more))

    def _note(self, at: datetime) -> None:
        self._observed_at = at if self._observed_at is None else min(at, self._observed_at)
        self._facts.note_time(at)

    async def _virtual_machine(self, subject: ResourceId) -> None:
        machines = self._clients.compute(subject.subscription_id).virtual_machines
        found = await self._read(subject, machines.get, expand="instanceView")
        if found is not None:
            self.virtual_machines[subject] = parse_virtual_machine(found)

    async def _network_interface(self, subject: ResourceId) -> None:
        found = await self._read(subject, self._clients.network(subject.subscription_id).network_interfaces.get)
        if found is not None:
            self.network_interfaces[subject] = parse_network_interface(found)

    async def _network_security_group(self, subject: ResourceId) -> None:
        groups = self._clients.network(subject.subscription_id).network_security_groups
        found = await self._read(subject, groups.get)
        if found is not None:
            self.network_security_groups[subject] = parse_network_security_group(found)

    async def _public_ip_address(self, subject: ResourceId) -> None:
        found = await self._read(subject, self._clients.network(subject.subscription_id).public_ip_addresses.get)
        if found is not None:
            self._public_ip_addresses[subject] = parse_public_ip_address(found)

    async def _load_balancer(self, subject: ResourceId) -> None:
        found = await self._read(subject, self._clients.network(subject.subscription_id).load_balancers.get)
        if found is not None:
            self._load_balancers[subject] = parse_load_balancer(found)

    async def _route_table(self, subject: ResourceId) -> None:
        found = await self._read(subject, self._clients.network(subject.subscription_id).route_tables.get)
        if found is not None:
            self._route_tables[subject] = parse_route_table(found)

    async def _virtual_network(self, subject: ResourceId) -> None:
        found = await self._read(subject, self._clients.network(subject.subscription_id).virtual_networks.get)
        if found is not None:
            network, subnets = parse_virtual_network(found)
            self.virtual_networks[subject] = network
            self.subnets.update((subnet.id, subnet) for subnet in subnets)

    async def _resource_group(self, subject: ResourceId) -> None:
        found = await self._noted(subject, self._facts.resource_group(subject))
        if found is not None:
            self.resource_groups[subject] = found

    async def _fact[V](self, reading: Awaitable[dict[str, V]]) -> dict[str, V]:
        """Read what the decisions can do without, though worse: they tell what they don't know."""
        try:
            return await reading
        except (Absent, Refusal) as refusal:
            self._log_unreadable(refusal)
        except PassingFailure as failure:
            self._keep(failure)
        return {}

    def _log_unreadable(self, refusal: Absent | Refusal) -> None:
        fields = {"subject": str(self._check.subject), "correlation_id": self._check.correlation_id}
        logger.warning("Fact not readable", extra={**fields, "reason": str(refusal)})

    def _keep(self, failure: PassingFailure) -> None:
        """Keep the failure that has us wait the longest."""
        kept = self._failure
        if kept is None or (failure.retry_after or timedelta()) > (kept.retry_after or timedelta()):
            self._failure = failure
