"""Which private addresses belong to which application security group, as far as network interfaces were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shared.decide.addresses import NOWHERE, Addresses, parse_prefixes
from shared.model.estate import IpConfiguration, NetworkInterface
from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Members:
    """The members in one virtual network, by group. `known` are the addresses whose groups are all known."""

    by_group: Mapping[ResourceId, Addresses] = field(default_factory=lambda: MappingProxyType({}))
    known: Addresses = NOWHERE


NOBODY_KNOWN = Members()


def find_members(interfaces: Iterable[NetworkInterface], network_id: ResourceId) -> Members:
    """Find what network interfaces tell of the groups of one virtual network, in which all of a group's are.

    https://learn.microsoft.com/azure/virtual-network/application-security-groups
    """
    known: list[str] = []
    by_group: dict[ResourceId, list[str]] = {}
    for configuration in _in_network(interfaces, network_id):
        if configuration.private_ip_address is not None:
            known.append(configuration.private_ip_address)
            for group in configuration.application_security_group_ids:
                by_group.setdefault(group, []).append(configuration.private_ip_address)
    return Members(
        MappingProxyType({group: parse_prefixes(tuple(found)) for group, found in by_group.items()}),
        parse_prefixes(tuple(known)),
    )


def _in_network(interfaces: Iterable[NetworkInterface], network_id: ResourceId) -> Iterable[IpConfiguration]:
    for interface in interfaces:
        for configuration in interface.ip_configurations:
            if configuration.subnet_id is not None and configuration.subnet_id.parent == network_id:
                yield configuration
