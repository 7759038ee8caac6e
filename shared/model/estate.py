"""What was observed of Azure: resources by id, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from shared.model.application import Application, Gateway
from shared.model.bundled_tags import BundledTags
from shared.model.load_balancer import LoadBalancer
from shared.model.resource_id import ResourceId

ADMIN_CENTER_PUBLISHER = "Microsoft.AdminCenter"
ADMIN_CENTER_TYPE = "AdminCenter"


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


class PowerState(StrEnum):
    """A VM's power, from its instance view's `PowerState/…` code."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DEALLOCATING = "deallocating"
    DEALLOCATED = "deallocated"
    UNKNOWN = "unknown"


class AgentState(StrEnum):
    """What the VM agent says; ABSENT when the instance view has nothing of it, UNTOLD where none was read."""

    READY = "ready"
    NOT_READY = "not ready"
    ABSENT = "absent"
    UNTOLD = "untold"


class Direction(StrEnum):
    INBOUND = "Inbound"
    OUTBOUND = "Outbound"


class Access(StrEnum):
    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Image:
    """The image a VM was made from; all None for a custom or attached disk."""

    publisher: str | None = None
    offer: str | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """A VM extension. `running_version` and `status_*` come from the instance view, if the agent reported."""

    id: ResourceId
    publisher: str
    type: str
    provisioning_state: str
    settings: Mapping[str, Any] = field(default_factory=_nothing)
    type_handler_version: str | None = None
    auto_upgrade_minor_version: bool | None = None
    force_update_tag: str | None = None
    running_version: str | None = None
    status_code: str | None = None
    status_message: str | None = None

    @property
    def name(self) -> str:
        return self.id.name

    @property
    def is_admin_center(self) -> bool:
        """Matched by publisher and type: other tools name it as they like."""
        return (
            self.publisher.casefold() == ADMIN_CENTER_PUBLISHER.casefold()
            and self.type.casefold() == ADMIN_CENTER_TYPE.casefold()
        )


@dataclass(frozen=True, slots=True)
class VirtualMachine:
    id: ResourceId
    location: str
    provisioning_state: str
    vm_id: str | None = None
    vm_size: str | None = None
    os_type: str | None = None
    os_name: str | None = None
    computer_name: str | None = None
    image: Image = Image()
    tags: Mapping[str, str] = field(default_factory=_nothing)
    managed_by: str | None = None
    allow_extension_operations: bool = True
    power_state: PowerState = PowerState.UNKNOWN
    agent: AgentState = AgentState.ABSENT
    agent_message: str | None = None
    extensions: tuple[Extension, ...] = ()
    network_interface_ids: tuple[ResourceId, ...] = ()
    primary_network_interface_id: ResourceId | None = None

    @property
    def admin_center(self) -> Extension | None:
        """The AdminCenter extension under whatever name, if there is one."""
        return next((extension for extension in self.extensions if extension.is_admin_center), None)


