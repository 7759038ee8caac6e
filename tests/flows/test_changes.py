"""What people do to a running estate, and what becomes of it."""

from collections import Counter
from typing import Any

import pytest
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.compute.models import VirtualMachine
from azure.mgmt.network.aio import NetworkManagementClient
from azure.mgmt.network.models import NetworkInterface, NetworkSecurityGroup, SecurityRule

from simulator.build import (
    LOCATION,
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    subnet_id,
)
from simulator.estate.announce import announce
from simulator.world import World
from tests.flows.azure_with_app import AzureWithApp

GROUP = "rg-web"
HOUR = 3600.0
NO_WAY_OUT: dict[str, Any] = {
    "protocol": "*",
    "sourcePortRange": "*",
    "destinationPortRange": "*",
    "sourceAddressPrefix": "*",
    "destinationAddressPrefix": "*",
    "access": "Deny",
    "priority": 200,
    "direction": "Outbound",
}


def build_subnet(world: World, *rules: dict[str, Any]) -> tuple[str, str]:
    """Give the ids of a subnet and its NSG."""
    add_resource_group(world, GROUP)
    subnet = subnet_id(add_network(world, GROUP, "vnet"))
    nsg = add_security_group(world, GROUP, "nsg-web", rules)
    attach(world, nsg, subnet)
    return subnet, nsg


def model_of(interface: str) -> VirtualMachine:
    """Give the body that a customer creates a Windows Server with."""
    body = {
        "location": LOCATION,
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {
                "imageReference": {
                    "publisher": "MicrosoftWindowsServer",
                    "offer": "WindowsServer",
                    "sku": "2022-datacenter-azure-edition",
                    "version": "latest",
                },
                "osDisk": {"createOption": "FromImage"},
            },
            "osProfile": {"computerName": "web-1", "adminUsername": "azureuser", "adminPassword": "Not-a-secret-1"},
            "networkProfile": {"networkInterfaces": [{"id": interface}]},
        },
    }
    return VirtualMachine(body)


@pytest.mark.parametrize(
    ("on_interface", "agent_seconds"),
    [(False, 45.0), (True, 0.0)],
    ids=["an NSG on the subnet, an agent that needs a while", "NSGs on both, an agent that is ready at once"],
)
async def test_a_created_vm_becomes_compliant_within_twelve_reads(
    app: AzureWithApp,
    compute: ComputeManagementClient,
    network: NetworkManagementClient,
    on_interface: bool,
    agent_seconds: float,
) -> None:
    subnet, _ = build_subnet(app.world)
    neighbour = add_virtual_machine(app.world, "rg-web", "neighbour", subnet=subnet)
    announce(app.world, neighbour)
    await app.azure.settle_for(HOUR)
    app.world.requests.clear()

    properties: dict[str, Any] = {"ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": subnet}}}]}
    if on_interface:
        properties["networkSecurityGroup"] = {"id": add_security_group(app.world, GROUP, "nsg-web-1")}
    interface = NetworkInterface({"location": LOCATION, "properties": properties})
    interfaces = network.network_interfaces
    made = await interfaces.begin_create_or_update(GROUP, "web-1-nic", interface, polling=False)
    await app.azure.settle()
    app.world.agent_seconds = agent_seconds
    model = model_of((await made.result()).id or "")
    await compute.virtual_machines.begin_create_or_update(GROUP, "web-1", model, polling=False)
    await app.azure.settle_for(3 * HOUR)

    vm_id = neighbour.replace("neighbour", "web-1")
    assert app.installs(vm_id) == 1
    assert 0 < len(app.world.requests.reads()) <= 12
    assert len(app.world.requests.writes(resource_type="Microsoft.Compute/virtualMachines/extensions")) == 1
    assert (await app.audit(vm_id))["status"] == "COMPLIANT"


async def test_a_started_vm_gets_what_it_lacked(app: AzureWithApp, compute: ComputeManagementClient) -> None:
    subnet, _ = build_subnet(app.world)
    vm_id = add_virtual_machine(app.world, GROUP, "asleep", subnet=subnet, running=False)
    announce(app.world, vm_id)
    await app.azure.settle_for(HOUR)
    assert app.world.requests.writes() == []

    await compute.virtual_machines.begin_start(GROUP, "asleep", polling=False)
    await app.azure.settle_for(HOUR)

    assert app.installs(vm_id) == 1
    assert (await app.audit(vm_id))["status"] == "COMPLIANT"


