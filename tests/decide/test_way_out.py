"""What a VM's plan says of the way to the services that it needs, beyond the NSGs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.estate import NextHop, PublicIpAddress, Route, RouteTable, Subnet, VirtualNetwork
from shared.model.load_balancer import LoadBalancer
from shared.model.plan import Plan, PutExtension
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    ENFORCED,
    GROUP,
    NETWORK,
    NSG,
    PUBLIC_ADDRESS,
    SUBNET,
    VM,
    deny_out,
    estate,
    extension,
    interface,
    machine,
    on_the_internet,
    security_group,
)
from tests.decide.flow_cases import ROUTES
from tests.decide.load_balancers import BALANCER, OTHER_POOL, POOL, RULE, balancer, rule_of

PROVIDER = f"{GROUP}/providers/Microsoft.Network"
NAT = ResourceId(f"{PROVIDER}/natGateways/nat")
DROPPED, THROUGH = Reason.OUTBOUND_ROUTE_DROPPED, Reason.OUTBOUND_THROUGH_APPLIANCE
NO_PATH, UNKNOWN = Reason.NO_OUTBOUND_PATH, Reason.TRAFFIC_UNKNOWN
INTERNET, NONE, APPLIANCE = NextHop.INTERNET, NextHop.NONE, NextHop.VIRTUAL_APPLIANCE
GATEWAY = NextHop.VIRTUAL_NETWORK_GATEWAY


def table(*routes: tuple[str, NextHop]) -> RouteTable:
    made = (Route(f"to-{number}", prefix, hop) for number, (prefix, hop) in enumerate(routes))
    return RouteTable(ROUTES, tuple(made))


def subnet(**more: Any) -> Subnet:
    return Subnet(SUBNET, ("10.1.0.0/24",), **more)


def plan_of(**around: Any) -> Plan:
    return decide_virtual_machine(estate(**around), VM, ENFORCED)


def reasons(plan: Plan) -> list[Reason]:
    return [finding.reason for finding in plan.findings if finding.reason is not Reason.EXTENSION_MISSING]


def installs(plan: Plan) -> bool:
    return any(isinstance(action, PutExtension) for action in plan.actions)


@dataclass(frozen=True)
class Routed:
    routes: Sequence[tuple[str, NextHop]]
    reasons: Sequence[Reason] = ()
    said: str = ""
    around: dict[str, Any] = field(default_factory=dict)


ROUTED = {
    "no route at all leads out": Routed([]),
    "a default route to the internet leads out": Routed([("0.0.0.0/0", INTERNET)]),
    "a default route to nowhere drops both services": Routed(
        [("0.0.0.0/0", NONE)],
        [DROPPED],
        "Outbound TCP 443 from 10.1.0.4 to WindowsAdminCenter and AzureActiveDirectory is dropped by route to-0"
        " (0.0.0.0/0) of route table to-firewall, on subnet web, whose next hop is None",
    ),
    "a route for one service drops that one": Routed(
        [("WindowsAdminCenter", NONE)], [DROPPED], "to WindowsAdminCenter is dropped by route to-0"
    ),
    "a part that is dropped closes the way": Routed([("20.1.0.0/25", NONE)], [DROPPED]),
    "the longer prefix decides": Routed(
        [("0.0.0.0/0", NONE), ("WindowsAdminCenter", INTERNET), ("AzureActiveDirectory", INTERNET)]
    ),
    "whatever the order": Routed([("20.0.0.0/8", INTERNET), ("40.0.0.0/8", INTERNET), ("0.0.0.0/0", NONE)]),
    "a route to nowhere for others is no matter": Routed([("20.60.0.0/16", NONE), ("10.0.0.0/8", NONE)]),
    "what an appliance does is not told from here, and nothing waits for it": Routed(
        [("0.0.0.0/0", APPLIANCE)], [THROUGH], "to VirtualAppliance: what becomes of it there can't be told"
    ),
    "neither is what is behind a gateway": Routed([("0.0.0.0/0", GATEWAY)], [THROUGH], "to VirtualNetworkGateway"),
    "an appliance for other traffic is no matter": Routed([("10.0.0.0/8", APPLIANCE)]),
    "of two routes both are told": Routed([("20.0.0.0/8", NONE), ("40.0.0.0/8", APPLIANCE)], [DROPPED, THROUGH]),
    "routes of IPv6 are not for IPv4": Routed([("::/0", NONE)]),
    "a service of unknown prefixes may be dropped": Routed(
        [("20.0.0.0/8", NONE)], [UNKNOWN], "may be dropped or not by route to-0", around={"service_tags": {}}
    ),
    "and certainly is by a default route": Routed([("0.0.0.0/0", NONE)], [DROPPED], around={"service_tags": {}}),
    "an appliance that may be on the way is told": Routed(
        [("20.0.0.0/8", APPLIANCE)], [THROUGH], around={"service_tags": {}}
    ),
}


@pytest.mark.parametrize("one", ROUTED.values(), ids=ROUTED.keys())
def test_routes_are_followed_to_the_needed_services(one: Routed) -> None:
    plan = plan_of(route_table=table(*one.routes), **one.around)
    assert reasons(plan) == list(one.reasons)
    assert one.said in " ".join(finding.message for finding in plan.findings)
    assert installs(plan) is all(reason is THROUGH for reason in one.reasons)


def test_a_healthy_vm_behind_a_firewall_is_compliant_and_says_what_was_not_seen() -> None:
    plan = decide_virtual_machine(
        estate(machine(extensions=(extension(),)), route_table=table(("0.0.0.0/0", APPLIANCE))), VM, ENFORCED
    )
    assert reasons(plan) == [THROUGH]
    assert plan.status is Status.COMPLIANT


def test_a_dropping_route_is_told_to_machines_too() -> None:
    (finding,) = [one for one in plan_of(route_table=table(("0.0.0.0/0", NONE))).findings if one.reason is DROPPED]
    assert finding.status is Status.NON_COMPLIANT
    assert finding.evidence["route_table"] == str(ROUTES)
    assert (finding.evidence["route"], finding.evidence["address_prefix"]) == ("to-0", "0.0.0.0/0")
    assert finding.evidence["next_hop"] == "None"
    assert len(finding.evidence["flows"]) == 2


def test_an_appliance_is_told_by_its_address() -> None:
    at = RouteTable(ROUTES, (Route("out", "0.0.0.0/0", APPLIANCE, "10.0.1.4"),))
    assert "to VirtualAppliance 10.0.1.4:" in plan_of(route_table=at).findings[-1].message


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        ({"unreadable": {ROUTES: "AuthorizationFailed"}}, Reason.READ_FAILED),
        ({"absent": frozenset({ROUTES})}, UNKNOWN),
        ({}, UNKNOWN),
    ],
)
def test_routes_that_were_not_read_make_the_way_unknown_and_nothing_is_written(
    around: dict[str, Any], reason: Reason
) -> None:
    plan = plan_of(route_table=ROUTES, **around)
    assert (plan.status, plan.actions, reasons(plan)) == (Status.UNKNOWN, (), [reason])


def test_what_an_nsg_denies_is_told_beside_what_a_route_drops() -> None:
    plan = plan_of(route_table=table(("0.0.0.0/0", NONE)), subnet_group=security_group(deny_out(destination="*")))
    assert reasons(plan) == [Reason.OUTBOUND_DENIED, Reason.OUTBOUND_DENIED, DROPPED]


PRIVATE = {"default_outbound_access": False}


def behind(read: LoadBalancer, **configuration: Any) -> dict[str, Any]:
    named = configuration or {"load_balancer_backend_pool_ids": (POOL,)}
    return {"subnet": PRIVATE, "configuration": named, "load_balancers": {read.id: read}}


WAYS: dict[str, tuple[dict[str, Any], bool]] = {
    "a private subnet": ({"subnet": PRIVATE}, False),
    "a subnet that is not private": ({"subnet": {"default_outbound_access": True}}, True),
    "a subnet that says nothing of it": ({"subnet": {}}, True),
    "a NAT gateway": ({"subnet": {**PRIVATE, "nat_gateway_id": NAT}}, True),
    "a NAT gateway of the whole network": (
        {"subnet": PRIVATE, "network": VirtualNetwork(NETWORK, ("10.1.0.0/16",), nat_gateway_id=NAT)},
        True,
    ),
    "a public address": (
        {
            "subnet": PRIVATE,
            "configuration": {"public_ip_address_id": PUBLIC_ADDRESS},
            "public_ip_addresses": {PUBLIC_ADDRESS: PublicIpAddress(PUBLIC_ADDRESS, "Standard")},
        },
        True,
    ),
    "an outbound rule of its load balancer": (behind(balancer(outbound=POOL)), True),
    "one of another pool": (behind(balancer(outbound=OTHER_POOL)), False),
    "a load-balancing rule of a public frontend": (behind(balancer(rule_of())), True),
    "one that leaves outbound traffic alone": (behind(balancer(rule_of(leads_out=False))), False),
    "one of an internal frontend": (behind(balancer(rule_of(), is_public=False)), False),
    "an inbound NAT rule, which leads in alone": (
        behind(balancer(rule_of(pools=())), load_balancer_inbound_nat_rule_ids=(RULE,)),
        False,
    ),
    "a gateway, which may bring a default route": (
        {"subnet": PRIVATE, "network": VirtualNetwork(NETWORK, ("10.1.0.0/16",), has_gateway=True)},
        True,
    ),
    "a network that was not read": ({"subnet": PRIVATE, "virtual_networks": {}}, True),
}


@pytest.mark.parametrize(("around", "has_way"), WAYS.values(), ids=WAYS.keys())
def test_a_private_subnet_needs_a_way_out(around: dict[str, Any], has_way: bool) -> None:
    given = dict(around)
    one = interface()
    configuration = replace(one.ip_configurations[0], **given.pop("configuration", {}))
    given |= {
        "interfaces": [replace(one, ip_configurations=(configuration,))],
        "subnets": {SUBNET: subnet(**given.pop("subnet"))},
    }
    plan = plan_of(**given)
    assert reasons(plan) == ([] if has_way else [NO_PATH])
    assert installs(plan) is has_way


BY_ROUTE: dict[str, tuple[Sequence[tuple[str, NextHop]], list[Reason]]] = {
    "a route to an appliance is a way out": ([("0.0.0.0/0", APPLIANCE)], [THROUGH]),
    "a route to the internet is none by itself": ([("0.0.0.0/0", INTERNET)], [NO_PATH]),
    "one for a part of the services leaves the rest": ([("20.0.0.0/8", APPLIANCE)], [THROUGH, NO_PATH]),
    "what is dropped anyway is told as that": ([("0.0.0.0/0", NONE)], [DROPPED]),
    "routes elsewhere are no way": ([("10.0.0.0/8", APPLIANCE)], [NO_PATH]),
}


@pytest.mark.parametrize(("routes", "expected"), BY_ROUTE.values(), ids=BY_ROUTE.keys())
def test_in_a_private_subnet_a_route_may_lead_out(
    routes: Sequence[tuple[str, NextHop]], expected: list[Reason]
) -> None:
    private = subnet(**PRIVATE, route_table_id=ROUTES)
    plan = plan_of(subnets={SUBNET: private}, route_tables={ROUTES: table(*routes)})
    assert reasons(plan) == expected
    assert installs(plan) is (expected == [THROUGH])


def test_a_missing_way_out_is_told_with_what_would_make_one() -> None:
    (finding,) = [one for one in plan_of(subnets={SUBNET: subnet(**PRIVATE)}).findings if one.reason is NO_PATH]
    assert finding.message == (
        "Outbound TCP 443 from 10.1.0.4 to WindowsAdminCenter and AzureActiveDirectory has no way out: subnet web is"
        " private, and there is no NAT gateway, public IP address, outbound"
        " rule of a load balancer or route to an appliance. Give the subnet a NAT gateway."
    )
    assert finding.status is Status.NON_COMPLIANT


def test_whether_a_load_balancer_that_was_not_read_leads_out_is_unknown_and_nothing_is_written() -> None:
    one = on_the_internet(load_balancer_backend_pool_ids=(POOL,))
    here: dict[str, Any] = {"interfaces": [one], "subnets": {SUBNET: subnet(**PRIVATE)}}
    unread = plan_of(**here, unreadable={BALANCER: "AuthorizationFailed"})
    assert (reasons(unread), unread.actions) == ([Reason.READ_FAILED], ())
    here |= {"subnets": {SUBNET: subnet(network_security_group_id=NSG)}}
    here |= {"network_security_groups": {NSG: security_group()}}
    assert installs(plan_of(**here, unreadable={BALANCER: "AuthorizationFailed"}))
