from __future__ import annotations

import ipaddress

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.network.aio import NetworkManagementClient

from simulator.build import (
    add_network,
    add_network_interface,
    add_public_address,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    network_interface_of,
    subnet_id,
)
from simulator.world import World
from tests.simulator.raw_client import RawClient


@pytest.fixture
def net(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_network(world, "Shop", "net", ["10.0.0.0/16"], subnets={"front": "10.0.1.0/24", "back": "10.0.2.0/24"})


def interface_body(subnet: str, **configuration: object) -> dict[str, object]:
    properties = {"subnet": {"id": subnet}} | configuration
    return {
        "location": "westeurope",
        "properties": {"ipConfigurations": [{"name": "main", "properties": properties}]},
    }


async def test_a_network_made_by_the_sdk_shows_its_subnets(network: NetworkManagementClient, world: World) -> None:
    add_resource_group(world, "Shop")
    body = {
        "location": "westeurope",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "front", "properties": {"addressPrefix": "10.0.1.0/24"}}],
        },
    }
    made = await (await network.virtual_networks.begin_create_or_update("Shop", "net", body)).result()  # type: ignore[call-overload] # a plain document
    assert made.provisioning_state == "Succeeded"
    assert [(subnet.name, subnet.provisioning_state) for subnet in made.subnets or []] == [("front", "Succeeded")]
    assert [one.name async for one in network.virtual_networks.list_all()] == ["net"]
    assert [one.name async for one in network.virtual_networks.list("shop")] == ["net"]
    assert [one.name async for one in network.subnets.list("Shop", "net")] == ["front"]


async def test_interfaces_get_the_next_free_addresses_of_their_subnet(
    network: NetworkManagementClient, net: str
) -> None:
    addresses = []
    for name in ("a", "b"):
        body = interface_body(subnet_id(net, "front"))
        made = await (await network.network_interfaces.begin_create_or_update("Shop", name, body)).result()  # type: ignore[call-overload] # a plain document
        addresses.append((made.ip_configurations or [])[0].private_ip_address)
    assert addresses == ["10.0.1.4", "10.0.1.5"]


async def test_an_interface_keeps_its_address_when_put_again(raw: RawClient, world: World, net: str) -> None:
    subnet = subnet_id(net, "front")
    first = add_network_interface(world, "Shop", "first", subnet=subnet)
    second = add_network_interface(world, "Shop", "second", subnet=subnet)
    await raw.send("DELETE", first)
    document = (await raw.get(second)).body
    again = await raw.send("PUT", second, body=document)
    assert again.status == 200
    assert again.body["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.0.1.5"


async def test_a_static_address_must_be_free_and_in_the_subnet(raw: RawClient, world: World, net: str) -> None:
    subnet = subnet_id(net, "front")
    nic = add_network_interface(world, "Shop", "nic", subnet=subnet)
    other = nic.replace("/nic", "/other")
    for address in ("10.0.1.4", "10.9.9.9"):
        body = interface_body(subnet, privateIPAllocationMethod="Static", privateIPAddress=address)
        assert (await raw.send("PUT", other, body=body)).status == 400
    body = interface_body(subnet, privateIPAllocationMethod="Static", privateIPAddress="10.0.1.77")
    made = await raw.send("PUT", other, body=body)
    assert made.body["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.0.1.77"


async def test_an_interface_succeeds_at_once(raw: RawClient, net: str) -> None:
    path = net.replace("virtualNetworks/net", "networkInterfaces/nic")
    made = await raw.send("PUT", path, body=interface_body(subnet_id(net, "front")))
    assert (made.status, made.body["properties"]["provisioningState"]) == (201, "Succeeded")


async def test_a_reference_to_nothing_is_refused(raw: RawClient, net: str) -> None:
    path = net.replace("virtualNetworks/net", "networkInterfaces/nic")
    answer = await raw.send("PUT", path, body=interface_body(subnet_id(net, "absent")))
    assert (answer.status, answer.code) == (400, "InvalidResourceReference")
    assert answer.message == (
        f"Resource {subnet_id(net, 'absent')} referenced by resource {path} was not found. "
        "Please make sure that the referenced resource exists, and that both resources are in the same region."
    )


async def test_a_subnet_still_being_made_is_busy_and_not_throttled(raw: RawClient, world: World, net: str) -> None:
    world.network_seconds = 3
    await raw.send("PUT", subnet_id(net, "new"), body={"properties": {"addressPrefix": "10.0.3.0/24"}})
    path = net.replace("virtualNetworks/net", "networkInterfaces/nic")
    answer = await raw.send("PUT", path, body=interface_body(subnet_id(net, "new")))
    assert (answer.status, answer.code) == (429, "RetryableError")
    assert answer.body["error"]["details"][0]["code"] == "ReferencedResourceNotProvisioned"
    assert "retry-after" not in answer.headers
    await world.clock.advance(3)
    assert (await raw.send("PUT", path, body=interface_body(subnet_id(net, "new")))).status == 201


async def test_an_interface_of_a_vm_says_so_and_cannot_be_deleted(
    network: NetworkManagementClient, world: World, net: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "vm", subnet=subnet_id(net, "front"))
    seen = await network.network_interfaces.get("Shop", "vm-nic")
    assert seen.virtual_machine is not None
    assert (seen.virtual_machine.id, seen.primary) == (vm, True)
    assert (seen.mac_address or "").startswith("00-22-48-")
    with pytest.raises(HttpResponseError) as refused:
        await network.network_interfaces.begin_delete("Shop", "vm-nic")
    assert refused.value.error is not None
    assert refused.value.error.code == "NicInUse"


async def test_a_subnet_names_the_ip_configurations_in_it_in_upper_case(
    raw: RawClient, world: World, net: str
) -> None:
    subnet = subnet_id(net, "front")
    nic = add_network_interface(world, "Shop", "nic", subnet=subnet)
    used_by = [user["id"] for user in (await raw.get(subnet)).body["properties"]["ipConfigurations"]]
    assert [user.lower() for user in used_by] == [f"{nic}/ipConfigurations/ipconfig1".lower()]
    assert used_by[0].split("/")[4] == "SHOP"
    assert "ipConfigurations" not in (await raw.get(subnet_id(net, "back"))).body["properties"]


async def test_a_subnet_in_use_goes_neither_alone_nor_with_its_network(
    raw: RawClient, world: World, net: str
) -> None:
    add_network_interface(world, "Shop", "nic", subnet=subnet_id(net, "front"))
    for path in (subnet_id(net, "front"), net):
        answer = await raw.send("DELETE", path)
        assert (answer.status, answer.code) == (400, "InUseSubnetCannotBeDeleted")
    assert (await raw.send("DELETE", subnet_id(net, "back"))).status == 202


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ("192.168.0.0/24", "NetcfgInvalidSubnet"),
        ("10.0.1.128/25", "NetcfgSubnetRangesOverlap"),
        ("10.0.0.1/24", "InvalidCIDRNotation"),
    ],
)
async def test_a_subnet_lies_inside_its_network_and_beside_the_others(
    raw: RawClient, net: str, prefix: str, code: str
) -> None:
    answer = await raw.send("PUT", subnet_id(net, "new"), body={"properties": {"addressPrefix": prefix}})
    assert (answer.status, answer.code) == (400, code)


