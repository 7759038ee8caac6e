"""How the tags of a network can be read: by its address space, its routes, its gateway."""

from __future__ import annotations

from dataclasses import replace

from shared.decide.addresses import ALL_OF_FAMILY, NOWHERE, Addresses, family_of, parse_prefixes
from shared.decide.attached import attached_in
from shared.decide.once import Once
from shared.decide.routed_space import NOTHING_ROUTED, decide_routed_space
from shared.decide.security_group_members import NOBODY_KNOWN, Members, find_members
from shared.decide.service_tags import AZURE_HOST, NOT_INTERNET, TagReading
from shared.model.estate import Estate, RouteTable
from shared.model.resource_id import ResourceId


def read_tags(estate: Estate, subnet_id: ResourceId | None, local: Addresses) -> tuple[TagReading, ...]:
    """Give every way in which the tags of the network around `local` can be read, the plain one first."""
    readings = readings_in(estate, subnet_id, family_of(local))
    if readings[0].virtual_network.covers(local):
        return readings
    return tuple(
        replace(reading, virtual_network=reading.virtual_network | local, internet=reading.internet - local)
        for reading in readings
    )


def readings_in(estate: Estate, subnet_id: ResourceId | None, family: int) -> tuple[TagReading, ...]:
    """Give every way in which the tags can be read in a subnet for one IP family, the plain one first."""
    return _readings_of(estate).of(estate, subnet_id, family)


class _Readings:
    """The readings of an estate's subnets, each made once: an NSG may have thousands of VMs behind it."""

    def __init__(self, _estate: Estate) -> None:
        self._members: dict[ResourceId, Members] = {}
        self._made: dict[tuple[ResourceId | None, int], tuple[TagReading, ...]] = {}

    def of(self, estate: Estate, subnet_id: ResourceId | None, family: int) -> tuple[TagReading, ...]:
        """Give the readings of a subnet: the very same for subnets that are alike."""
        if (subnet_id, family) not in self._made:
            readings = _read_subnet(estate, subnet_id, family, self._members_in(estate, subnet_id))
            alike = next((known for known in self._made.values() if known == readings), readings)
            self._made[subnet_id, family] = alike
        return self._made[subnet_id, family]

    def _members_in(self, estate: Estate, subnet_id: ResourceId | None) -> Members:
        network_id = subnet_id.parent if subnet_id else None
        if network_id is None:
            return NOBODY_KNOWN
        if network_id not in self._members:
            self._members[network_id] = find_members(attached_in(estate).configurations_in(network_id))
        return self._members[network_id]


_readings_of = Once(_Readings)


def _read_subnet(
    estate: Estate, subnet_id: ResourceId | None, family: int, members: Members
) -> tuple[TagReading, ...]:
    subnet = estate.subnets.get(subnet_id) if subnet_id else None
    network_id = subnet_id.parent if subnet_id else None
    network = estate.virtual_networks.get(network_id) if network_id else None
    table = estate.route_tables.get(subnet.route_table_id) if subnet and subnet.route_table_id else None
    prefixes = (*network.address_prefixes, *network.peered_address_prefixes) if network else ()
    everything = ALL_OF_FAMILY[family]
    own = parse_prefixes((*prefixes, *(subnet.address_prefixes if subnet else ()))) & everything
    routed = decide_routed_space(table, estate.service_tags, everything) if table else NOTHING_ROUTED
    space = own | (routed.likely & NOT_INTERNET)
    plain = TagReading(
        family,
        # The host's address belongs to Internet as well, in Azure's effective rules.
        virtual_network=space | (AZURE_HOST & everything),
        internet=everything - NOT_INTERNET - space,
        service_tags=estate.service_tags,
        bundled=None if estate.service_tags else estate.bundled_tags,
        interfaces=own if network else everything,
        members=members,
    )
    if subnet is None or network is None:
        return _tunnelled(plain, "the virtual network was not read")
    if network.has_gateway:
        return _tunnelled(plain, "a gateway decides what VirtualNetwork and Internet mean there")
    if table is not None:
        return _routed(plain, routed.possible, table)
    if subnet.route_table_id is not None:
        return _tunnelled(plain, _decided_by(subnet.route_table_id))
    return (plain,)


def _tunnelled(plain: TagReading, doubt: str) -> tuple[TagReading, ...]:
    everything = ALL_OF_FAMILY[plain.family]
    return (plain, replace(plain, virtual_network=everything, internet=NOWHERE, tunnelled=True, doubt=doubt))


def _routed(plain: TagReading, routed: Addresses, table: RouteTable) -> tuple[TagReading, ...]:
    """Read the network with all the prefixes of its routes, and without those that are not certainly in it."""
    more = routed - plain.virtual_network
    if not more:
        return (plain,)
    if routed.covers(ALL_OF_FAMILY[plain.family]):
        return _tunnelled(plain, _decided_by(table.id))
    also = replace(
        plain,
        virtual_network=plain.virtual_network | more,
        internet=plain.internet - more,
        public_routes=bool(more - NOT_INTERNET),
        doubt=_decided_by(table.id),
    )
    return (plain, also)


def _decided_by(table_id: ResourceId) -> str:
    return f"route table {table_id.name} decides what VirtualNetwork and Internet mean there"
