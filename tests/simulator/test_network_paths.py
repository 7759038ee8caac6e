"""What traffic passes besides security groups, by the real SDK's clients: made, shown with its users, and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.network.aio import NetworkManagementClient

from simulator.build import (
    Route,
    add_application_security_group,
    add_load_balancer,
    add_nat_gateway,
    add_network,
    add_network_interface,
    add_peering,
    add_public_address,
    add_resource_group,
    add_route_table,
    add_security_group,
    add_virtual_network_gateway,
    security_rule,
    set_default_outbound_access,
    subnet_id,
)
from simulator.world import World
from tests.simulator.raw_client import RawClient

SUBNETS = {"front": "10.0.1.0/24", "back": "10.0.2.0/24", "GatewaySubnet": "10.0.255.0/27"}


@pytest.fixture
def net(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_network(world, "Shop", "net", ["10.0.0.0/16"], subnets=SUBNETS)


@pytest.fixture
def front(net: str) -> str:
    return subnet_id(net, "front")


def sibling(resource_id: str, collection: str, name: str) -> str:
    return f"{resource_id.rsplit('/', 2)[0]}/{collection}/{name}"


async def refused(poller: Any) -> str:
    with pytest.raises(HttpResponseError) as refusal:
        await poller
    assert refusal.value.error is not None
    return str(refusal.value.error.code)


async def test_an_interface_belongs_to_an_application_security_group(
    network: NetworkManagementClient, front: str
) -> None:
    body: Any = {"location": "westeurope"}
    made = await (await network.application_security_groups.begin_create_or_update("Shop", "web", body)).result()
    assert (made.provisioning_state, made.resource_guid) == ("Succeeded", None)
    configuration = {"subnet": {"id": front}, "applicationSecurityGroups": [{"id": made.id}]}
    nic: Any = {
        "location": "westeurope",
        "properties": {"ipConfigurations": [{"name": "main", "properties": configuration}]},
    }
    await (await network.network_interfaces.begin_create_or_update("Shop", "nic", nic)).result()
    seen = (await network.network_interfaces.get("Shop", "nic")).ip_configurations or []
    assert [group.id for group in seen[0].application_security_groups or []] == [made.id]
    code = await refused(network.application_security_groups.begin_delete("Shop", "web"))
    assert code == "InUseApplicationSecurityGroupCannotBeDeleted"
    await (await network.network_interfaces.begin_delete("Shop", "nic")).result()
    await (await network.application_security_groups.begin_delete("Shop", "web")).result()
    assert [one.name async for one in network.application_security_groups.list_all()] == []


async def test_a_rule_names_only_application_security_groups_that_are_there(
    raw: RawClient, world: World, net: str
) -> None:
    nsg = add_security_group(world, "Shop", "nsg")
    group = sibling(net, "applicationSecurityGroups", "web")
    rule = security_rule("web", priority=100, source_groups=[group])
    answer = await raw.send("PUT", f"{nsg}/securityRules/web", body=rule)
    assert (answer.status, answer.code) == (400, "InvalidResourceReference")
    add_application_security_group(world, "Shop", "web")
    assert (await raw.send("PUT", f"{nsg}/securityRules/web", body=rule)).status == 201
    answer = await raw.send("DELETE", group)
    assert (answer.status, answer.code) == (400, "InUseApplicationSecurityGroupCannotBeDeleted")


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("applicationSecurityGroups", "applicationSecurityGroups/absent"),
        ("loadBalancerBackendAddressPools", "loadBalancers/lb/backendAddressPools/absent"),
        ("loadBalancerInboundNatRules", "loadBalancers/absent/inboundNatRules/rule"),
    ],
)
async def test_an_interface_belongs_only_to_what_is_there(
    raw: RawClient, world: World, front: str, field: str, part: str
) -> None:
    add_load_balancer(world, "Shop", "lb", subnet=front)
    provider = front.partition("/virtualNetworks/")[0]
    absent = f"{provider}/{part}"
    configuration = {"name": "main", "properties": {"subnet": {"id": front}, field: [{"id": absent}]}}
    body = {"location": "westeurope", "properties": {"ipConfigurations": [configuration]}}
    answer = await raw.send("PUT", f"{provider}/networkInterfaces/nic", body=body)
    assert (answer.status, answer.code) == (400, "InvalidResourceReference")


async def test_a_route_table_shows_its_routes_and_the_subnets_that_follow_it(
    network: NetworkManagementClient, world: World, net: str
) -> None:
    body: Any = {"location": "westeurope", "properties": {"disableBgpRoutePropagation": True}}
    table = await (await network.route_tables.begin_create_or_update("Shop", "table", body)).result()
    route: Any = {
        "properties": {
            "addressPrefix": "0.0.0.0/0",
            "nextHopType": "VirtualAppliance",
            "nextHopIpAddress": "10.0.2.4",
        }
    }
    made = await (await network.routes.begin_create_or_update("Shop", "table", "all", route)).result()
    assert (made.provisioning_state, made.next_hop_ip_address) == ("Succeeded", "10.0.2.4")
    subnet: Any = {"properties": {"addressPrefix": "10.0.1.0/24", "routeTable": {"id": table.id}}}
    await (await network.subnets.begin_create_or_update("Shop", "net", "front", subnet)).result()
    seen = await network.route_tables.get("Shop", "table")
    assert [one.id for one in seen.subnets or []] == [subnet_id(net, "front")]
    assert [(one.name, one.etag) for one in seen.routes or []] == [("all", seen.etag)]
    assert seen.disable_bgp_route_propagation is True
    assert await refused(network.route_tables.begin_delete("Shop", "table")) == "InUseRouteTableCannotBeDeleted"
    await (await network.routes.begin_delete("Shop", "table", "all")).result()
    assert [one.name async for one in network.routes.list("Shop", "table")] == []


@pytest.mark.parametrize(
    "properties",
    [
        {"addressPrefix": "10.1.0.0/16", "nextHopType": "Nowhere"},
        {"addressPrefix": "NoSuchTag", "nextHopType": "Internet"},
        {"addressPrefix": "10.1.0.0/16", "nextHopType": "VirtualAppliance"},
        {"addressPrefix": "10.1.0.0/16", "nextHopType": "None", "nextHopIpAddress": "10.0.2.4"},
        {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"},
    ],
    ids=["no hop", "no prefix", "an appliance without address", "an address without appliance", "a prefix twice"],
)
async def test_a_route_that_makes_no_sense_is_refused(
    raw: RawClient, world: World, net: str, properties: dict[str, str]
) -> None:
    table = add_route_table(world, "Shop", "table", {"all": Route("0.0.0.0/0", "None")})
    answer = await raw.send("PUT", f"{table}/routes/new", body={"properties": properties})
    assert answer.status == 400
    assert [route["name"] for route in (await raw.get(table)).body["properties"]["routes"]] == ["all"]


async def test_a_nat_gateway_has_an_address_and_the_subnets_that_go_out_through_it(
    network: NetworkManagementClient, world: World, front: str
) -> None:
    address = add_public_address(world, "Shop", "pip")
    body: Any = {"location": "westeurope", "sku": {"name": "Standard"}}
    body["properties"] = {"publicIpAddresses": [{"id": address}]}
    made = await (await network.nat_gateways.begin_create_or_update("Shop", "nat", body)).result()
    subnet: Any = {"properties": {"addressPrefix": "10.0.1.0/24", "natGateway": {"id": made.id}}}
    await (await network.subnets.begin_create_or_update("Shop", "net", "front", subnet)).result()
    seen = await network.nat_gateways.get("Shop", "nat")
    assert [one.id for one in seen.subnets or []] == [front]
    assert [one.id for one in seen.public_ip_addresses or []] == [address]
    shown = await network.public_ip_addresses.get("Shop", "pip")
    assert shown.nat_gateway is not None
    assert shown.nat_gateway.id == made.id
    code = await refused(network.nat_gateways.begin_delete("Shop", "nat"))
    assert code == "CannotDeleteNatGatewayAssociatedToSubnet"
    code = await refused(network.public_ip_addresses.begin_delete("Shop", "pip"))
    assert code == "PublicIPAddressCannotBeDeleted"


async def test_a_load_balancer_and_the_interfaces_behind_it_name_each_other(
    network: NetworkManagementClient, world: World, front: str
) -> None:
    nic = add_network_interface(world, "Shop", "nic", subnet=front)
    address = add_public_address(world, "Shop", "pip")
    balancer = add_load_balancer(
        world,
        "Shop",
        "lb",
        public_address=address,
        pool_members=[nic],
        rules={"https": (443, 8443)},
        nat_rules={"wac": (50001, 6516)},
        nat_members={"wac": nic},
        outbound=True,
    )
    seen = await network.load_balancers.get("Shop", "lb")
    configuration = f"{nic}/ipConfigurations/ipconfig1"
    (pool,), (nat_rule,) = seen.backend_address_pools or [], seen.inbound_nat_rules or []
    (frontend,), (rule,) = seen.frontend_ip_configurations or [], seen.load_balancing_rules or []
    assert [one.id for one in pool.backend_ip_configurations or []] == [configuration]
    assert nat_rule.backend_ip_configuration is not None
    assert (nat_rule.backend_ip_configuration.id, nat_rule.backend_port) == (configuration, 6516)
    assert [one.id for one in frontend.load_balancing_rules or []] == [rule.id]
    assert [one.id for one in frontend.inbound_nat_rules or []] == [nat_rule.id]
    assert len(frontend.outbound_rules or []) == len(pool.outbound_rules or []) == 1
    shown = await network.public_ip_addresses.get("Shop", "pip")
    assert shown.ip_configuration is not None
    assert shown.ip_configuration.id == frontend.id == f"{balancer}/frontendIPConfigurations/frontend"
    (behind,) = (await network.network_interfaces.get("Shop", "nic")).ip_configurations or []
    assert [one.id for one in behind.load_balancer_backend_address_pools or []] == [pool.id]
    assert [one.id for one in behind.load_balancer_inbound_nat_rules or []] == [nat_rule.id]
    await (await network.load_balancers.begin_delete("Shop", "lb")).result()
    (behind,) = (await network.network_interfaces.get("Shop", "nic")).ip_configurations or []
    assert not behind.load_balancer_backend_address_pools
    assert not behind.load_balancer_inbound_nat_rules


async def test_an_internal_load_balancer_takes_an_address_of_its_subnet(
    network: NetworkManagementClient, world: World, front: str
) -> None:
    frontend = {"name": "inside", "properties": {"subnet": {"id": front}}}
    body: Any = {"location": "westeurope", "properties": {"frontendIPConfigurations": [frontend]}}
    made = await (await network.load_balancers.begin_create_or_update("Shop", "lb", body)).result()
    assert [one.private_ip_address for one in made.frontend_ip_configurations or []] == ["10.0.1.4"]
    add_network_interface(world, "Shop", "nic", subnet=front)
    (configuration,) = (await network.network_interfaces.get("Shop", "nic")).ip_configurations or []
    assert configuration.private_ip_address == "10.0.1.5"
    assert await refused(network.subnets.begin_delete("Shop", "net", "front")) == "InUseSubnetCannotBeDeleted"


async def test_parts_of_a_load_balancer_are_written_apart(
    network: NetworkManagementClient, world: World, front: str
) -> None:
    balancer = add_load_balancer(world, "Shop", "lb", subnet=front)
    frontend = {"id": f"{balancer}/frontendIPConfigurations/frontend"}
    body: Any = {"properties": {"frontendIPConfiguration": frontend, "frontendPort": 50001, "backendPort": 6516}}
    made = await (await network.inbound_nat_rules.begin_create_or_update("Shop", "lb", "wac", body)).result()
    assert (made.provisioning_state, made.protocol) == ("Succeeded", "Tcp")
    pools = network.load_balancer_backend_address_pools
    await (await pools.begin_create_or_update("Shop", "lb", "other", {})).result()  # type: ignore[call-overload] # a plain document
    assert [one.name async for one in pools.list("Shop", "lb")] == ["pool", "other"]
    await (await network.inbound_nat_rules.begin_delete("Shop", "lb", "wac")).result()
    assert [one.name async for one in network.inbound_nat_rules.list("Shop", "lb")] == []


async def test_a_load_balancing_rule_leads_only_to_parts_that_are_there(raw: RawClient, net: str) -> None:
    path = sibling(net, "loadBalancers", "lb")
    rule = {"name": "https", "properties": {"frontendIPConfiguration": {"id": f"{path}/frontendIPConfigurations/x"}}}
    body = {"location": "westeurope", "properties": {"loadBalancingRules": [rule]}}
    answer = await raw.send("PUT", path, body=body)
    assert (answer.status, answer.code) == (400, "InvalidResourceReference")
    assert (await raw.get(path)).status == 404


async def test_a_gateway_lies_in_the_gateway_subnet_and_nowhere_else(
    network: NetworkManagementClient, raw: RawClient, world: World, net: str, front: str
) -> None:
    add_virtual_network_gateway(world, "Shop", "vpn", subnet=subnet_id(net, "GatewaySubnet"))
    seen = await network.virtual_network_gateways.get("Shop", "vpn")
    assert seen.gateway_type == "Vpn"
    assert [one.name async for one in network.virtual_network_gateways.list("Shop")] == ["vpn"]
    inside = (await network.subnets.get("Shop", "net", "GatewaySubnet")).ip_configurations or []
    assert [str(one.id).split("/")[-3] for one in inside] == ["VPN"]
    configuration = {"name": "default", "properties": {"subnet": {"id": front}}}
    body = {"location": "westeurope", "properties": {"ipConfigurations": [configuration]}}
    assert (await raw.send("PUT", sibling(net, "virtualNetworkGateways", "other"), body=body)).status == 400


async def test_a_peering_is_connected_once_both_networks_have_their_half(
    network: NetworkManagementClient, world: World, net: str
) -> None:
    hub = add_network(world, "Shop", "hub", ["10.1.0.0/16"])
    states = []
    for name, remote in (("net", hub), ("hub", net)):
        body: Any = {"properties": {"remoteVirtualNetwork": {"id": remote}, "allowForwardedTraffic": True}}
        peerings = network.virtual_network_peerings
        made = await (await peerings.begin_create_or_update("Shop", name, "peer", body)).result()
        states.append((made.provisioning_state, made.peering_state))
    assert states == [("Succeeded", "Initiated"), ("Succeeded", "Connected")]
    (mine,) = (await network.virtual_networks.get("Shop", "net")).virtual_network_peerings or []
    assert (mine.peering_state, mine.allow_virtual_network_access) == ("Connected", True)
    assert mine.remote_address_space is not None
    assert mine.remote_address_space.address_prefixes == ["10.1.0.0/16"]
    await (await network.virtual_network_peerings.begin_delete("Shop", "hub", "peer")).result()
    assert (await network.virtual_network_peerings.get("Shop", "net", "peer")).peering_state == "Disconnected"
    assert [one.name async for one in network.virtual_network_peerings.list("Shop", "hub")] == []


async def test_networks_of_one_address_space_are_not_peered(raw: RawClient, world: World, net: str) -> None:
    other = add_network(world, "Shop", "other", ["10.0.128.0/17"], subnets={})
    body = {"properties": {"remoteVirtualNetwork": {"id": other}}}
    answer = await raw.send("PUT", f"{net}/virtualNetworkPeerings/peer", body=body)
    assert (answer.status, answer.code) == (400, "VnetAddressSpacesOverlap")


async def test_what_is_built_is_what_requests_would_have_made(raw: RawClient, world: World, net: str) -> None:
    hub = add_network(world, "Shop", "hub", ["10.1.0.0/16"])
    front, back = subnet_id(net, "front"), subnet_id(net, "back")
    nic = add_network_interface(world, "Shop", "nic", subnet=front)
    built = (
        add_peering(world, net, hub),
        add_application_security_group(world, "Shop", "asg", members=[nic]),
        add_route_table(world, "Shop", "table", {"wac": Route("WindowsAdminCenter", "Internet")}, subnets=[front]),
        add_nat_gateway(world, "Shop", "nat", subnets=[back]),
        add_load_balancer(world, "Shop", "lb", subnet=front, pool_members=[nic], rules={"wac": (6516, 6516)}),
    )
    set_default_outbound_access(world, back, allowed=False)
    for resource_id in (*built, nic, back):
        shown = (await raw.get(resource_id)).body
        again = await raw.send("PUT", resource_id, body=shown)
        assert again.status == 200, again.body
        assert settled(await raw.get(resource_id)) == settled_body(shown)
    assert (await raw.get(back)).body["properties"]["defaultOutboundAccess"] is False


def settled(answer: Any) -> Any:
    return settled_body(answer.body)


def settled_body(body: Any) -> Any:
    """Give a body without its etags, which each PUT changes."""
    if isinstance(body, dict):
        return {key: settled_body(value) for key, value in body.items() if key != "etag"}
    return [settled_body(one) for one in body] if isinstance(body, list) else body
