"""Which eligible VMs send their traffic through an NSG, and what of that could not be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.decide.attached import attached_in
from shared.decide.eligibility import decide_eligibility, is_certainly_ineligible
from shared.decide.network_path import Place, find_place, not_read, primary_network_interface_id, unread_surroundings
from shared.model.desired import DesiredState
from shared.model.estate import Estate, NetworkInterface, NetworkSecurityGroup, VirtualMachine
from shared.model.plan import Finding
from shared.model.resource_id import NETWORK_INTERFACE, VIRTUAL_MACHINE, ResourceId


@dataclass(frozen=True, slots=True)
class Machine:
    """An eligible VM and where it is in the network."""

    vm: VirtualMachine
    place: Place


@dataclass(frozen=True, slots=True)
class MachinesBehind:
    """The eligible VMs behind an NSG, in order of their ids. `unknown` says who else may be there."""

    machines: tuple[Machine, ...]
    unknown: tuple[Finding, ...]


def find_machines_behind(estate: Estate, group: NetworkSecurityGroup, desired: DesiredState) -> MachinesBehind:
    """Find the VMs whose primary network interface carries the NSG or lies in one of its subnets."""
    subnet_ids = {*group.subnet_ids, *attached_in(estate).subnets_on(group.id)}
    interface_ids = _interface_ids(estate, group, subnet_ids)
    interfaces = [estate.network_interfaces[one] for one in sorted(interface_ids) if _was_read(estate, one)]
    behind = [one for one in interfaces if one.network_security_group_id == group.id or _is_in(one, subnet_ids)]
    vm_ids = sorted({one.virtual_machine_id for one in behind if one.virtual_machine_id is not None})
    unread = [one for one in sorted(subnet_ids) if one not in estate.subnets or one in estate.unreadable]
    unread += [one for one in sorted(interface_ids) if not _was_read(estate, one)]
    unknown = [not_read(estate, one, group.id) for one in unread if one not in estate.absent]
    behind_ids = {one.id for one in behind}
    machines: list[Machine] = []
    for vm_id in vm_ids:
        found = list(_look_at(estate, vm_id, behind_ids, group.id, desired))
        unknown += [one for one in found if isinstance(one, Finding)]
        machines += [one for one in found if isinstance(one, Machine)]
    return MachinesBehind(tuple(machines), tuple(unknown))


def _look_at(
    estate: Estate, vm_id: ResourceId, behind: set[ResourceId], subject: ResourceId, desired: DesiredState
) -> Iterator[Machine | Finding]:
    if vm_id in estate.absent or not vm_id.is_a(VIRTUAL_MACHINE):
        return
    vm = estate.virtual_machines.get(vm_id)
    if vm is None or vm_id in estate.unreadable:
        yield not_read(estate, vm_id, subject)
        return
    primary = primary_network_interface_id(estate, vm)
    if primary is not None and primary not in behind:
        return
    ineligible = decide_eligibility(estate, vm, desired)
    if is_certainly_ineligible(ineligible):
        return
    yield from (Finding(subject, one.reason, one.message, one.evidence) for one in ineligible)
    place = find_place(estate, vm, subject)
    if isinstance(place, Finding):
        yield place
        return
    unread = unread_surroundings(estate, place, subject)
    yield from unread
    if not unread and not ineligible:
        yield Machine(vm, place)


def _interface_ids(estate: Estate, group: NetworkSecurityGroup, subnet_ids: Iterable[ResourceId]) -> set[ResourceId]:
    """Name the NICs that may be behind; those of uniform scale sets are none that a VM check could look after."""
    attached = attached_in(estate)
    listed = {*group.network_interface_ids, *attached.interfaces_on(group.id)}
    for subnet_id in subnet_ids:
        listed.update(attached.interfaces_in(subnet_id))
        if subnet_id in estate.subnets:
            listed.update(estate.subnets[subnet_id].network_interface_ids)
    return {one for one in listed if one.is_a(NETWORK_INTERFACE) and one not in estate.absent}


def _was_read(estate: Estate, interface_id: ResourceId) -> bool:
    return interface_id in estate.network_interfaces and interface_id not in estate.unreadable


def _is_in(interface: NetworkInterface, subnet_ids: set[ResourceId]) -> bool:
    return any(one.subnet_id in subnet_ids for one in interface.ip_configurations)
