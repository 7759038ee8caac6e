"""How the internet gets to a VM by a load balancer, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.estate import NetworkInterface
from shared.model.load_balancer import LoadBalancer
from shared.model.plan import Finding
from shared.model.reason import Reason, Status
from tests.decide.estates import ENFORCED, VM, allow_in, estate, on_the_internet, security_group
from tests.decide.group_plans import HEALTHY, OFFICE, plan_of, reasons
from tests.decide.load_balancers import BALANCER, NAT_RULE, OTHER_POOL, POOL, balancer, rule_of

EXPOSED = allow_in("PortForWAC", 100, source="*", ports="6516")
NAT = rule_of(NAT_RULE, pools=(), frontend_ports="50001")
IN_POOL = on_the_internet(load_balancer_backend_pool_ids=(POOL,))
BEHIND_NAT = on_the_internet(load_balancer_inbound_nat_rule_ids=(NAT_RULE,))


@dataclass(frozen=True)
class Way:
    read: LoadBalancer
    interface: NetworkInterface = IN_POOL
    told: str | None = None

    def found(self, **more: Any) -> list[Finding]:
        around = {"interfaces": [self.interface], "load_balancers": {BALANCER: self.read}, **more}
        here = estate(HEALTHY, subnet_group=security_group(EXPOSED), **around)
        return [one for one in plan_of(here).findings if one.reason is Reason.INBOUND_EXPOSED]


WAYS = {
    "a load-balancing rule to the port": Way(
        balancer(rule_of()), told="load-balancing rule wac of load balancer lb (port 443)"
    ),
    "an inbound NAT rule that the interface names": Way(
        balancer(NAT), BEHIND_NAT, told="inbound NAT rule wac-1 of load balancer lb (port 50001)"
    ),
    "an inbound NAT rule of a whole pool": Way(
        balancer(rule_of(NAT_RULE, frontend_ports="50000-50100")),
        told="inbound NAT rule wac-1 of load balancer lb (ports 50000-50100)",
    ),
    "a rule for all ports": Way(
        balancer(rule_of(protocol="All", frontend_ports="0", backend_port=0)),
        told="load-balancing rule wac of load balancer lb",
    ),
    "two of them": Way(
        balancer(rule_of(), NAT),
        on_the_internet(load_balancer_backend_pool_ids=(POOL,), load_balancer_inbound_nat_rule_ids=(NAT_RULE,)),
        told="load-balancing rule wac of load balancer lb (port 443) and inbound NAT rule wac-1 of load balancer lb",
    ),
    "a rule to another port leads elsewhere": Way(balancer(rule_of(backend_port=443))),
    "a rule of another pool": Way(balancer(rule_of(pools=(OTHER_POOL,)))),
    "a NAT rule of another VM": Way(balancer(NAT)),
    "a rule for UDP": Way(balancer(rule_of(protocol="Udp"))),
    "an internal frontend is none of the internet": Way(balancer(rule_of(), is_public=False)),
    "no rule at all": Way(balancer()),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_rule_for_everybody_exposes_what_a_load_balancer_leads_to(way: Way) -> None:
    found = way.found()
    assert bool(found) is (way.told is not None)
    if way.told is not None:
        assert f"by rule PortForWAC (priority 100), over {way.told}" in found[0].message


def test_a_load_balancer_that_may_not_be_read_makes_it_unknown_who_gets_in() -> None:
    here = estate(
        HEALTHY,
        subnet_group=security_group(EXPOSED),
        interfaces=[IN_POOL],
        unreadable={BALANCER: "AuthorizationFailed"},
    )
    assert reasons(plan_of(here)) == [Reason.READ_FAILED]
    assert reasons(plan_of(estate(HEALTHY, subnet_group=security_group(), interfaces=[IN_POOL]))) == []


BARE = {
    "a Basic load balancer without an NSG lets everybody in": ("Basic", ENFORCED, Reason.INBOUND_EXPOSED),
    "a Standard one nobody": ("Standard", ENFORCED, None),
    "not even the callers that are named": ("Standard", OFFICE, Reason.INBOUND_DENIED),
}


@pytest.mark.parametrize(("sku", "desired", "reason"), BARE.values(), ids=BARE.keys())
def test_without_an_nsg_the_sku_of_a_load_balancer_decides(sku: str, desired: Any, reason: Reason | None) -> None:
    here = estate(HEALTHY, interfaces=[IN_POOL], load_balancers={BALANCER: balancer(rule_of(), sku=sku)})
    plan = decide_virtual_machine(here, VM, desired)
    assert [one.reason for one in plan.findings] == ([reason] if reason else [])
    assert all(f"load balancer lb (port 443) ({sku})" in one.message for one in plan.findings)
    assert plan.status is (Status.NON_COMPLIANT if reason else Status.COMPLIANT)
