"""Puts resources straight into a world: no HTTP, no events, no waiting. What a customer does, SDK clients do.

Every function gives the id of what it made. Names of groups, networks and so on are plain; `nsg`, `subnet` and
`public_address` are ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.arm.compute.machine import ExtensionReport, Power
from simulator.arm.compute.models import EXTENSION_TYPE, new_vm
from simulator.arm.compute.power import stop
from simulator.arm.compute.virtual_machines import attach_interfaces
from simulator.arm.ids import ArmId, group_id
from simulator.arm.network.interfaces import store_interface
from simulator.arm.network.public_addresses import store_address
from simulator.arm.network.security_groups import GROUP_TYPE, store_rule
from simulator.arm.network.virtual_networks import store_network
from simulator.arm.network.writes import SUCCEEDED, head, settle
from simulator.arm.resources.groups import new_group
from simulator.store import Json
from simulator.world import World

LOCATION = "westeurope"
WINDOWS_SERVER_2022 = ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-g2")
UBUNTU = ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2")


def add_resource_group(
    world: World,
    name: str,
    *,
    location: str = LOCATION,
    managed_by: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> str:
    """Add a resource group to the world's first subscription."""
    tagged = dict(tags) if tags is not None else None
    group = new_group(world.subscription_id, name, location, managed_by, tagged)
    world.resources[group["id"]] = group
    return str(group["id"])


def add_network(  # noqa: PLR0913 - the options of a network
    world: World,
    group: str,
    name: str,
    prefixes: Iterable[str] = ("10.0.0.0/16",),
    *,
    subnets: Mapping[str, str] | None = None,
    peered_prefixes: Iterable[str] = (),
) -> str:
    """Add a virtual network; `subnets` maps names to prefixes, without any there is one named `default`."""
    prefixes = tuple(prefixes)
    if subnets is None:
        subnets = {"default": prefixes[0].rsplit("/", 1)[0] + "/24"}
    peerings = [_peering(position, prefix) for position, prefix in enumerate(peered_prefixes)]
    document = {
        "location": _location(world, group),
        "properties": {
            "addressSpace": {"addressPrefixes": list(prefixes)},
            "subnets": [{"name": key, "properties": {"addressPrefix": prefix}} for key, prefix in subnets.items()],
            "virtualNetworkPeerings": peerings,
        },
    }
    return str(store_network(world, _id(world, group, "virtualNetworks", name), document, SUCCEEDED)["id"])


def security_rule(  # noqa: PLR0913 - the fields of a rule
    name: str,
    *,
    priority: int,
    direction: str = "Outbound",
    access: str = "Deny",
    protocol: str = "*",
    source: str | Iterable[str] = "*",
    source_port: str | Iterable[str] = "*",
    destination: str | Iterable[str] = "*",
    destination_port: str | Iterable[str] = "*",
    description: str | None = None,
) -> Json:
    """Make a rule's JSON for `add_security_group` and `add_rule`; lists go to the plural fields."""
    properties: Json = {"protocol": protocol, "access": access, "priority": priority, "direction": direction}
    properties |= {} if description is None else {"description": description}
    for singular, plural, value in (
        ("sourcePortRange", "sourcePortRanges", source_port),
        ("destinationPortRange", "destinationPortRanges", destination_port),
        ("sourceAddressPrefix", "sourceAddressPrefixes", source),
        ("destinationAddressPrefix", "destinationAddressPrefixes", destination),
    ):
        properties |= {singular: value} if isinstance(value, str) else {plural: list(value)}
    return {"name": name, "properties": properties}


def add_security_group(
    world: World, group: str, name: str, rules: Iterable[Json] = (), *, tags: Mapping[str, str] | None = None
) -> str:
    """Add an NSG with its rules (see `security_rule`)."""
    document: Json = {"location": _location(world, group)} | ({"tags": dict(tags)} if tags is not None else {})
    security_group = head(None, _id(world, group, "networkSecurityGroups", name), GROUP_TYPE, document)
    world.resources[security_group["id"]] = security_group
    settle(security_group)
    for rule in rules:
        store_rule(world, security_group, rule["name"], rule["properties"])
    return str(security_group["id"])


def add_rule(world: World, nsg: str, rule: Json) -> str:
    """Add or replace one rule of an NSG, silently: no event tells of it."""
    security_group = world.resources[nsg]
    stored = store_rule(world, security_group, rule["name"], rule["properties"])
    settle(security_group)
    return str(stored["id"])


def attach(world: World, nsg: str | None, to: str) -> None:
    """Put an NSG before a NIC or a subnet, or none."""
    properties = world.resources[to]["properties"]
    properties.pop("networkSecurityGroup", None)
    if nsg is not None:
        properties["networkSecurityGroup"] = {"id": world.resources[nsg]["id"]}


def add_public_address(world: World, group: str, name: str, *, sku: str = "Standard") -> str:
    """Add a static public IP address."""
    document = {"location": _location(world, group), "sku": {"name": sku}}
    document |= {"properties": {"publicIPAllocationMethod": "Static"}}
    return str(store_address(world, _id(world, group, "publicIPAddresses", name), document, SUCCEEDED)["id"])


def add_network_interface(  # noqa: PLR0913 - the options of an interface
    world: World,
    group: str,
    name: str,
    *,
    subnet: str,
    nsg: str | None = None,
    public_address: str | None = None,
) -> str:
    """Add a NIC with one IP configuration in `subnet`; its private address is the next free one."""
    configuration: Json = {"subnet": {"id": subnet}, "privateIPAllocationMethod": "Dynamic"}
    configuration |= {"publicIPAddress": {"id": public_address}} if public_address else {}
    properties: Json = {"ipConfigurations": [{"name": "ipconfig1", "properties": configuration}]}
    properties |= {"networkSecurityGroup": {"id": nsg}} if nsg else {}
    document = {"location": _location(world, group), "properties": properties}
    return str(store_interface(world, _id(world, group, "networkInterfaces", name), document)["id"])


