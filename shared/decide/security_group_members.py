"""Which private addresses belong to which application security group, as far as network interfaces were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shared.decide.addresses import NOWHERE, Addresses, parse_prefixes
from shared.model.estate import IpConfiguration
from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Members:
    """The members in one virtual network, by group. `known` are the addresses whose groups are all known."""

    by_group: Mapping[ResourceId, Addresses] = field(default_factory=lambda: MappingProxyType({}))
    known: Addresses = NOWHERE


NOBODY_KNOWN = Members()


def find_members(configurations: Iterable[IpConfiguration]) -> Members:
    """Find what the IP configurations in one virtual network, in which all of a group's are, tell of its groups.

    https://learn.microsoft.com/azure/virtual-network/application-security-groups
    """
    known: list[str] = []
    by_group: dict[ResourceId, list[str]] = {}
    for configuration in configurations:
        if configuration.private_ip_address is not None:
            known.append(configuration.private_ip_address)
            for group in configuration.application_security_group_ids:
                by_group.setdefault(group, []).append(configuration.private_ip_address)
    return Members(
        MappingProxyType({group: parse_prefixes(tuple(found)) for group, found in by_group.items()}),
        parse_prefixes(tuple(known)),
    )
