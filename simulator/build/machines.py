"""Virtual machines and their extensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.arm.compute.machine import ExtensionReport, Power
from simulator.arm.compute.models import EXTENSION_TYPE, new_vm
from simulator.arm.compute.power import stop
from simulator.arm.compute.virtual_machines import attach_interfaces
from simulator.build.groups import location_of, new_id
from simulator.build.networks import add_network_interface
from simulator.store import Json
from simulator.world import World

WINDOWS_SERVER_2022 = ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-g2")
UBUNTU = ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2")


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
    other_interfaces: Sequence[str] = (),
    scale_set: str | None = None,
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
    """Add a VM with a NIC `<name>-nic`; `nsg` goes to the NIC, which is the primary one where there are others.

    `scale_set` is the id of the Flexible scale set that the VM is an instance of.

    `image` None: an attached disk, of which only `os_type` is known from outside, and `os_name` from the agent.
    `agent_ready` False: it never answers; `agent_ready_after` seconds from now, and from every later start.
    """
    interface = add_network_interface(
        world, group, f"{name}-nic", subnet=subnet, nsg=nsg, public_address=public_address
    )
    profile = {"computerName": computer_name or name[:15], "adminUsername": "azureuser"}
    document: Json = {
        "location": location_of(world, group),
        "properties": {
            "hardwareProfile": {"vmSize": size},
            "storageProfile": _storage(image, os_type),
            "networkProfile": {"networkInterfaces": _references(interface, other_interfaces)},
        },
    }
    if scale_set is not None:
        document["properties"]["virtualMachineScaleSet"] = {"id": scale_set}
    if image is not None:
        allowed = {"allowExtensionOperations": allow_extension_operations}
        document["properties"]["osProfile"] = profile | allowed
    document |= {"tags": dict(tags)} if tags is not None else {}
    vm, machine = new_vm(world, new_id(world, group, "virtualMachines", name, "Microsoft.Compute"), document)
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


def _references(primary: str, others: Sequence[str]) -> list[Json]:
    if not others:
        return [{"id": primary}]
    return [{"id": each, "properties": {"primary": each == primary}} for each in (primary, *others)]


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


def _storage(image: tuple[str, str, str] | None, os_type: str) -> Json:
    if image is None:
        return {"osDisk": {"createOption": "Attach", "osType": os_type}}
    publisher, offer, sku = image
    return {
        "imageReference": {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest"},
        "osDisk": {"createOption": "FromImage"},
    }
