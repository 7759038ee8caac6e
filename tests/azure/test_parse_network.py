"""What networks can say in several ways is read as one thing, and what lacks its essentials is refused."""

from typing import Any

import pytest
from azure.mgmt.network import models

from shared.azure.parse_network import (
    parse_network_interface,
    parse_network_security_group,
    parse_public_ip_address,
    parse_route_table,
    parse_virtual_network,
)
from shared.model.estate import Access, Direction, NextHop, Route, SecurityRule
from shared.model.resource_id import ResourceId

type Json = dict[str, Any]

GROUP = "/subscriptions/s/resourceGroups/g/providers"
NSG = f"{GROUP}/Microsoft.Network/networkSecurityGroups/nsg"
NETWORK = f"{GROUP}/Microsoft.Network/virtualNetworks/vnet"
NIC = f"{GROUP}/Microsoft.Network/networkInterfaces/nic"
ASG = f"{GROUP}/Microsoft.Network/applicationSecurityGroups/asg"
RULE: Json = {
    "name": "r",
    "properties": {"priority": 100, "direction": "Outbound", "access": "Deny", "protocol": "*"},
}


def parse_rule(**properties: Any) -> SecurityRule:
    rule: Json = {"name": "r", "properties": {**RULE["properties"], **properties}}
    body = {"id": NSG, "properties": {"securityRules": [rule], "defaultSecurityRules": [RULE]}}
    (parsed,) = parse_network_security_group(models.NetworkSecurityGroup(body)).security_rules
    return parsed


FORMS = {
    "one": ({"sourceAddressPrefix": "10.0.0.0/8", "sourceAddressPrefixes": []}, ("10.0.0.0/8",)),
    "several": ({"sourceAddressPrefixes": ["10.0.0.0/8", "VirtualNetwork"]}, ("10.0.0.0/8", "VirtualNetwork")),
    "both": ({"sourceAddressPrefix": "*", "sourceAddressPrefixes": ["10.0.0.0/8"]}, ("*", "10.0.0.0/8")),
    "an empty one": ({"sourceAddressPrefix": "", "sourceAddressPrefixes": ["10.0.0.0/8"]}, ("10.0.0.0/8",)),
    "null": ({"sourceAddressPrefix": None, "sourceAddressPrefixes": None}, ()),
    "none, but a security group": ({"sourceApplicationSecurityGroups": [{"id": ASG}]}, ()),
}


@pytest.mark.parametrize(("given", "prefixes"), FORMS.values(), ids=FORMS.keys())
def test_the_singular_and_the_plural_form_of_a_rule_both_count(given: Json, prefixes: tuple[str, ...]) -> None:
    rule = parse_rule(**given)
    assert rule.source_address_prefixes == prefixes
    assert rule.source_application_security_group_ids == (
        (ResourceId(ASG),) if "sourceApplicationSecurityGroups" in given else ()
    )


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.capitalize], ids=["lower", "upper", "capitals"])
def test_words_of_a_rule_are_read_in_any_case_and_its_protocol_is_kept(spell: Any) -> None:
    rule = parse_rule(direction=spell("inbound"), access=spell("allow"), protocol=spell("tcp"))
    assert (rule.direction, rule.access, rule.protocol) == (Direction.INBOUND, Access.ALLOW, spell("tcp"))


@pytest.mark.parametrize("guid", ["0f9c1f6b-7c8e-4e0b-9e0a-6d7d0a1b2c3d", None])
def test_an_nsg_is_told_from_its_successor_of_the_same_name(guid: str | None) -> None:
    body = {"id": NSG, "properties": {"defaultSecurityRules": [RULE], "resourceGuid": guid}}
    assert parse_network_security_group(models.NetworkSecurityGroup(body)).resource_guid == guid


