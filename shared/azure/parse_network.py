"""SDK objects of the network provider, read into the model."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING

from shared.azure.references import id_of, ids_of
from shared.azure.sdk_text import text_of
from shared.model.estate import (
    Access,
    Direction,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    NextHop,
    PublicIpAddress,
    Route,
    RouteTable,
    SecurityRule,
    Subnet,
    VirtualNetwork,
)
from shared.model.resource_id import NETWORK_INTERFACE, ResourceId

if TYPE_CHECKING:
    from azure.mgmt.network import models

_GATEWAY_SUBNET = "gatewaysubnet"


def parse_network_interface(interface: models.NetworkInterface) -> NetworkInterface:
    """Read a NIC. Raises ValueError when Azure's answer has no id or no properties."""
    if interface.id is None or interface.properties is None:
        raise ValueError("Azure's answer for a network interface has no id or no properties")
    properties = interface.properties
    return NetworkInterface(
        id=ResourceId(interface.id),
        ip_configurations=tuple(_ip_configuration(one) for one in properties.ip_configurations or ()),
        virtual_machine_id=id_of(properties.virtual_machine),
        network_security_group_id=id_of(properties.network_security_group),
        primary=bool(properties.primary),
    )


def parse_network_security_group(group: models.NetworkSecurityGroup) -> NetworkSecurityGroup:
    """Read an NSG with its rules. Raises ValueError when Azure's answer lacks its id, rules or default rules."""
    if group.id is None or group.properties is None or not group.properties.default_security_rules:
        raise ValueError("Azure's answer for a network security group has no id or no default rules")
    properties = group.properties
    return NetworkSecurityGroup(
        id=ResourceId(group.id),
        location=group.location or "",
        security_rules=tuple(_rule(rule) for rule in properties.security_rules or ()),
        default_security_rules=tuple(_rule(rule) for rule in properties.default_security_rules or ()),
        tags=MappingProxyType(dict(group.tags or {})),
        network_interface_ids=tuple(ids_of(properties.network_interfaces)),
        subnet_ids=tuple(ids_of(properties.subnets)),
        resource_guid=properties.resource_guid,
    )


def parse_public_ip_address(address: models.PublicIPAddress) -> PublicIpAddress:
    """Read a public address. Raises ValueError when Azure's answer has no id."""
    if address.id is None:
        raise ValueError("Azure's answer for a public IP address has no id")
    sku = address.sku.name if address.sku else None
    return PublicIpAddress(ResourceId(address.id), text_of(sku) if sku else None)


def parse_route_table(table: models.RouteTable) -> RouteTable:
    """Read a route table with its routes. Raises ValueError when Azure's answer has no id or no properties."""
    if table.id is None or table.properties is None:
        raise ValueError("Azure's answer for a route table has no id or no properties")
    return RouteTable(ResourceId(table.id), tuple(_route(one) for one in table.properties.routes or ()))


def parse_virtual_network(network: models.VirtualNetwork) -> tuple[VirtualNetwork, tuple[Subnet, ...]]:
    """Read a virtual network and its subnets. Raises ValueError when Azure's answer has no id or no properties."""
    if network.id is None or network.properties is None:
        raise ValueError("Azure's answer for a virtual network has no id or no properties")
    properties = network.properties
    subnets = tuple(_subnet(one) for one in properties.subnets or ())
    peers = [peering.properties for peering in properties.virtual_network_peerings or () if peering.properties]
    return (
        VirtualNetwork(
            id=ResourceId(network.id),
            address_prefixes=tuple(_prefixes(properties.address_space)),
            peered_address_prefixes=tuple(
                prefix
                for peer in peers
                if peer.peering_state and text_of(peer.peering_state) == "Connected"
                for prefix in _prefixes(peer.remote_virtual_network_address_space or peer.remote_address_space)
            ),
            has_gateway=any(subnet.id.name.casefold() == _GATEWAY_SUBNET for subnet in subnets)
            or any(bool(peer.use_remote_gateways) for peer in peers),
            nat_gateway_id=id_of(properties.default_public_nat_gateway),
        ),
        subnets,
    )


