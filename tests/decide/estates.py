"""Estates to decide on: one VM in a subnet with an NSG unless asked for otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from shared.model.desired import DesiredState, Mode, Scope
from shared.model.estate import (
    Access,
    AgentState,
    Direction,
    Estate,
    Extension,
    Image,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    PowerState,
    ResourceGroup,
    RouteTable,
    SecurityRule,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from shared.model.resource_id import ResourceId

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GROUP = ResourceId(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-app")
NETWORK = ResourceId(f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet")
SUBNET = NETWORK.child("subnets", "web")
NSG = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-web")
NIC_NSG = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-nic")
VM = ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-1")
VM_ID = "0F9C1F6B-7C8E-4E0B-9E0A-6D7D0A1B2C3D"
OBSERVED_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

SERVICE_TAGS = {
    "windowsadmincenter": ("20.1.0.0/24", "20.2.8.0/25", "2603:1000::/48"),
    "azureactivedirectory": ("20.190.128.0/18", "40.126.0.0/18", "2603:1006:2000::/48"),
    "azurecloud": ("20.0.0.0/8", "40.64.0.0/10", "2603:1000::/24"),
    "storage": ("20.60.0.0/16", "52.239.0.0/16"),
    "storage.westeurope": ("20.60.4.0/24",),
}
SIZES = {"standard_d2s_v5": 8.0, "standard_b1ms": 2.0, "standard_b2s": 4.0, "standard_d1": 3.0}

AUDITED = DesiredState()
ENFORCED = DesiredState(extension_mode=Mode.ENFORCE, network_mode=Mode.ENFORCE, enforce_scopes=(Scope(SUBSCRIPTION),))


def _several(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def rule(
    name: str,
    priority: int,
    direction: Direction,
    access: Access,
    *,
    source: str | Iterable[str] = "*",
    destination: str | Iterable[str] = "*",
    ports: str | Iterable[str] = "*",
    protocol: str = "*",
    **more: Any,
) -> SecurityRule:
    """Make a rule that matches everything but what is said."""
    return SecurityRule(
        name=name,
        priority=priority,
        direction=direction,
        access=access,
        protocol=protocol,
        source_address_prefixes=_several(source),
        destination_address_prefixes=_several(destination),
        destination_port_ranges=_several(ports),
        **more,
    )


def deny_out(name: str = "DenyInternet", priority: int = 200, **more: Any) -> SecurityRule:
    """Make an outbound deny, by default of everything to the internet."""
    return rule(name, priority, Direction.OUTBOUND, Access.DENY, **{"destination": "Internet", **more})


def allow_out(name: str, priority: int, **more: Any) -> SecurityRule:
    """Make an outbound allow."""
    return rule(name, priority, Direction.OUTBOUND, Access.ALLOW, **more)


def deny_in(name: str = "DenyAllIn", priority: int = 200, **more: Any) -> SecurityRule:
    """Make an inbound deny, by default of everything."""
    return rule(name, priority, Direction.INBOUND, Access.DENY, **more)


def allow_in(name: str, priority: int, **more: Any) -> SecurityRule:
    """Make an inbound allow."""
    return rule(name, priority, Direction.INBOUND, Access.ALLOW, **more)


DEFAULT_RULES = (
    allow_in("AllowVnetInBound", 65000, source="VirtualNetwork", destination="VirtualNetwork"),
    allow_in("AllowAzureLoadBalancerInBound", 65001, source="AzureLoadBalancer"),
    deny_in("DenyAllInBound", 65500),
    allow_out("AllowVnetOutBound", 65000, source="VirtualNetwork", destination="VirtualNetwork"),
    allow_out("AllowInternetOutBound", 65001, destination="Internet"),
    deny_out("DenyAllOutBound", 65500, destination="*"),
)


def security_group(*rules: SecurityRule, identity: ResourceId = NSG, **more: Any) -> NetworkSecurityGroup:
    """Make an NSG with Azure's default rules."""
    return NetworkSecurityGroup(identity, "westeurope", rules, DEFAULT_RULES, **more)


def extension(
    name: str = "AdminCenter",
    vm: ResourceId = VM,
    *,
    publisher: str = "Microsoft.AdminCenter",
    kind: str = "AdminCenter",
    state: str = "Succeeded",
    **more: Any,
) -> Extension:
    """Make an extension, by default a healthy AdminCenter on port 6516."""
    given = {"settings": {"port": "6516", "salt": "abc"}, "status_code": "ProvisioningState/succeeded", **more}
    return Extension(vm.child("extensions", name), publisher, kind, state, **given)


