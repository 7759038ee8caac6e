"""VMs in subnets, each behind two NSGs: one on its network interface, one on its subnet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from benchmarks.groups import Neighbourhood, make_group
from benchmarks.tags import make_tags
from shared.model.estate import (
    AgentState,
    Estate,
    Extension,
    IpConfiguration,
    NetworkInterface,
    PowerState,
    ResourceGroup,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from shared.model.resource_id import ResourceId

GROUP = ResourceId("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-app")
_NETWORK = ResourceId(f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet")
SUBNET_NSG = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-subnet")
INTERFACE_NSG = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-interface")
_SUBNETS = 8
_ADDRESSES_PER_SUBNET = 1 << 12
_FIRST_USABLE = 4
_MEMBERSHIPS = 6


def subnet_id(number: int) -> ResourceId:
    """Name a subnet."""
    return _NETWORK.child("subnets", f"subnet-{number}")


def _prefix(number: int) -> str:
    return f"10.1.{number * 16}.0/20"


def address(number: int) -> tuple[str, ResourceId]:
    """Give the address and subnet of a VM: one after the other, in turn in each subnet."""
    subnet, host = number % _SUBNETS, number // _SUBNETS + _FIRST_USABLE
    return f"10.1.{subnet * 16 + host // 256}.{host % 256}", subnet_id(subnet)


def _security_group(number: int) -> ResourceId:
    return ResourceId(f"{GROUP}/providers/Microsoft.Network/applicationSecurityGroups/asg-{number}")


def machine(number: int, *, port: int = 6516) -> VirtualMachine:
    """Make a running VM with the extension."""
    vm = ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-{number:05}")
    settings = {"port": str(port)}
    installed = Extension(
        vm.child("extensions", "AdminCenter"), "Microsoft.AdminCenter", "AdminCenter", "Succeeded", settings
    )
    return VirtualMachine(
        vm,
        "westeurope",
        "Succeeded",
        vm_size="Standard_D2s_v5",
        os_type="Windows",
        os_name="Windows Server 2022 Datacenter",
        power_state=PowerState.RUNNING,
        agent=AgentState.READY,
        extensions=(installed,),
        network_interface_ids=(interface_id(number),),
    )


def interface_id(number: int) -> ResourceId:
    """Name the network interface of a VM."""
    return ResourceId(f"{GROUP}/providers/Microsoft.Network/networkInterfaces/vm-{number:05}-nic")


def interface(number: int, group: ResourceId | None) -> NetworkInterface:
    """Make the network interface of a VM, a member of one application security group, behind an NSG of its own."""
    private, subnet = address(number)
    random = Random(number)
    member = IpConfiguration(
        private,
        subnet,
        primary=True,
        application_security_group_ids=tuple(_security_group(random.randrange(_MEMBERSHIPS)) for _ in range(1)),
    )
    vm = ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-{number:05}")
    return NetworkInterface(interface_id(number), (member,), vm, group, primary=True)


def make_estate(*, machines: int, rules: int, prefixes: int, on_interfaces: bool = True) -> Estate:
    """Make VMs behind NSGs of so many rules each, where service tags have so many prefixes."""
    near = Neighbourhood(
        [_prefix(number) for number in range(_SUBNETS)],
        [address(number)[0] for number in range(machines)],
        [_security_group(number) for number in range(_MEMBERSHIPS)],
    )
    vms = {one.id: one for one in map(_with_port, range(machines))}
    nics = {
        one.id: one
        for one in (interface(number, INTERFACE_NSG if on_interfaces else None) for number in range(machines))
    }
    subnets = {
        subnet_id(n): Subnet(
            subnet_id(n),
            (_prefix(n),),
            SUBNET_NSG,
            network_interface_ids=tuple(interface_id(k) for k in range(n, machines, _SUBNETS)),
        )
        for n in range(_SUBNETS)
    }
    group = replace(make_group(SUBNET_NSG, rules, near, 1), subnet_ids=tuple(subnets))
    nic_group = replace(
        make_group(INTERFACE_NSG, rules, near, 2), network_interface_ids=tuple(nics) if on_interfaces else ()
    )
    return Estate(
        datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
        virtual_machines=vms,
        network_interfaces=nics,
        network_security_groups={one.id: one for one in (group, nic_group)},
        virtual_networks={_NETWORK: VirtualNetwork(_NETWORK, ("10.1.0.0/16",))},
        subnets=subnets,
        resource_groups={GROUP: ResourceGroup(GROUP)},
        sizes={"standard_d2s_v5": 8.0},
        service_tags=make_tags(prefixes),
    )


def _with_port(number: int) -> VirtualMachine:
    return machine(number, port=6516 if number % 50 else 6600)