def _subnet(subnet: models.Subnet) -> Subnet:
    if subnet.id is None or subnet.properties is None:
        raise ValueError("Azure's answer for a subnet has no id or no properties")
    properties = subnet.properties
    single = (properties.address_prefix,) if properties.address_prefix else ()
    return Subnet(
        id=ResourceId(subnet.id),
        address_prefixes=tuple(properties.address_prefixes or single),
        network_security_group_id=id_of(properties.network_security_group),
        route_table_id=id_of(properties.route_table),
        network_interface_ids=tuple(_interfaces(properties.ip_configurations)),
        nat_gateway_id=id_of(properties.nat_gateway),
        default_outbound_access=properties.default_outbound_access,
    )


def _route(route: models.Route) -> Route:
    given = route.properties
    prefix = given.address_prefix if given else None
    if route.name is None or given is None or not prefix:
        raise ValueError("Azure's answer for a route table has a route without a name or an address prefix")
    return Route(route.name, prefix, _next_hop(text_of(given.next_hop_type)), given.next_hop_ip_address)


def _next_hop(text: str) -> NextHop:
    """Read a kind of next hop. Raises ValueError for one that nobody knows."""
    return next((one for one in NextHop if one.casefold() == text.casefold()), None) or NextHop(text)


def _interfaces(configurations: Iterable[models.IPConfiguration] | None) -> Iterable[ResourceId]:
    """Name the NICs in a subnet; gateways, load balancers and uniform scale sets have configurations too."""
    seen = set()
    for identity in ids_of(configurations):
        interface = identity.parent
        if interface is not None and interface.is_a(NETWORK_INTERFACE) and interface not in seen:
            seen.add(interface)
            yield interface


def _ip_configuration(configuration: models.NetworkInterfaceIPConfiguration) -> IpConfiguration:
    properties = configuration.properties
    return IpConfiguration(
        private_ip_address=properties.private_ip_address if properties else None,
        subnet_id=id_of(properties.subnet) if properties else None,
        public_ip_address_id=id_of(properties.public_ip_address) if properties else None,
        primary=bool(properties and properties.primary),
        application_security_group_ids=tuple(ids_of(properties.application_security_groups)) if properties else (),
        load_balancer_backend_pool_ids=tuple(ids_of(properties.load_balancer_backend_address_pools))
        if properties
        else (),
        load_balancer_inbound_nat_rule_ids=tuple(ids_of(properties.load_balancer_inbound_nat_rules))
        if properties
        else (),
    )


def _rule(rule: models.SecurityRule) -> SecurityRule:
    if rule.name is None or rule.properties is None:
        raise ValueError("Azure's answer for a network security group has a rule without a name or properties")
    given = rule.properties
    return SecurityRule(
        name=rule.name,
        priority=given.priority,
        direction=Direction(text_of(given.direction).capitalize()),
        access=Access(text_of(given.access).capitalize()),
        protocol=text_of(given.protocol),
        source_address_prefixes=_both(given.source_address_prefix, given.source_address_prefixes),
        source_port_ranges=_both(given.source_port_range, given.source_port_ranges),
        destination_address_prefixes=_both(given.destination_address_prefix, given.destination_address_prefixes),
        destination_port_ranges=_both(given.destination_port_range, given.destination_port_ranges),
        source_application_security_group_ids=tuple(ids_of(given.source_application_security_groups)),
        destination_application_security_group_ids=tuple(ids_of(given.destination_application_security_groups)),
        description=given.description,
    )


def _both(single: str | None, several: list[str] | None) -> tuple[str, ...]:
    """Merge the singular and the plural form: Azure keeps whichever was sent, and both count."""
    return (*([single] if single else []), *(several or []))


def _prefixes(space: models.AddressSpace | None) -> Iterable[str]:
    return (space.address_prefixes if space else None) or ()
