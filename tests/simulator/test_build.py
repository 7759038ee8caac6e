from __future__ import annotations

from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.network.aio import NetworkManagementClient

from simulator.build import (
    add_extension,
    add_network,
    add_public_address,
    add_resource_group,
    add_rule,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.world import World


async def test_what_is_built_is_what_the_sdk_sees(
    compute: ComputeManagementClient, network: NetworkManagementClient, world: World
) -> None:
    add_resource_group(world, "Shop", location="northeurope")
    nsg = add_security_group(world, "Shop", "nsg", [security_rule("deny-all", priority=4096)])
    subnet = subnet_id(add_network(world, "Shop", "net", ["10.1.0.0/16"], subnets={"front": "10.1.2.0/24"}), "front")
    address = add_public_address(world, "Shop", "pip")
    vm = add_virtual_machine(
        world,
        "Shop",
        "till",
        subnet=subnet,
        nsg=nsg,
        public_address=address,
        tags={"team": "web"},
        managed_by="/subscriptions/x/resourceGroups/y/providers/Microsoft.Databricks/workspaces/z",
    )
    add_extension(world, vm, "wac", settings={"port": "6600"}, version="0.0.0.337")
    attach(world, nsg, to=subnet)
    seen = await compute.virtual_machines.get("Shop", "till", expand="instanceView")
    assert (seen.id, seen.location, seen.tags) == (vm, "northeurope", {"team": "web"})
    assert (seen.managed_by or "").endswith("/workspaces/z")
    assert seen.instance_view is not None
    assert [one.type_handler_version for one in seen.instance_view.extensions or []] == ["0.0.0.337"]
    assert [(one.name, one.settings) for one in seen.resources or []] == [("wac", {"port": "6600"})]
    interface = await network.network_interfaces.get("Shop", "till-nic")
    configuration = (interface.ip_configurations or [])[0]
    assert interface.id == network_interface_of(world, vm)
    assert configuration.private_ip_address == "10.1.2.4"
    assert configuration.public_ip_address is not None
    assert configuration.public_ip_address.id == address
    group = await network.network_security_groups.get("Shop", "nsg")
    assert [rule.name for rule in group.security_rules or []] == ["deny-all"]
    assert len(group.subnets or []) == len(group.network_interfaces or []) == 1


async def test_a_rule_of_many_prefixes_is_built_in_the_plural(network: NetworkManagementClient, world: World) -> None:
    add_resource_group(world, "Shop")
    nsg = add_security_group(world, "Shop", "nsg")
    many = security_rule(
        "many",
        priority=200,
        direction="Inbound",
        access="Allow",
        source=["10.0.0.0/8"],
        destination_port=["22", "80"],
    )
    add_rule(world, nsg, many)
    seen = await network.security_rules.get("Shop", "nsg", "many")
    assert (seen.source_address_prefixes, seen.destination_port_ranges) == (["10.0.0.0/8"], ["22", "80"])
    assert (seen.source_address_prefix, seen.destination_address_prefix) == (None, "*")


async def test_a_vm_of_an_attached_disk_tells_its_os_through_its_agent_alone(
    compute: ComputeManagementClient, world: World
) -> None:
    add_resource_group(world, "Shop")
    subnet = subnet_id(add_network(world, "Shop", "net"))
    add_virtual_machine(world, "Shop", "old", subnet=subnet, image=None, os_name="Windows Server 2016 Standard")
    seen = await compute.virtual_machines.get("Shop", "old", expand="instanceView")
    assert seen.storage_profile is not None
    assert seen.storage_profile.image_reference is None
    assert seen.instance_view is not None
    assert seen.instance_view.os_name == "Windows Server 2016 Standard"
    assert seen.os_profile is None


async def test_building_leaves_no_request_behind(world: World) -> None:
    add_resource_group(world, "Shop")
    add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))
    assert len(world.requests) == 0


async def test_peered_networks_show_their_prefixes(network: NetworkManagementClient, world: World) -> None:
    add_resource_group(world, "Shop")
    add_network(world, "Shop", "net", peered_prefixes=["10.9.0.0/16"])
    seen = await network.virtual_networks.get("Shop", "net")
    spaces = [peering.remote_address_space for peering in seen.virtual_network_peerings or []]
    assert [space.address_prefixes for space in spaces if space] == [["10.9.0.0/16"]]
