"""What has to be read for each kind of subject, in as few and as parallel requests as can be."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from datetime import timedelta

from shared.azure.failures import PassingFailure
from shared.azure.survey import Survey
from shared.model.estate import Estate, NetworkInterface, NetworkSecurityGroup, VirtualMachine
from shared.model.resource_id import NETWORK_INTERFACE, SUBNET, ResourceId

# So many NICs and VMs are quicker read than looked up, and are never out of date.
_FEW = 50
_MOST_READ_LIVE = 200
_CATCHING_UP = timedelta(minutes=2)


async def observe_virtual_machine(survey: Survey, subject: ResourceId) -> Estate:
    """Read a VM and what says whether it is eligible: its group and its size.

    One request deep, with what is cached. Raises PassingFailure.
    """
    await survey.gather(survey.read_virtual_machines([subject]))
    # Not before the VM has been answered: only that tells how late it is, and so whether what is cached is too old.
    machines = survey.virtual_machines.values()
    await survey.gather(
        survey.read_resource_groups(vm.id.resource_group_id for vm in machines),
        survey.read_gateways(),
        *_sizes(survey, machines),
    )
    return survey.estate()


async def observe_network(survey: Survey, vm: VirtualMachine) -> Estate:
    """Add the network that a VM is in: NICs, subnets with routes, NSGs, load balancers, public addresses without NSG.

    Three requests deep at most. Raises PassingFailure.
    """
    await survey.gather(
        survey.read_network_interfaces(vm.network_interface_ids),
        survey.read_service_tags(vm.id.subscription_id, vm.location),
    )
    interfaces = [
        survey.network_interfaces[one] for one in vm.network_interface_ids if one in survey.network_interfaces
    ]
    subnets = _subnet_ids(interfaces)
    await survey.gather(
        survey.read_subnets(subnets),
        survey.read_network_security_groups(
            one.network_security_group_id for one in interfaces if one.network_security_group_id
        ),
        survey.read_load_balancers(_load_balancer_ids(interfaces)),
    )
    found = [survey.subnets[one] for one in subnets if one in survey.subnets]
    await survey.gather(
        survey.read_network_security_groups(
            one.network_security_group_id for one in found if one.network_security_group_id
        ),
        survey.read_route_tables(subnets),
        survey.read_public_ip_addresses(_bare_addresses(survey, interfaces)),
    )
    return survey.estate()


async def observe_network_security_group(survey: Survey, subject: ResourceId) -> Estate:
    """Read an NSG and all the VMs behind it, by its NICs and by its subnets.

    Four requests deep at most. Where they are many, NICs and VMs come from Resource Graph, which may be minutes old;
    who is behind, the NSG and its subnets say themselves. Raises PassingFailure.
    """
    await survey.gather(survey.read_network_security_groups([subject]))
    group = survey.network_security_groups.get(subject)
    if group is None:
        return survey.estate()
    is_small = len(group.network_interface_ids) <= _FEW
    await survey.gather(
        survey.read_resource_groups([subject.resource_group_id]),
        survey.read_gateways(),
        survey.read_network_interfaces(group.network_interface_ids if is_small else ()),
        survey.read_subnets(group.subnet_ids),
        survey.read_service_tags(subject.subscription_id, group.location),
    )
    behind = {*group.network_interface_ids, *_in_subnets(survey, group)}
    if len(behind) > _FEW:
        await survey.gather(survey.read_neighbours(group, behind), survey.read_all_resource_groups(subject))
    await _complete(survey, behind)
    return survey.estate()


async def observe_again(survey: Survey, doubtful: Iterable[ResourceId]) -> Estate:
    """Read live what Resource Graph shows otherwise than a look did a while ago. Raises PassingFailure."""
    survey.forget(doubtful)
    await _complete(survey, [one for one in doubtful if one.is_a(NETWORK_INTERFACE)])
    return survey.estate()


async def _complete(survey: Survey, interface_ids: Iterable[ResourceId]) -> None:
    """Read what is not known yet of NICs behind an NSG, of their VMs, and of what is around them."""
    unknown = [one for one in interface_ids if one not in survey.network_interfaces]
    _require_few(survey, unknown, "network interfaces")
    known = survey.network_interfaces.values()
    await survey.gather(survey.read_network_interfaces(unknown), survey.read_subnets(_subnet_ids(known)))
    machine_ids = {one.virtual_machine_id for one in known if one.virtual_machine_id is not None}
    unseen = [one for one in machine_ids if one not in survey.virtual_machines]
    _require_few(survey, unseen, "VMs")
    subnet_ids = _subnet_ids(known)
    await survey.gather(
        survey.read_virtual_machines(unseen),
        survey.read_resource_groups({one.resource_group_id for one in machine_ids} - survey.resource_groups.keys()),
        survey.read_subnets(subnet_ids),
        survey.read_route_tables(subnet_ids),
        survey.read_load_balancers(_load_balancer_ids(known)),
    )
    # Of subnets that were read in the last round only: mostly there are none.
    await survey.gather(survey.read_route_tables(subnet_ids), *_sizes(survey, survey.virtual_machines.values()))


def _in_subnets(survey: Survey, group: NetworkSecurityGroup) -> Iterable[ResourceId]:
    subnets = (survey.subnets.get(one) for one in group.subnet_ids)
    return (interface for subnet in subnets if subnet for interface in subnet.network_interface_ids)


def _require_few(survey: Survey, unknown: Sequence[ResourceId], what: str) -> None:
    """Raise PassingFailure for more than one check should read by itself, until Resource Graph has caught up."""
    if len(unknown) <= _MOST_READ_LIVE:
        return
    refusal = survey.resource_graph_refusal
    why = f"Resource Graph can't be asked: {refusal}" if refusal else "Resource Graph does not show them yet"
    raise PassingFailure(f"{len(unknown)} {what} are more than are read one by one, and {why}", _CATCHING_UP)


async def observe_attachment(survey: Survey, subject: ResourceId) -> Estate:
    """Read a NIC, or the virtual network that the subject is or belongs to. Raises PassingFailure."""
    if subject.is_a(NETWORK_INTERFACE):
        await survey.gather(survey.read_network_interfaces([subject]))
    elif subject.is_a(SUBNET):
        await survey.gather(survey.read_subnets([subject]))
    else:
        await survey.gather(survey.read_virtual_networks([subject]))
    return survey.estate()


def _bare_addresses(survey: Survey, interfaces: Iterable[NetworkInterface]) -> list[ResourceId]:
    """Name the public addresses without an NSG before them: only there what kind they are says who gets in."""
    return [
        one.public_ip_address_id
        for interface in interfaces
        if interface.network_security_group_id is None
        for one in interface.ip_configurations
        if one.public_ip_address_id is not None
        and one.subnet_id in survey.subnets
        and survey.subnets[one.subnet_id].network_security_group_id is None
    ]


def _load_balancer_ids(interfaces: Iterable[NetworkInterface]) -> list[ResourceId]:
    return [
        part.parent
        for interface in interfaces
        for one in interface.ip_configurations
        for part in (*one.load_balancer_backend_pool_ids, *one.load_balancer_inbound_nat_rule_ids)
        if part.parent is not None
    ]


def _subnet_ids(interfaces: Iterable[NetworkInterface]) -> list[ResourceId]:
    return [one.subnet_id for interface in interfaces for one in interface.ip_configurations if one.subnet_id]


def _sizes(survey: Survey, machines: Iterable[VirtualMachine]) -> list[Coroutine[None, None, None]]:
    places = {(vm.id.subscription_id.casefold(), vm.location.casefold()) for vm in machines}
    return [survey.read_sizes(subscription_id, location) for subscription_id, location in sorted(places)]
