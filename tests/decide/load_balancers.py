"""Load balancers for tests of decisions."""

from __future__ import annotations

from typing import Any

from shared.model.load_balancer import Frontend, LoadBalancer, LoadBalancerRule, OutboundRule
from shared.model.resource_id import ResourceId
from tests.decide.estates import GROUP

BALANCER = ResourceId(f"{GROUP}/providers/Microsoft.Network/loadBalancers/lb")
POOL, OTHER_POOL = (BALANCER.child("backendAddressPools", name) for name in ("pool", "other"))
FRONTEND = BALANCER.child("frontendIPConfigurations", "front")
RULE, NAT_RULE = BALANCER.child("loadBalancingRules", "wac"), BALANCER.child("inboundNatRules", "wac-1")


def rule_of(identity: ResourceId = RULE, *, pools: tuple[ResourceId, ...] = (POOL,), **more: Any) -> LoadBalancerRule:
    """Make a rule from port 443 of the frontend to the WAC port behind."""
    given = {"protocol": "Tcp", "frontend_ports": "443", "backend_port": 6516, "leads_out": True, **more}
    return LoadBalancerRule(identity, frontend_id=FRONTEND, backend_pool_ids=pools, **given)


def balancer(
    *rules: LoadBalancerRule,
    sku: str | None = "Standard",
    is_public: bool = True,
    outbound: ResourceId | None = None,
) -> LoadBalancer:
    """Make a load balancer with one frontend, and an outbound rule for a pool."""
    outbound_rules = (OutboundRule(BALANCER.child("outboundRules", "out"), outbound),) if outbound else ()
    return LoadBalancer(BALANCER, sku, (Frontend(FRONTEND, is_public),), rules, outbound_rules)
