"""Where a VM's traffic goes: its primary network interface, its address, and the NSGs that it meets."""

from __future__ import annotations

from dataclasses import dataclass

from shared.decide.traffic import Attachment
from shared.model.estate import Direction, Estate, IpConfiguration, NetworkInterface, VirtualMachine
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Place:
    """A VM's primary private address: on which network interface, in which subnet, with which public address."""

    network_interface: NetworkInterface
    address: str
    subnet_id: ResourceId
    public_ip_address_id: ResourceId | None = None
    load_balancer_backend_pool_ids: tuple[ResourceId, ...] = ()
    load_balancer_inbound_nat_rule_ids: tuple[ResourceId, ...] = ()

    @property
    def load_balancer_ids(self) -> tuple[ResourceId, ...]:
        """The load balancers that the VM is behind, each once."""
        parts = (*self.load_balancer_backend_pool_ids, *self.load_balancer_inbound_nat_rule_ids)
        return tuple(dict.fromkeys(part.parent for part in parts if part.parent is not None))


def find_place(estate: Estate, vm: VirtualMachine, subject: ResourceId) -> Place | Finding:
    """Find where a VM is in its network, or say why that can't be told, as a finding about `subject`."""
    interface_id = primary_network_interface_id(estate, vm)
    if interface_id is None:
        message = f"Which network interface of {vm.id.name} is the primary one can't be told."
        return Finding(subject, Reason.TRAFFIC_UNKNOWN, message)
    interface = estate.network_interfaces.get(interface_id)
    if interface is None or interface_id in estate.unreadable:
        return not_read(estate, interface_id, subject)
    configuration = _primary_configuration(interface)
    if configuration is None or not configuration.private_ip_address or configuration.subnet_id is None:
        message = f"Network interface {interface_id.name} has no primary private address yet."
        return Finding(subject, Reason.TRAFFIC_UNKNOWN, message)
    return Place(
        interface,
        configuration.private_ip_address,
        configuration.subnet_id,
        configuration.public_ip_address_id,
        configuration.load_balancer_backend_pool_ids,
        configuration.load_balancer_inbound_nat_rule_ids,
    )


def primary_network_interface_id(estate: Estate, vm: VirtualMachine) -> ResourceId | None:
    """Name a VM's primary network interface; None where nothing tells which of several it is."""
    if vm.primary_network_interface_id is not None:
        return vm.primary_network_interface_id
    if len(vm.network_interface_ids) == 1:
        return vm.network_interface_ids[0]
    read = (estate.network_interfaces.get(one) for one in vm.network_interface_ids)
    primary = [interface.id for interface in read if interface is not None and interface.primary]
    return primary[0] if len(primary) == 1 else None


def unread_parts(estate: Estate, place: Place, subject: ResourceId) -> tuple[Finding, ...]:
    """Tell what of the whole path, NSGs included, is not known: nothing may be judged without it."""
    groups = dict.fromkeys(attachment.group_id for attachment in _attachments(estate, place))
    missing = [one for one in groups if one not in estate.network_security_groups or one in estate.unreadable]
    return (*unread_surroundings(estate, place, subject), *(not_read(estate, one, subject) for one in missing))


def unread_surroundings(estate: Estate, place: Place, subject: ResourceId) -> tuple[Finding, ...]:
    """Tell whether the subnet or the virtual network around a place is not known."""
    subnet_id, network_id = place.subnet_id, place.subnet_id.parent
    if subnet_id not in estate.subnets or subnet_id in estate.unreadable:
        return (not_read(estate, subnet_id, subject),)
    return (not_read(estate, network_id, subject),) if network_id and network_id in estate.unreadable else ()


def attachments_of(estate: Estate, place: Place, direction: Direction) -> tuple[Attachment, ...]:
    """Name the NSGs on the path in Azure's order: outbound the interface's first, inbound the subnet's."""
    on_path = _attachments(estate, place)
    return on_path if direction is Direction.OUTBOUND else on_path[::-1]


def not_read(estate: Estate, missing: ResourceId, subject: ResourceId) -> Finding:
    """Say that something was not to be had: what rests on it is unknown."""
    parent = missing.parent
    reason = estate.unreadable.get(missing) or (estate.unreadable.get(parent) if parent else None)
    evidence = {"resource": str(missing)}
    if reason is not None:
        message = f"{missing.name} can't be read: {reason}"
        return Finding(subject, Reason.READ_FAILED, message, evidence)
    why = "is not there any more" if missing in estate.absent else "was not read"
    message = f"{missing.name} {why}, so what becomes of the traffic can't be told."
    return Finding(subject, Reason.TRAFFIC_UNKNOWN, message, evidence)


def _attachments(estate: Estate, place: Place) -> tuple[Attachment, ...]:
    interface, subnet = place.network_interface, estate.subnets.get(place.subnet_id)
    on_interface, on_subnet = (
        interface.network_security_group_id,
        subnet.network_security_group_id if subnet else None,
    )
    return (
        *((Attachment(on_interface, interface.id),) if on_interface else ()),
        *((Attachment(on_subnet, place.subnet_id),) if on_subnet else ()),
    )


def _primary_configuration(interface: NetworkInterface) -> IpConfiguration | None:
    configurations = interface.ip_configurations
    primary = [one for one in configurations if one.primary]
    if len(primary) == 1:
        return primary[0]
    return configurations[0] if len(configurations) == 1 else None