NO_GROUPS: dict[str, Json] = {
    "nothing": {},
    "no properties": {"id": NSG},
    "no id": {"properties": {"defaultSecurityRules": [RULE]}},
    "no default rules, which every NSG has": {"id": NSG, "properties": {"securityRules": [RULE]}},
    "a rule without its content": {
        "id": NSG,
        "properties": {"securityRules": [{"id": f"{NSG}/securityRules/r"}], "defaultSecurityRules": [RULE]},
    },
    "an access that nobody knows": {
        "id": NSG,
        "properties": {
            "defaultSecurityRules": [{"name": "r", "properties": {**RULE["properties"], "access": "AlwaysAllow"}}]
        },
    },
}


@pytest.mark.parametrize("body", NO_GROUPS.values(), ids=NO_GROUPS.keys())
def test_an_nsg_that_is_not_shown_whole_is_refused(body: Json) -> None:
    with pytest.raises(ValueError, match=r"no id|without|is not a valid"):
        parse_network_security_group(models.NetworkSecurityGroup(body))


def parse_network(**properties: Any) -> Any:
    return parse_virtual_network(models.VirtualNetwork({"id": NETWORK, "properties": properties}))


PEERINGS = {
    "connected": ({"peeringState": "Connected", "remoteAddressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}, True),
    "connected, told in the newer way": (
        {"peeringState": "Connected", "remoteVirtualNetworkAddressSpace": {"addressPrefixes": ["10.1.0.0/16"]}},
        True,
    ),
    "disconnected": (
        {"peeringState": "Disconnected", "remoteAddressSpace": {"addressPrefixes": ["10.1.0.0/16"]}},
        False,
    ),
    "initiated": ({"peeringState": "Initiated", "remoteAddressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}, False),
    "without a space": ({"peeringState": "Connected"}, False),
}


@pytest.mark.parametrize(("peering", "counts"), PEERINGS.values(), ids=PEERINGS.keys())
def test_the_space_of_a_connected_peer_belongs_to_the_network(peering: Json, counts: bool) -> None:
    network, _ = parse_network(virtualNetworkPeerings=[{"name": "p", "properties": peering}])
    assert network.peered_address_prefixes == (("10.1.0.0/16",) if counts else ())


def subnet(name: str, **properties: Any) -> Json:
    return {"id": f"{NETWORK}/subnets/{name}", "properties": properties}


def test_a_gateway_is_seen_by_its_subnet_or_by_a_peer_that_lends_it() -> None:
    assert not parse_network(subnets=[subnet("default")])[0].has_gateway
    assert parse_network(subnets=[subnet("gatewaySubnet")])[0].has_gateway
    lending = {"peeringState": "Connected", "useRemoteGateways": True}
    assert parse_network(virtualNetworkPeerings=[{"name": "p", "properties": lending}])[0].has_gateway


def test_the_interfaces_of_a_subnet_are_those_of_machines_each_named_once() -> None:
    used_by = [
        f"{NIC}/ipConfigurations/a",
        f"{NIC.upper()}/IPCONFIGURATIONS/B",
        f"{GROUP}/Microsoft.Network/virtualNetworkGateways/gw/ipConfigurations/default",
        f"{GROUP}/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/front",
        f"{GROUP}/Microsoft.Compute/virtualMachineScaleSets/s/virtualMachines/0/networkInterfaces/n/ipConfigurations/i",
    ]
    _, (parsed,) = parse_network(subnets=[subnet("default", ipConfigurations=[{"id": one} for one in used_by])])
    assert parsed.network_interface_ids == (ResourceId(NIC),)


def test_the_prefixes_of_a_subnet_are_read_in_either_form() -> None:
    _, subnets = parse_network(
        subnets=[
            subnet("one", addressPrefix="10.0.0.0/24"),
            subnet("several", addressPrefixes=["10.0.1.0/24", "fd00::/64"]),
        ]
    )
    assert [one.address_prefixes for one in subnets] == [("10.0.0.0/24",), ("10.0.1.0/24", "fd00::/64")]


def test_an_interface_that_belongs_to_nothing_is_read_as_that() -> None:
    parsed = parse_network_interface(
        models.NetworkInterface({"id": NIC, "properties": {"ipConfigurations": [{"name": "i"}]}})
    )
    assert (parsed.virtual_machine_id, parsed.network_security_group_id, parsed.primary) == (None, None, False)
    assert [one.private_ip_address for one in parsed.ip_configurations] == [None]


@pytest.mark.parametrize("body", [{}, {"id": NIC}, {"properties": {}}])
def test_an_answer_that_is_no_interface_or_network_is_refused(body: Json) -> None:
    with pytest.raises(ValueError, match="has no id or no properties"):
        parse_network_interface(models.NetworkInterface(body))
    with pytest.raises(ValueError, match="has no id or no properties"):
        parse_virtual_network(models.VirtualNetwork(body))


@pytest.mark.parametrize(("sku", "read_as"), [({"name": "Standard"}, "Standard"), ({}, None), (None, None)])
def test_a_public_address_is_read_with_its_sku_if_it_names_one(sku: Json | None, read_as: str | None) -> None:
    address = f"{GROUP}/Microsoft.Network/publicIPAddresses/ip"
    parsed = parse_public_ip_address(models.PublicIPAddress({"id": address, "sku": sku}))
    assert (parsed.id, parsed.sku) == (ResourceId(address), read_as)


def test_an_answer_that_is_no_public_address_is_refused() -> None:
    with pytest.raises(ValueError, match="has no id"):
        parse_public_ip_address(models.PublicIPAddress({}))


TABLE = f"{GROUP}/Microsoft.Network/routeTables/routes"


def parse_routes(*routes: Json) -> tuple[Route, ...]:
    return parse_route_table(models.RouteTable({"id": TABLE, "properties": {"routes": list(routes)}})).routes


@pytest.mark.parametrize("hop", NextHop)
@pytest.mark.parametrize("spell", [str, str.lower, str.upper])
def test_a_route_is_read_with_every_kind_of_next_hop_in_any_case(hop: NextHop, spell: Any) -> None:
    given = {"addressPrefix": "0.0.0.0/0", "nextHopType": spell(hop.value), "nextHopIpAddress": "10.0.0.4"}
    assert parse_routes({"name": "r", "properties": given}) == (Route("r", "0.0.0.0/0", hop, "10.0.0.4"),)


NO_ROUTES: dict[str, Json] = {
    "no properties": {"name": "r"},
    "no name": {"properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"}},
    "no prefix": {"name": "r", "properties": {"nextHopType": "None"}},
    "a next hop that nobody knows": {
        "name": "r",
        "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Elsewhere"},
    },
}


@pytest.mark.parametrize("route", NO_ROUTES.values(), ids=NO_ROUTES.keys())
def test_a_route_that_is_not_shown_whole_is_refused(route: Json) -> None:
    with pytest.raises(ValueError, match=r"without|is not a valid"):
        parse_routes(route)


@pytest.mark.parametrize("body", [{}, {"id": TABLE}, {"properties": {}}])
def test_an_answer_that_is_no_route_table_is_refused(body: Json) -> None:
    with pytest.raises(ValueError, match="has no id or no properties"):
        parse_route_table(models.RouteTable(body))


@pytest.mark.parametrize("access", [True, False, None])
def test_a_subnet_tells_its_ways_out(access: bool | None) -> None:
    gateway = f"{GROUP}/Microsoft.Network/natGateways/nat"
    given = {"natGateway": {"id": gateway}, "routeTable": {"id": TABLE}, "defaultOutboundAccess": access}
    network, (parsed,) = parse_network(subnets=[subnet("default", **given)], defaultPublicNatGateway={"id": gateway})
    assert (parsed.nat_gateway_id, parsed.route_table_id) == (ResourceId(gateway), ResourceId(TABLE))
    assert parsed.default_outbound_access is access
    assert network.nat_gateway_id == ResourceId(gateway)
