"""What is told of rules that let the whole internet in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.model.desired import DesiredState
from shared.model.estate import SecurityRule
from shared.model.plan import PutSecurityRule
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    ENFORCED,
    GROUP,
    allow_in,
    deny_in,
    estate,
    extension,
    machine,
    on_the_internet,
    security_group,
)
from tests.decide.group_plans import HEALTHY, OFFICE, plan_of, reasons

EXPOSED = allow_in("PortForWAC", 100, source="*", ports="6516")
REACHED: dict[str, Any] = {"interfaces": [on_the_internet()]}


@pytest.mark.parametrize(
    "rule",
    [
        EXPOSED,
        allow_in("Wide", 100, source="Internet", ports="6000-7000"),
        allow_in("All", 100, source="0.0.0.0/0"),
        allow_in("Halves", 100, source=("0.0.0.0/1", "128.0.0.0/1")),
        allow_in("Mine", 100, source="*", destination="10.1.0.4", ports="6516", protocol="TCP"),
    ],
)
def test_a_rule_that_lets_everybody_in_to_wac_is_told_of_and_left(rule: SecurityRule) -> None:
    plan = plan_of(estate(HEALTHY, **REACHED, subnet_group=security_group(rule)))
    assert (reasons(plan), plan.actions) == ([Reason.INBOUND_EXPOSED], ())
    assert plan.findings[0].message == (
        "nsg-web lets the whole internet reach Windows Admin Center on 10.1.0.4, port 6516,"
        f" by rule {rule.name} (priority 100), over public IP address vm-1-ip:"
        " name the callers' addresses as its source instead."
    )


@pytest.mark.parametrize("desired", [ENFORCED, OFFICE])
def test_nobody_is_told_of_a_wide_rule_where_nothing_leads_in_from_the_internet(desired: DesiredState) -> None:
    here = estate(HEALTHY, subnet_group=security_group(EXPOSED))
    assert Reason.INBOUND_EXPOSED not in reasons(plan_of(here, desired))


WIDER = {
    "the office next door": (allow_in("Partner", 100, source="203.0.112.0/23", ports="6516"), "203.0.112.0/24"),
    "one address more": (
        allow_in("Partner", 100, source=("203.0.113.7", "198.51.100.7"), ports="*"),
        "198.51.100.7/32",
    ),
    "a service": (allow_in("Storage", 100, source="Storage", ports="6516"), "20.60.0.0/16, 52.239.0.0/16"),
    "everybody": (EXPOSED, "the whole internet"),
}


@pytest.mark.parametrize(("rule", "callers"), WIDER.values(), ids=WIDER.keys())
def test_with_callers_named_whoever_else_is_let_in_is_told(rule: SecurityRule, callers: str) -> None:
    plan = plan_of(estate(HEALTHY, **REACHED, subnet_group=security_group(rule)), OFFICE)
    (finding,) = (one for one in plan.findings if one.reason is Reason.INBOUND_EXPOSED)
    assert f"lets {callers} reach" in finding.message
    assert f"rule {rule.name} (priority 100)" in finding.message


NO_WIDER = {
    "a part of the office": allow_in("Desk", 100, source="203.0.113.7", ports="6516"),
    "another port": allow_in("Rdp", 100, source="198.51.100.0/24", ports="3389"),
    "the network": allow_in("Network", 100, source="10.0.0.0/8", ports="6516"),
}


@pytest.mark.parametrize("rule", NO_WIDER.values(), ids=NO_WIDER.keys())
def test_with_callers_named_these_are_nobody_else(rule: SecurityRule) -> None:
    plan = plan_of(estate(HEALTHY, **REACHED, subnet_group=security_group(rule)), OFFICE)
    assert Reason.INBOUND_EXPOSED not in reasons(plan)


def test_the_internet_is_nobody_else_where_it_is_named() -> None:
    named = replace(ENFORCED, inbound_sources=("Internet",))
    assert reasons(plan_of(estate(HEALTHY, **REACHED, subnet_group=security_group(EXPOSED)), named)) == []


@pytest.mark.parametrize(
    "rules",
    [
        (allow_in("Rdp", 100, source="*", ports="3389"),),
        (allow_in("Office", 100, source="203.0.113.0/24", ports="6516"),),
        (allow_in("Network", 100, source="VirtualNetwork", ports="6516"),),
        (deny_in("Deny", 100, source="Internet", ports="6516"), replace(EXPOSED, priority=200)),
        (allow_in("Udp", 100, source="*", ports="6516", protocol="Udp"),),
        (allow_in("OtherVm", 100, source="*", destination="10.1.0.99", ports="6516"),),
    ],
)
def test_a_rule_that_does_not_let_everybody_in_is_not(rules: tuple[SecurityRule, ...]) -> None:
    assert reasons(plan_of(estate(HEALTHY, **REACHED, subnet_group=security_group(*rules)))) == []


def test_the_rule_that_certainly_lets_everybody_in_is_the_one_named() -> None:
    rules = (allow_in("Maybe", 100, source="*", source_port_ranges=("1-9",)), allow_in("Certain", 200, source="*"))
    (finding,) = plan_of(estate(HEALTHY, **REACHED, subnet_group=security_group(*rules))).findings
    assert (finding.reason, finding.evidence["rule"]) == (Reason.INBOUND_EXPOSED, "Certain")


def test_an_open_port_that_wac_does_not_have_exposes_nothing() -> None:
    on_6600 = machine(extensions=(extension(settings={"port": "6600"}),))
    assert reasons(plan_of(estate(on_6600, **REACHED, subnet_group=security_group(EXPOSED)))) == []


def test_a_rule_of_ours_exposes_nothing_that_was_not_asked_for() -> None:
    desired = replace(ENFORCED, inbound_sources=("Internet",))
    (put,) = plan_of(estate(HEALTHY, **REACHED, subnet_group=security_group()), desired).actions
    assert isinstance(put, PutSecurityRule)
    after = estate(HEALTHY, **REACHED, subnet_group=security_group(put.desired))
    assert reasons(plan_of(after, desired)) == []


def test_a_rule_that_may_let_everybody_in_is_unknown_rather_than_fine() -> None:
    maybe = allow_in("Some", 100, source="*", source_port_ranges=("1024-2048",))
    plan = plan_of(estate(HEALTHY, **REACHED, subnet_group=security_group(maybe)))
    assert reasons(plan) == [Reason.TRAFFIC_UNKNOWN]
    assert "it is for some source ports only" in plan.findings[0].message


def test_default_rules_expose_nothing_however_traffic_is_routed() -> None:
    routes = ResourceId(f"{GROUP}/providers/Microsoft.Network/routeTables/routes")
    assert reasons(plan_of(estate(HEALTHY, **REACHED, subnet_group=security_group(), route_table=routes))) == []
