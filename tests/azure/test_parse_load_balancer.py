"""What load balancers can say in several ways is read as one thing."""

from typing import Any

import pytest
from azure.mgmt.network import models

from shared.azure.parse_load_balancer import parse_load_balancer
from shared.model.load_balancer import Frontend, LoadBalancer, LoadBalancerRule, OutboundRule
from shared.model.resource_id import ResourceId

type Json = dict[str, Any]

BALANCER = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb")
FRONT, POOL, OTHER = (
    BALANCER.child(kind, name)
    for kind, name in (
        ("frontendIPConfigurations", "f"),
        ("backendAddressPools", "p"),
        ("backendAddressPools", "q"),
    )
)
ENDS = {"frontendIPConfiguration": {"id": str(FRONT)}}


def parse(**properties: Any) -> LoadBalancer:
    body = {"id": str(BALANCER), "sku": {"name": "Standard"}, "properties": properties}
    return parse_load_balancer(models.LoadBalancer(body))


def parse_part(kind: str, **properties: Any) -> LoadBalancerRule:
    part = {"id": str(BALANCER.child(kind, "r")), "name": "r", "properties": ENDS | properties}
    (rule,) = parse(**{kind: [part]}).rules
    return rule


BALANCING: dict[str, tuple[Json, tuple[ResourceId, ...]]] = {
    "in one pool": ({"backendAddressPool": {"id": str(POOL)}}, (POOL,)),
    "in several": ({"backendAddressPools": [{"id": str(POOL)}, {"id": str(OTHER)}]}, (POOL, OTHER)),
    "in one that is said twice": (
        {"backendAddressPool": {"id": str(POOL)}, "backendAddressPools": [{"id": str(POOL)}]},
        (POOL,),
    ),
    "in none": ({}, ()),
}


@pytest.mark.parametrize(("pools", "expected"), BALANCING.values(), ids=BALANCING.keys())
def test_a_load_balancing_rule_is_for_those_in_its_pools(pools: Json, expected: tuple[ResourceId, ...]) -> None:
    rule = parse_part("loadBalancingRules", protocol="Tcp", frontendPort=443, backendPort=6516, **pools)
    assert (rule.frontend_ports, rule.backend_port, rule.backend_pool_ids) == ("443", 6516, expected)
    assert rule.frontend_id == FRONT
    assert rule.leads_out


def test_a_rule_that_is_told_so_leaves_outbound_traffic_alone() -> None:
    rule = parse_part("loadBalancingRules", protocol="All", frontendPort=0, backendPort=0, disableOutboundSnat=True)
    assert not rule.leads_out
    assert (rule.protocol, rule.backend_port) == ("All", 0)


def test_a_nat_rule_has_one_port_or_for_a_pool_a_range_of_them() -> None:
    one = parse_part("inboundNatRules", protocol="Tcp", frontendPort=50001, backendPort=6516)
    assert (one.frontend_ports, one.backend_pool_ids, one.leads_out) == ("50001", (), False)
    several = parse_part(
        "inboundNatRules",
        frontendPort=0,
        frontendPortRangeStart=50000,
        frontendPortRangeEnd=50100,
        backendPort=6516,
        backendAddressPool={"id": str(POOL)},
    )
    assert (several.frontend_ports, several.backend_pool_ids, several.protocol) == ("50000-50100", (POOL,), "Tcp")


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ({"publicIPAddress": {"id": "/subscriptions/s/x"}}, True),
        ({"publicIPPrefix": {"id": "/subscriptions/s/x"}}, True),
        ({"subnet": {"id": "/subscriptions/s/x"}}, False),
    ],
)
def test_a_frontend_is_public_or_not(address: Json, is_public: bool) -> None:
    read = parse(frontendIPConfigurations=[{"id": str(FRONT), "properties": address}])
    assert read.frontends == (Frontend(FRONT, is_public),)


def test_an_outbound_rule_is_for_a_pool() -> None:
    out = BALANCER.child("outboundRules", "o")
    read = parse(outboundRules=[{"id": str(out), "properties": {"backendAddressPool": {"id": str(POOL)}}}])
    assert read.outbound_rules == (OutboundRule(out, POOL),)


LACKING: dict[str, Json] = {
    "an id": {"properties": {}},
    "properties": {"id": str(BALANCER)},
    "a frontend's id": {"id": str(BALANCER), "properties": {"frontendIPConfigurations": [{"properties": {}}]}},
    "a rule's properties": {"id": str(BALANCER), "properties": {"loadBalancingRules": [{"id": str(POOL)}]}},
    "a NAT rule's properties": {"id": str(BALANCER), "properties": {"inboundNatRules": [{"id": str(POOL)}]}},
}


@pytest.mark.parametrize("body", LACKING.values(), ids=LACKING.keys())
def test_what_lacks_its_essentials_is_refused(body: Json) -> None:
    with pytest.raises(ValueError, match="Azure's answer"):
        parse_load_balancer(models.LoadBalancer(body))