def machine(identity: ResourceId = VM, **more: Any) -> VirtualMachine:
    """Make a running Windows Server 2022 with 8 GiB and without extensions."""
    given: dict[str, Any] = {
        "location": "westeurope",
        "provisioning_state": "Succeeded",
        "vm_id": VM_ID,
        "vm_size": "Standard_D2s_v5",
        "os_type": "Windows",
        "os_name": "Windows Server 2022 Datacenter",
        "image": Image("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition"),
        "power_state": PowerState.RUNNING,
        "agent": AgentState.READY,
        "network_interface_ids": (interface_id(identity),),
        **more,
    }
    return VirtualMachine(identity, **given)


def vm_named(name: str) -> ResourceId:
    """Name another VM of the group."""
    return ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}")


def interface_id(vm: ResourceId = VM) -> ResourceId:
    """Name a VM's network interface."""
    return ResourceId(f"{GROUP}/providers/Microsoft.Network/networkInterfaces/{vm.name}-nic")


def interface(
    vm: ResourceId = VM,
    address: str | None = "10.1.0.4",
    *,
    group: ResourceId | None = None,
    subnet: ResourceId = SUBNET,
) -> NetworkInterface:
    """Make a VM's network interface."""
    configuration = IpConfiguration(address, subnet, primary=True)
    return NetworkInterface(
        interface_id(vm), (configuration,), virtual_machine_id=vm, network_security_group_id=group, primary=True
    )


PUBLIC_ADDRESS = ResourceId(f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/vm-1-ip")


def on_the_internet(one: NetworkInterface | None = None, **configuration: Any) -> NetworkInterface:
    """Give a network interface a public address, or else what `configuration` says of its address."""
    one = one or interface()
    more = configuration or {"public_ip_address_id": PUBLIC_ADDRESS}
    return replace(one, ip_configurations=(replace(one.ip_configurations[0], **more),))


def estate(
    *machines: VirtualMachine,
    subnet_group: NetworkSecurityGroup | None = None,
    interface_group: NetworkSecurityGroup | None = None,
    interfaces: Iterable[NetworkInterface] = (),
    tags: Mapping[str, str] | None = None,
    route_table: ResourceId | RouteTable | None = None,
    network: VirtualNetwork | None = None,
    **more: Any,
) -> Estate:
    """Make an estate of VMs at 10.1.0.4 and up, all in one subnet, with the NSGs given.

    A route table of which only the id is given was not read.
    """
    machines = machines or (machine(),)
    on_interface = interface_group.id if interface_group else None
    made = {
        one.id: one
        for one in (
            *(
                interface(vm.id, f"10.1.0.{number}", group=on_interface)
                for number, vm in enumerate(machines, start=4)
            ),
            *interfaces,
        )
    }
    subnet = Subnet(
        SUBNET,
        ("10.1.0.0/24",),
        subnet_group.id if subnet_group else None,
        route_table.id if isinstance(route_table, RouteTable) else route_table,
        tuple(made),
    )
    groups = [one for one in (subnet_group, interface_group) if one is not None]
    given: dict[str, Any] = {
        "virtual_machines": {vm.id: vm for vm in machines},
        "network_interfaces": made,
        "network_security_groups": {one.id: one for one in groups},
        "virtual_networks": {NETWORK: network or VirtualNetwork(NETWORK, ("10.1.0.0/16",))},
        "subnets": {SUBNET: subnet},
        "route_tables": {route_table.id: route_table} if isinstance(route_table, RouteTable) else {},
        "resource_groups": {GROUP: ResourceGroup(GROUP, tags=tags or {})},
        "sizes": SIZES,
        "service_tags": SERVICE_TAGS,
        **more,
    }
    return Estate(OBSERVED_AT, **given)


def without_network(whole: Estate) -> Estate:
    """Take away all that a first look at a VM does not read."""
    return replace(
        whole,
        network_interfaces={},
        network_security_groups={},
        virtual_networks={},
        subnets={},
        service_tags={},
    )


def without_thing(here: Estate, lost: ResourceId) -> Estate:
    """Take one thing out of an estate, without a word about why."""

    def kept(things: Mapping[ResourceId, Any]) -> dict[ResourceId, Any]:
        return {one: thing for one, thing in things.items() if one != lost}

    return replace(
        here,
        virtual_machines=kept(here.virtual_machines),
        network_interfaces=kept(here.network_interfaces),
        network_security_groups=kept(here.network_security_groups),
        subnets=kept(here.subnets),
        virtual_networks=kept(here.virtual_networks),
        resource_groups=kept(here.resource_groups),
    )