@dataclass(frozen=True, slots=True)
class IpConfiguration:
    private_ip_address: str | None
    subnet_id: ResourceId | None
    public_ip_address_id: ResourceId | None = None
    primary: bool = False
    application_security_group_ids: tuple[ResourceId, ...] = ()
    load_balancer_backend_pool_ids: tuple[ResourceId, ...] = ()
    load_balancer_inbound_nat_rule_ids: tuple[ResourceId, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkInterface:
    id: ResourceId
    ip_configurations: tuple[IpConfiguration, ...]
    virtual_machine_id: ResourceId | None = None
    network_security_group_id: ResourceId | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class PublicIpAddress:
    id: ResourceId
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class Subnet:
    id: ResourceId
    address_prefixes: tuple[str, ...]
    network_security_group_id: ResourceId | None = None
    route_table_id: ResourceId | None = None
    network_interface_ids: tuple[ResourceId, ...] = ()
    nat_gateway_id: ResourceId | None = None
    default_outbound_access: bool | None = None
    """False in a private subnet; Azure mostly leaves it out where there is access."""


class NextHop(StrEnum):
    VIRTUAL_NETWORK_GATEWAY = "VirtualNetworkGateway"
    VIRTUAL_NETWORK = "VnetLocal"
    INTERNET = "Internet"
    VIRTUAL_APPLIANCE = "VirtualAppliance"
    VIRTUAL_APPLIANCE_ECMP = "VirtualApplianceEcmp"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class Route:
    """A user-defined route; `address_prefix` is a CIDR prefix or a service tag."""

    name: str
    address_prefix: str
    next_hop: NextHop
    next_hop_ip_address: str | None = None


@dataclass(frozen=True, slots=True)
class RouteTable:
    id: ResourceId
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class VirtualNetwork:
    id: ResourceId
    address_prefixes: tuple[str, ...]
    peered_address_prefixes: tuple[str, ...] = ()
    has_gateway: bool = False
    nat_gateway_id: ResourceId | None = None


@dataclass(frozen=True, slots=True)
class SecurityRule:
    """A rule of an NSG, custom or default. Singular and plural forms are merged into the plural ones."""

    name: str
    priority: int
    direction: Direction
    access: Access
    protocol: str
    source_address_prefixes: tuple[str, ...] = ()
    source_port_ranges: tuple[str, ...] = ("*",)
    destination_address_prefixes: tuple[str, ...] = ()
    destination_port_ranges: tuple[str, ...] = ("*",)
    source_application_security_group_ids: tuple[ResourceId, ...] = ()
    destination_application_security_group_ids: tuple[ResourceId, ...] = ()
    description: str | None = None

    def __hash__(self) -> int:
        """Hash what tells the rules of an NSG apart: some list thousands of addresses."""
        return hash((self.direction, self.priority, self.name))


@dataclass(frozen=True, slots=True, weakref_slot=True)
class NetworkSecurityGroup:
    id: ResourceId
    location: str
    security_rules: tuple[SecurityRule, ...]
    default_security_rules: tuple[SecurityRule, ...]
    tags: Mapping[str, str] = field(default_factory=_nothing)
    network_interface_ids: tuple[ResourceId, ...] = ()
    subnet_ids: tuple[ResourceId, ...] = ()
    resource_guid: str | None = None
    """Tells an NSG from its successor of the same name."""


@dataclass(frozen=True, slots=True)
class ResourceGroup:
    id: ResourceId
    managed_by: str | None = None
    tags: Mapping[str, str] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Estate:
    """A part of Azure as it was at `observed_at` (the earliest `Date` that Azure answered with).

    `absent` holds what Azure said is not there; `unreadable`, with the reason, what it did not let us see:
    nothing may be decided as if that were empty. `sizes` maps a VM size, in lower case, to its memory in GiB;
    `service_tags` a tag, in lower case, to its prefixes. `gateways` are all whose app registrations the audit knows.
    `from_resource_graph` holds what is known from there alone, which may be minutes old.
    """

    observed_at: datetime
    virtual_machines: Mapping[ResourceId, VirtualMachine] = field(default_factory=_nothing)
    network_interfaces: Mapping[ResourceId, NetworkInterface] = field(default_factory=_nothing)
    network_security_groups: Mapping[ResourceId, NetworkSecurityGroup] = field(default_factory=_nothing)
    virtual_networks: Mapping[ResourceId, VirtualNetwork] = field(default_factory=_nothing)
    subnets: Mapping[ResourceId, Subnet] = field(default_factory=_nothing)
    route_tables: Mapping[ResourceId, RouteTable] = field(default_factory=_nothing)
    public_ip_addresses: Mapping[ResourceId, PublicIpAddress] = field(default_factory=_nothing)
    load_balancers: Mapping[ResourceId, LoadBalancer] = field(default_factory=_nothing)
    resource_groups: Mapping[ResourceId, ResourceGroup] = field(default_factory=_nothing)
    applications: Mapping[ResourceId, Application] = field(default_factory=_nothing)
    gateways: tuple[Gateway, ...] = ()
    sizes: Mapping[str, float] = field(default_factory=_nothing)
    service_tags: Mapping[str, tuple[str, ...]] = field(default_factory=_nothing)
    bundled_tags: BundledTags | None = None
    absent: frozenset[ResourceId] = frozenset()
    unreadable: Mapping[ResourceId, str] = field(default_factory=_nothing)
    from_resource_graph: frozenset[ResourceId] = frozenset()