async def test_a_deny_of_everything_is_outranked_and_our_rule_comes_back_when_it_is_deleted(
    app: AzureWithApp, network: NetworkManagementClient
) -> None:
    subnet, nsg = build_subnet(app.world)
    vm_id = add_virtual_machine(app.world, GROUP, "web-1", subnet=subnet)
    add_extension(app.world, vm_id, settings={"port": "6516"})

    rules = network.security_rules
    await rules.begin_create_or_update(
        GROUP, "nsg-web", "NoWayOut", SecurityRule({"properties": NO_WAY_OUT}), polling=False
    )
    await app.azure.settle_for(HOUR)
    assert app.our_rules(nsg) == {"PortForWACService": 199, "PortForAADService": 198}
    assert app.rules(nsg)["NoWayOut"]["access"] == "Deny"
    assert (await app.audit(vm_id))["status"] == "COMPLIANT"

    await rules.begin_delete(GROUP, "nsg-web", "PortForWACService", polling=False)
    await app.azure.settle_for(HOUR)
    assert app.our_rules(nsg) == {"PortForWACService": 199, "PortForAADService": 198}
    assert app.installs(vm_id) == 0


async def test_a_vm_behind_a_closed_nsg_is_installed_once_the_way_is_open(app: AzureWithApp) -> None:
    subnet, nsg = build_subnet(app.world, security_rule("NoWayOut", priority=100))
    vm_id = add_virtual_machine(app.world, GROUP, "web-1", subnet=subnet)
    announce(app.world, vm_id)
    await app.azure.settle_for(HOUR)
    report = await app.audit(nsg)
    assert {found["reason"] for found in report["findings"]} == {"NO_FREE_PRIORITY", "OUTBOUND_DENIED"}
    assert app.installs(vm_id) == 0

    del app.world.resources[f"{nsg}/securityRules/NoWayOut"]
    announce(app.world, nsg)
    await app.azure.settle_for(HOUR)
    assert app.installs(vm_id) == 1
    assert app.our_rules(nsg) == {}


async def test_a_vm_that_is_gone_before_its_check_is_no_failure(
    app: AzureWithApp, compute: ComputeManagementClient
) -> None:
    subnet, _ = build_subnet(app.world)
    vm_id = add_virtual_machine(app.world, GROUP, "short-lived", subnet=subnet)
    announce(app.world, vm_id)
    await compute.virtual_machines.begin_delete(GROUP, "short-lived", polling=False)
    app.world.requests.clear()

    tally = await app.azure.settle_for(HOUR)

    assert tally.failed == 0
    assert app.world.requests.writes() == []
    told = [line for line in await app.log_lines("Check answered") if line["subject"].endswith("short-lived")]
    assert {line["findings"][0]["reason"] for line in told} == {"GONE"}


async def test_an_nsg_put_on_a_nic_is_looked_at_with_the_vm_behind_it(
    app: AzureWithApp, network: NetworkManagementClient
) -> None:
    subnet, _ = build_subnet(app.world)
    vm_id = add_virtual_machine(app.world, GROUP, "web-1", subnet=subnet)
    add_extension(app.world, vm_id, settings={"port": "6516"})
    closed = add_security_group(app.world, GROUP, "nsg-closed", [security_rule("NoWayOut", priority=500)])

    interface = await network.network_interfaces.get(GROUP, "web-1-nic")
    interface.network_security_group = NetworkSecurityGroup({"id": closed})
    await network.network_interfaces.begin_create_or_update(GROUP, "web-1-nic", interface, polling=False)
    await app.azure.settle_for(HOUR)

    assert app.our_rules(closed) == {"PortForWACService": 499, "PortForAADService": 498}


@pytest.mark.many
async def test_more_vms_than_the_budget_has_writes_end_compliant_with_one_install_each_as_the_budget_permits(
    app: AzureWithApp,
) -> None:
    app.world.install_seconds = 600
    add_resource_group(app.world, GROUP)
    subnet = subnet_id(add_network(app.world, GROUP, "vnet", ("10.0.0.0/16",), subnets={"default": "10.0.0.0/20"}))
    attach(app.world, add_security_group(app.world, GROUP, "nsg-web"), subnet)
    vm_ids = [add_virtual_machine(app.world, GROUP, f"web-{number:03}", subnet=subnet) for number in range(120)]
    for vm_id in vm_ids:
        announce(app.world, vm_id)

    tally = await app.azure.settle()
    under_way = {line["subject"].lower(): line["status"] for line in await app.log_lines("Check answered")}
    assert Counter(under_way.values()) == {"PENDING": 100, "NON_COMPLIANT": 20}, "no check waits for an install"
    assert len(app.world.installs) == 100
    _, listed = await app.get("reports", status="NON_COMPLIANT")
    assert {tuple(sorted(one["reasons"])) for one in listed["subjects"]} == {("BUDGET_SPENT", "EXTENSION_MISSING")}
    await app.azure.settle_for(2 * HOUR)

    assert tally.failed == 0
    assert [app.installs(vm_id) for vm_id in vm_ids] == [1] * 120
    assert len(app.world.requests.writes()) == 120
    answered = {line["subject"].lower(): line["status"] for line in await app.log_lines("Check answered")}
    assert answered == {vm_id.lower(): "COMPLIANT" for vm_id in vm_ids}
