"""What Network Watcher answers of single packets, asked by the real SDK's client."""

from __future__ import annotations

from typing import Any

import pytest
from azure.mgmt.network.aio import NetworkManagementClient

from simulator.build import (
    Route,
    add_application_security_group,
    add_network,
    add_network_watcher,
    add_peering,
    add_resource_group,
    add_route_table,
    add_rule,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.store import Json
from simulator.world import World
from tests.simulator.raw_client import RawClient

WAC_SERVICE = "20.61.99.194"
SOMEWHERE = "203.0.113.9"
DENY_ALL = security_rule("DenyAll", priority=4000)


@pytest.fixture
def vm(world: World) -> str:
    """A VM at 10.0.1.4, in a subnet whose NSG is `outer`; that of its NIC is `inner`."""
    add_resource_group(world, "Shop")
    add_network_watcher(world, "Shop", "watcher")
    net = add_network(world, "Shop", "net", subnets={"front": "10.0.1.0/24"})
    attach(world, add_security_group(world, "Shop", "outer"), subnet_id(net, "front"))
    inner = add_security_group(world, "Shop", "inner")
    return add_virtual_machine(world, "Shop", "vm", subnet=subnet_id(net, "front"), nsg=inner)


def flow(vm: str, remote: str, port: str = "443", *, direction: str = "Outbound", protocol: str = "TCP") -> Any:
    ports = {"Outbound": ("50000", port), "Inbound": (port, "50000")}[direction]
    return {
        "targetResourceId": vm,
        "direction": direction,
        "protocol": protocol,
        "localIPAddress": "10.0.1.4",
        "localPort": ports[0],
        "remoteIPAddress": remote,
        "remotePort": ports[1],
    }


async def verdict(network: NetworkManagementClient, asked: Any) -> tuple[str | None, str | None]:
    answer = await (await network.network_watchers.begin_verify_ip_flow("Shop", "watcher", asked)).result()
    return answer.access, answer.rule_name


def rules_of(world: World, nsg: str, *rules: Json) -> None:
    groups = [one for one in map(world.resource, world.resources) if one and one["name"] == nsg]
    for rule in rules:
        add_rule(world, groups[0]["id"], rule)


ALLOW_SERVICE = security_rule(
    "Service", priority=200, access="Allow", protocol="tcp", destination="windowsadmincenter", destination_port="443"
)
ALLOW_MANY = security_rule(
    "Many",
    priority=200,
    access="Allow",
    destination=["10.9.0.0/16", "20.61.0.0/16"],
    destination_port=["80", "400-500"],
)
ALLOW_UDP = security_rule("Udp", priority=200, access="Allow", protocol="Udp")
DENY_NETWORK = security_rule("Net", priority=100, destination="VirtualNetwork")
DENY_INTERNET = security_rule("Net", priority=100, destination="Internet")
type Case = tuple[tuple[Json, ...], tuple[Json, ...], str, tuple[str, str]]
"""The rules of the NIC's group and of the subnet's, where a packet goes, and the verdict."""

OUTBOUND: dict[str, Case] = {
    "default": ((), (), WAC_SERVICE, ("Allow", "defaultSecurityRules/AllowInternetOutBound")),
    "inside": ((), (), "10.0.9.9", ("Allow", "defaultSecurityRules/AllowVnetOutBound")),
    "the NIC's denies first": ((DENY_ALL,), (DENY_INTERNET,), SOMEWHERE, ("Deny", "securityRules/DenyAll")),
    "the subnet's denies too": ((), (DENY_INTERNET,), SOMEWHERE, ("Deny", "securityRules/Net")),
    "a service tag": (
        (ALLOW_SERVICE, DENY_ALL),
        (),
        WAC_SERVICE,
        ("Allow", "defaultSecurityRules/AllowInternetOutBound"),
    ),
    "not the service": ((ALLOW_SERVICE, DENY_ALL), (), SOMEWHERE, ("Deny", "securityRules/DenyAll")),
    "lists": ((), (ALLOW_MANY, DENY_ALL), WAC_SERVICE, ("Allow", "securityRules/Many")),
    "another protocol": ((), (ALLOW_UDP, DENY_ALL), WAC_SERVICE, ("Deny", "securityRules/DenyAll")),
    "the host is inside": ((), (DENY_NETWORK,), "168.63.129.16", ("Deny", "securityRules/Net")),
    "outside is not inside": (
        (),
        (DENY_NETWORK,),
        SOMEWHERE,
        ("Allow", "defaultSecurityRules/AllowInternetOutBound"),
    ),
}


@pytest.mark.parametrize("case", OUTBOUND.values(), ids=OUTBOUND)
async def test_a_packet_out_passes_the_nics_group_and_then_the_subnets(
    network: NetworkManagementClient, world: World, vm: str, case: Case
) -> None:
    inner, outer, remote, expected = case
    rules_of(world, "inner", *inner)
    rules_of(world, "outer", *outer)
    assert await verdict(network, flow(vm, remote)) == expected


async def test_a_packet_in_passes_the_subnets_group_and_then_the_nics(
    network: NetworkManagementClient, world: World, vm: str
) -> None:
    asked = flow(vm, SOMEWHERE, "6516", direction="Inbound")
    assert await verdict(network, asked) == ("Deny", "defaultSecurityRules/DenyAllInBound")
    way_in = {"direction": "Inbound", "access": "Allow", "source": "203.0.113.0/24", "destination_port": "6516"}
    rules_of(world, "outer", security_rule("OuterIn", priority=300, **way_in))
    assert await verdict(network, asked) == ("Deny", "defaultSecurityRules/DenyAllInBound")
    rules_of(world, "inner", security_rule("InnerIn", priority=300, **way_in))
    assert await verdict(network, asked) == ("Allow", "securityRules/InnerIn")
    other = flow(vm, SOMEWHERE, "6517", direction="Inbound")
    assert await verdict(network, other) == ("Deny", "defaultSecurityRules/DenyAllInBound")


async def test_an_application_security_group_stands_for_the_addresses_of_its_members(
    network: NetworkManagementClient, world: World, vm: str
) -> None:
    web = add_application_security_group(world, "Shop", "web")
    rules_of(world, "inner", security_rule("Web", priority=100, source_groups=[web]))
    assert (await verdict(network, flow(vm, SOMEWHERE)))[0] == "Allow"
    add_application_security_group(world, "Shop", "web", members=[network_interface_of(world, vm)])
    assert await verdict(network, flow(vm, SOMEWHERE)) == ("Deny", "securityRules/Web")


async def test_virtual_network_has_the_peers_space_and_what_routes_name(
    network: NetworkManagementClient, world: World, vm: str
) -> None:
    rules_of(world, "inner", DENY_NETWORK)
    net = network_of(world)
    assert await verdict(network, flow(vm, "10.1.0.9")) == ("Deny", "defaultSecurityRules/DenyAllOutBound")
    add_peering(world, net, add_network(world, "Shop", "hub", ["10.1.0.0/16"]))
    assert await verdict(network, flow(vm, "10.1.0.9")) == ("Deny", "securityRules/Net")
    route = Route("198.51.100.0/24", "VirtualAppliance", "10.1.0.4")
    add_route_table(world, "Shop", "table", {"branch": route}, subnets=[subnet_id(net, "front")])
    assert await verdict(network, flow(vm, "198.51.100.7")) == ("Deny", "securityRules/Net")


def network_of(world: World) -> str:
    return str(world.resources.of_type(world.subscription_id, "Microsoft.Network/virtualNetworks")[0]["id"])


async def test_the_diagnostic_tells_of_each_group_what_matched(
    network: NetworkManagementClient, world: World, vm: str
) -> None:
    rules_of(world, "outer", DENY_INTERNET)
    profile = {
        "direction": "Outbound",
        "protocol": "TCP",
        "source": "10.0.1.4",
        "destination": SOMEWHERE,
        "destinationPort": "443",
    }
    asked: Any = {"targetResourceId": vm, "profiles": [profile]}
    watchers = network.network_watchers
    answer = await (await watchers.begin_get_network_configuration_diagnostic("Shop", "watcher", asked)).result()
    (result,) = answer.results or []
    told = result.network_security_group_result
    assert told is not None
    assert told.security_rule_access_result == "Deny"
    inner, outer = told.evaluated_network_security_groups or []
    assert [str(one.applied_to).rsplit("/", 1)[1] for one in (inner, outer)] == ["vm-nic", "front"]
    assert [one.matched_rule and one.matched_rule.rule_name for one in (inner, outer)] == [
        "DefaultRule_AllowInternetOutBound",
        "UserRule_Net",
    ]
    looked_at = {str(one.name): one.destination_matched for one in inner.rules_evaluation_result or []}
    assert looked_at == {"DefaultRule_AllowVnetOutBound": False, "DefaultRule_AllowInternetOutBound": True}


async def test_the_next_hop_is_that_of_the_longest_prefix(
    network: NetworkManagementClient, world: World, vm: str
) -> None:
    net = network_of(world)
    add_peering(world, net, add_network(world, "Shop", "hub", ["10.1.0.0/16"]))
    routes = {
        "all": Route("0.0.0.0/0", "VirtualAppliance", "10.1.0.4"),
        "service": Route("WindowsAdminCenter", "None"),
    }
    add_route_table(world, "Shop", "table", routes, subnets=[subnet_id(net, "front")])
    hops = {}
    for destination in (SOMEWHERE, WAC_SERVICE, "10.0.1.9", "10.1.0.9", "172.16.0.1"):
        asked: Any = {"targetResourceId": vm, "sourceIPAddress": "10.0.1.4", "destinationIPAddress": destination}
        answer = await (await network.network_watchers.begin_get_next_hop("Shop", "watcher", asked)).result()
        hops[destination] = (answer.next_hop_type, answer.next_hop_ip_address)
    assert hops == {
        SOMEWHERE: ("VirtualAppliance", "10.1.0.4"),
        WAC_SERVICE: ("None", None),
        "10.0.1.9": ("VirtualNetwork", None),
        "10.1.0.9": ("VirtualNetworkPeering", None),
        "172.16.0.1": ("None", None),
    }


async def test_the_answer_takes_its_time_and_location_alone_leads_to_it(
    raw: RawClient, world: World, vm: str
) -> None:
    world.network_seconds = 10
    watcher = f"{vm.partition('/providers/')[0]}/providers/Microsoft.Network/networkWatchers/watcher"
    begun = await raw.send("POST", f"{watcher}/ipFlowVerify", body=flow(vm, SOMEWHERE))
    assert (begun.status, begun.body) == (202, None)
    assert "azure-asyncoperation" not in begun.headers
    assert (await raw.send("GET", begun.headers["location"])).status == 202
    await world.clock.advance(10)
    ended = await raw.send("GET", begun.headers["location"])
    assert (ended.status, ended.body["access"], ended.body["ruleId"]) == (200, "Allow", "")


@pytest.mark.parametrize(
    "change",
    [
        {"localIPAddress": "10.0.1.99"},
        {"remoteIPAddress": "nowhere"},
        {"remotePort": "70000"},
        {"protocol": "ICMP"},
        {"direction": "Sideways"},
        {"targetResourceId": "/subscriptions/x/resourceGroups/y/providers/Microsoft.Compute/virtualMachines/z"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_question_that_makes_no_sense_is_refused(raw: RawClient, vm: str, change: dict[str, str]) -> None:
    watcher = f"{vm.partition('/providers/')[0]}/providers/Microsoft.Network/networkWatchers/watcher"
    assert (await raw.send("POST", f"{watcher}/ipFlowVerify", body=flow(vm, SOMEWHERE) | change)).status == 400
