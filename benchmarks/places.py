"""VMs in the subnets of a network, behind an NSG on the subnets and, where asked for, one on the interfaces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from benchmarks.groups import Neighbourhood, make_group
from benchmarks.tags import make_tags
from shared.decide.traffic import Attachment
from shared.model.estate import (
    AgentState,
    Direction,
    Estate,
    Extension,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    PowerState,
    ResourceGroup,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from shared.model.resource_id import ResourceId

GROUP = ResourceId("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-app")
ON_SUBNETS = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-subnets")
ON_INTERFACES = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-interfaces")
_NETWORK = ResourceId(f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet")
_SUBNETS = 8
_FIRST_HOST = 4
_MEMBERSHIPS = 6
_PORT, _OTHER_PORT, _ONE_IN = "6516", "6600", 50


@dataclass(frozen=True, slots=True)
class Size:
    """How large an estate is. `unlike`: no two VMs are the same to the rules, so that nothing is judged but once."""

    machines: int
    rules: int = 200
    prefixes: int = 2000
    two_groups: bool = True
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A VM's private address and where it is."""

    address: str
    subnet_id: ResourceId
    interface_id: ResourceId

    def path(self, direction: Direction) -> tuple[Attachment, ...]:
        """Give both NSGs in Azure's order."""
        both = (Attachment(ON_INTERFACES, self.interface_id), Attachment(ON_SUBNETS, self.subnet_id))
        return both if direction is Direction.OUTBOUND else both[::-1]


def spot(number: int) -> Spot:
    """Place a VM: one after the other, in each subnet in turn."""
    subnet, host = number % _SUBNETS, number // _SUBNETS + _FIRST_HOST
    address = f"10.1.{subnet * 16 + host // 256}.{host % 256}"
    return Spot(address, _NETWORK.child("subnets", f"subnet-{subnet}"), _interface_id(number))


def make_estate(size: Size) -> Estate:
    """Make an estate, the same each time."""
    numbers = range(size.machines)
    near = Neighbourhood(
        [_prefix(number) for number in range(_SUBNETS)],
        [spot(number).address for number in numbers],
        [_security_group(f"asg-{number}") for number in range(_MEMBERSHIPS)],
        _bits(-1, size),
    )
    machines, interfaces = map(_machine, numbers), (_interface(number, size) for number in numbers)
    subnets = {spot(number).subnet_id: number for number in range(_SUBNETS)}
    groups = [replace(make_group(ON_SUBNETS, size.rules, near), subnet_ids=tuple(subnets))]
    groups += [make_group(ON_INTERFACES, size.rules, near)] if size.two_groups else []
    return Estate(
        datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
        virtual_machines={one.id: one for one in machines},
        network_interfaces={one.id: one for one in interfaces},
        network_security_groups={one.id: one for one in groups},
        virtual_networks={_NETWORK: VirtualNetwork(_NETWORK, ("10.1.0.0/16",))},
        subnets={subnet: _subnet(subnet, number, size) for subnet, number in subnets.items()},
        resource_groups={GROUP: ResourceGroup(GROUP)},
        sizes={"standard_d2s_v5": 8.0},
        service_tags=make_tags(size.prefixes),
    )


def observed_again(estate: Estate) -> Estate:
    """Give an equal estate, for which nothing is prepared."""
    groups: dict[ResourceId, NetworkSecurityGroup] = {
        key: replace(group) for key, group in estate.network_security_groups.items()
    }
    return replace(estate, network_security_groups=groups)


def with_one_machine(estate: Estate, number: int) -> tuple[ResourceId, Estate]:
    """Give what the check of a single VM observes."""
    vm_id, interface_id = _vm_id(number), _interface_id(number)
    alone = replace(
        observed_again(estate),
        virtual_machines={vm_id: estate.virtual_machines[vm_id]},
        network_interfaces={interface_id: estate.network_interfaces[interface_id]},
    )
    return vm_id, alone


def _machine(number: int) -> VirtualMachine:
    vm_id = _vm_id(number)
    port = _OTHER_PORT if number % _ONE_IN == 0 else _PORT
    installed = Extension(
        vm_id.child("extensions", "AdminCenter"), "Microsoft.AdminCenter", "AdminCenter", "Succeeded", {"port": port}
    )
    return VirtualMachine(
        vm_id,
        "westeurope",
        "Succeeded",
        vm_size="Standard_D2s_v5",
        os_type="Windows",
        os_name="Windows Server 2022 Datacenter",
        power_state=PowerState.RUNNING,
        agent=AgentState.READY,
        extensions=(installed,),
        network_interface_ids=(_interface_id(number),),
    )


def _interface(number: int, size: Size) -> NetworkInterface:
    place = spot(number)
    memberships = (_security_group(f"asg-{number % _MEMBERSHIPS}"), *_bits(number, size))
    configuration = IpConfiguration(
        place.address, place.subnet_id, primary=True, application_security_group_ids=memberships
    )
    group = ON_INTERFACES if size.two_groups else None
    return NetworkInterface(place.interface_id, (configuration,), _vm_id(number), group, primary=True)


def _bits(number: int, size: Size) -> tuple[ResourceId, ...]:
    """Name an application security group for each bit of a VM's number: no two VMs are in the same ones."""
    width = (size.machines - 1).bit_length() if size.unlike else 0
    return tuple(_security_group(f"asg-bit-{bit}") for bit in range(width) if number >> bit & 1)


def _subnet(subnet_id: ResourceId, number: int, size: Size) -> Subnet:
    interfaces = tuple(map(_interface_id, range(number, size.machines, _SUBNETS)))
    return Subnet(subnet_id, (_prefix(number),), ON_SUBNETS, network_interface_ids=interfaces)


def _prefix(number: int) -> str:
    return f"10.1.{number * 16}.0/20"


def _vm_id(number: int) -> ResourceId:
    return ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-{number:05}")


def _interface_id(number: int) -> ResourceId:
    return ResourceId(f"{GROUP}/providers/Microsoft.Network/networkInterfaces/vm-{number:05}-nic")


def _security_group(name: str) -> ResourceId:
    return ResourceId(f"{GROUP}/providers/Microsoft.Network/applicationSecurityGroups/{name}")
