"""What is told of rules that let the whole internet in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.model.estate import SecurityRule
from shared.model.plan import PutSecurityRule, Reason
from shared.model.resource_id import ResourceId
from tests.decide.estates import ENFORCED, GROUP, allow_in, deny_in, estate, extension, machine, security_group
from tests.decide.group_plans import HEALTHY, plan_of, reasons

EXPOSED = allow_in("PortForWAC", 100, source="*", ports="6516")


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
    plan = plan_of(estate(HEALTHY, subnet_group=security_group(rule)))
    assert (reasons(plan), plan.actions) == ([Reason.INBOUND_EXPOSED], ())
    assert f"rule {rule.name} (priority 100)" in plan.findings[0].message


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
    assert reasons(plan_of(estate(HEALTHY, subnet_group=security_group(*rules)))) == []


def test_the_rule_that_certainly_lets_everybody_in_is_the_one_named() -> None:
    rules = (allow_in("Maybe", 100, source="*", source_port_ranges=("1-9",)), allow_in("Certain", 200, source="*"))
    (finding,) = plan_of(estate(HEALTHY, subnet_group=security_group(*rules))).findings
    assert (finding.reason, finding.evidence["rule"]) == (Reason.INBOUND_EXPOSED, "Certain")


def test_an_open_port_that_wac_does_not_have_exposes_nothing() -> None:
    on_6600 = machine(extensions=(extension(settings={"port": "6600"}),))
    assert reasons(plan_of(estate(on_6600, subnet_group=security_group(EXPOSED)))) == []


def test_a_rule_of_ours_exposes_nothing_that_was_not_asked_for() -> None:
    desired = replace(ENFORCED, inbound_sources=("Internet",))
    (put,) = plan_of(estate(HEALTHY, subnet_group=security_group()), desired).actions
    assert isinstance(put, PutSecurityRule)
    after = estate(HEALTHY, subnet_group=security_group(put.desired))
    assert reasons(plan_of(after, desired)) == []


def test_a_rule_that_may_let_everybody_in_is_unknown_rather_than_fine() -> None:
    maybe = allow_in("Some", 100, source="*", source_port_ranges=("1024-2048",))
    plan = plan_of(estate(HEALTHY, subnet_group=security_group(maybe)))
    assert reasons(plan) == [Reason.TRAFFIC_UNKNOWN]
    assert "it is for some source ports only" in plan.findings[0].message


def test_default_rules_expose_nothing_however_traffic_is_routed() -> None:
    routes = ResourceId(f"{GROUP}/providers/Microsoft.Network/routeTables/routes")
    assert reasons(plan_of(estate(HEALTHY, subnet_group=security_group(), route_table=routes))) == []