def add_virtual_machine(  # noqa: PLR0913 - the options of a VM
    world: World,
    group: str,
    name: str,
    *,
    subnet: str,
    image: tuple[str, str, str] | None = WINDOWS_SERVER_2022,
    size: str = "Standard_D2s_v5",
    nsg: str | None = None,
    public_address: str | None = None,
    tags: Mapping[str, str] | None = None,
    managed_by: str | None = None,
    running: bool = True,
    agent_ready: bool = True,
    agent_ready_after: float | None = None,
    allow_extension_operations: bool = True,
    os_type: str = "Windows",
    os_name: str | None = None,
    computer_name: str | None = None,
) -> str:
    """Add a VM with a NIC `<name>-nic`; `nsg` goes to the NIC.

    `image` None: an attached disk, of which only `os_type` is known from outside, and `os_name` from the agent.
    `agent_ready` False: it never answers; `agent_ready_after` seconds from now, and from every later start.
    """
    interface = add_network_interface(
        world, group, f"{name}-nic", subnet=subnet, nsg=nsg, public_address=public_address
    )
    profile = {"computerName": computer_name or name[:15], "adminUsername": "azureuser"}
    document: Json = {
        "location": _location(world, group),
        "properties": {
            "hardwareProfile": {"vmSize": size},
            "storageProfile": _storage(image, os_type),
            "networkProfile": {"networkInterfaces": [{"id": interface}]},
        },
    }
    if image is not None:
        allowed = {"allowExtensionOperations": allow_extension_operations}
        document["properties"]["osProfile"] = profile | allowed
    document |= {"tags": dict(tags)} if tags is not None else {}
    vm, machine = new_vm(world, _id(world, group, "virtualMachines", name, "Microsoft.Compute"), document)
    vm["properties"]["provisioningState"] = "Succeeded"
    vm |= {"managedBy": managed_by} if managed_by else {}
    machine.os_name = os_name or machine.os_name
    machine.computer_name = computer_name or machine.computer_name
    attach_interfaces(world, vm)
    world.resources[vm["id"]] = vm
    world.machines[vm["id"].lower()] = machine
    machine.agent_answers, machine.agent_seconds = agent_ready, agent_ready_after
    machine.boot(world.clock.now(), 0)
    if not running:
        stop(machine, Power.DEALLOCATED)
    return str(vm["id"])


def add_extension(  # noqa: PLR0913 - the fields of an extension
    world: World,
    vm_id: str,
    name: str = "AdminCenter",
    *,
    publisher: str = "Microsoft.AdminCenter",
    type: str = "AdminCenter",  # noqa: A002 - Azure's own word
    settings: Mapping[str, Any] | None = None,
    state: str = "Succeeded",
    version: str | None = None,
    type_handler_version: str = "0.0",
) -> str:
    """Add an extension in any state; `version` is the one that runs, which the agent reports."""
    vm, machine = world.resources[vm_id], world.machine(vm_id)
    properties: Json = {
        "autoUpgradeMinorVersion": True,
        "provisioningState": state,
        "publisher": publisher,
        "type": type,
        "typeHandlerVersion": type_handler_version,
    }
    properties |= {"settings": dict(settings)} if settings is not None else {}
    extension = {
        "name": name,
        "id": f"{vm['id']}/extensions/{name}",
        "type": EXTENSION_TYPE,
        "location": vm["location"],
        "properties": properties,
    }
    world.resources[extension["id"]] = extension
    handler = f"{publisher}.{type}"
    code = {"Succeeded": "succeeded", "Failed": "failed/1"}.get(state)
    if code:
        running = version or world.handler_versions.get(handler.lower(), f"{type_handler_version}.0.0")
        message = "" if state == "Succeeded" else "The handler exited with code 1603."
        report = ExtensionReport(handler, running, f"ProvisioningState/{code}", message, world.clock.now())
        machine.reports[name.lower()] = report
    return str(extension["id"])


def network_interface_of(world: World, vm_id: str) -> str:
    """Give the id of a VM's first NIC."""
    return str(world.resources[vm_id]["properties"]["networkProfile"]["networkInterfaces"][0]["id"])


def subnet_id(network: str, name: str = "default") -> str:
    """Name a subnet of a network."""
    return f"{network}/subnets/{name}"


def _storage(image: tuple[str, str, str] | None, os_type: str) -> Json:
    if image is None:
        return {"osDisk": {"createOption": "Attach", "osType": os_type}}
    publisher, offer, sku = image
    return {
        "imageReference": {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest"},
        "osDisk": {"createOption": "FromImage"},
    }


def _peering(position: int, prefix: str) -> Json:
    space = {"addressPrefixes": [prefix]}
    properties = {"peeringState": "Connected", "remoteAddressSpace": space, "allowVirtualNetworkAccess": True}
    return {"name": f"peering{position}", "properties": {"provisioningState": SUCCEEDED} | properties}


def _location(world: World, group: str) -> str:
    return str(world.resources[group_id(world.subscription_id, group)]["location"])


def _id(world: World, group: str, collection: str, name: str, provider: str = "Microsoft.Network") -> str:
    created = world.resources[group_id(world.subscription_id, group)]["id"]
    return ArmId.parse(f"{created}/providers/{provider}/{collection}/{name}").text
