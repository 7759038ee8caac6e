"""What is attached to what, found once for an observation: a subscription has thousands of NICs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from shared.decide.once import Once
from shared.model.estate import Estate, IpConfiguration
from shared.model.resource_id import ResourceId

type _Ids = Mapping[ResourceId, list[ResourceId]]


class Attached:
    """By NSG, by subnet, by virtual network: as those that are attached say themselves."""

    def __init__(self, estate: Estate) -> None:
        """Go through an estate's NICs and subnets once."""
        self._interfaces_on: _Ids = defaultdict(list)
        self._interfaces_in: _Ids = defaultdict(list)
        self._subnets_on: _Ids = defaultdict(list)
        self._subnets_of: _Ids = defaultdict(list)
        self._in_subnets: Mapping[ResourceId, list[IpConfiguration]] = defaultdict(list)
        for interface in estate.network_interfaces.values():
            if interface.network_security_group_id is not None:
                self._interfaces_on[interface.network_security_group_id].append(interface.id)
            for one in interface.ip_configurations:
                if one.subnet_id is not None:
                    self._interfaces_in[one.subnet_id].append(interface.id)
                    self._in_subnets[one.subnet_id].append(one)
        for subnet in estate.subnets.values():
            if subnet.network_security_group_id is not None:
                self._subnets_on[subnet.network_security_group_id].append(subnet.id)
        for subnet_id in self._in_subnets:
            self._subnets_of[subnet_id.parent or subnet_id].append(subnet_id)

    def interfaces_on(self, group_id: ResourceId) -> tuple[ResourceId, ...]:
        """Name the NICs that carry an NSG."""
        return tuple(self._interfaces_on.get(group_id, ()))

    def interfaces_in(self, subnet_id: ResourceId) -> tuple[ResourceId, ...]:
        """Name the NICs in a subnet."""
        return tuple(self._interfaces_in.get(subnet_id, ()))

    def subnets_on(self, group_id: ResourceId) -> tuple[ResourceId, ...]:
        """Name the subnets that carry an NSG."""
        return tuple(self._subnets_on.get(group_id, ()))

    def configurations_in(self, network_id: ResourceId) -> tuple[IpConfiguration, ...]:
        """Give the IP configurations in a virtual network."""
        return tuple(one for subnet in self._subnets_of.get(network_id, ()) for one in self._in_subnets[subnet])


attached_in = Once(Attached)