async def test_a_subnet_takes_a_security_group_and_the_network_shows_it(
    network: NetworkManagementClient, world: World, net: str
) -> None:
    nsg = add_security_group(world, "Shop", "nsg")
    body = {"properties": {"addressPrefix": "10.0.1.0/24", "networkSecurityGroup": {"id": nsg}}}
    made = await (await network.subnets.begin_create_or_update("Shop", "net", "front", body)).result()  # type: ignore[call-overload] # a plain document
    assert made.network_security_group is not None
    assert made.network_security_group.id == nsg
    whole = await network.virtual_networks.get("Shop", "net")
    attached = {subnet.name: subnet.network_security_group for subnet in whole.subnets or []}
    assert attached["front"] is not None
    assert attached["back"] is None
    assert whole.etag == (await network.subnets.get("Shop", "net", "back")).etag


async def test_a_public_address_knows_who_has_it(network: NetworkManagementClient, world: World, net: str) -> None:
    address = add_public_address(world, "Shop", "pip")
    vm = add_virtual_machine(world, "Shop", "vm", subnet=subnet_id(net, "front"), public_address=address)
    seen = await network.public_ip_addresses.get("Shop", "pip")
    assert seen.ip_configuration is not None
    assert seen.ip_configuration.id == f"{network_interface_of(world, vm)}/ipConfigurations/ipconfig1"
    assert ipaddress.ip_address(str(seen.ip_address)).is_global
    with pytest.raises(HttpResponseError) as refused:
        await network.public_ip_addresses.begin_delete("Shop", "pip")
    assert refused.value.error is not None
    assert refused.value.error.code == "PublicIPAddressCannotBeDeleted"


async def test_a_public_address_is_made_listed_and_deleted(network: NetworkManagementClient, net: str) -> None:
    body = {"location": "westeurope", "sku": {"name": "Standard"}, "properties": {}}
    made = await (await network.public_ip_addresses.begin_create_or_update("Shop", "pip", body)).result()  # type: ignore[call-overload] # a plain document
    assert (made.public_ip_allocation_method, made.provisioning_state) == ("Static", "Succeeded")
    assert [one.name async for one in network.public_ip_addresses.list("Shop")] == ["pip"]
    await (await network.public_ip_addresses.begin_delete("Shop", "pip")).result()
    assert [one.name async for one in network.public_ip_addresses.list_all()] == []


async def test_service_tags_lie_inside_azure_cloud_as_they_do_on_azure(network: NetworkManagementClient) -> None:
    listed = await network.service_tags.list("westeurope")
    prefixes = {
        str(tag.name): [
            ipaddress.ip_network(prefix) for prefix in (tag.properties and tag.properties.address_prefixes) or []
        ]
        for tag in listed.values_property or []
    }
    for tag in ("WindowsAdminCenter", "AzureActiveDirectory", "Storage", "AzureCloud.westeurope"):
        for prefix in prefixes[tag]:
            same_version = [whole for whole in prefixes["AzureCloud"] if whole.version == prefix.version]
            assert any(prefix.subnet_of(whole) for whole in same_version), (tag, prefix)  # type: ignore[arg-type] # one version


async def test_lists_come_in_pages_whose_links_can_be_followed(
    network: NetworkManagementClient, raw: RawClient, world: World, net: str
) -> None:
    for number in range(5):
        add_network_interface(world, "Shop", f"nic{number}", subnet=subnet_id(net, "front"))
    world.page_size = 2
    first = await raw.get(net.rsplit("/", 2)[0] + "/networkInterfaces")
    assert len(first.body["value"]) == 2
    assert first.body["nextLink"].startswith(raw.url)
    assert "%24skiptoken=" in first.body["nextLink"]
    assert [one.name async for one in network.network_interfaces.list("Shop")] == [f"nic{n}" for n in range(5)]
