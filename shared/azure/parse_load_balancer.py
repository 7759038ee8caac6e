"""SDK objects of load balancers, read into the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shared.azure.references import id_of, ids_of
from shared.azure.sdk_text import text_of
from shared.model.load_balancer import Frontend, LoadBalancer, LoadBalancerRule, OutboundRule
from shared.model.resource_id import ResourceId

if TYPE_CHECKING:
    from azure.mgmt.network import models


def parse_load_balancer(balancer: models.LoadBalancer) -> LoadBalancer:
    """Read a load balancer with its rules. Raises ValueError when Azure's answer lacks an id or properties."""
    if balancer.id is None or balancer.properties is None:
        raise ValueError("Azure's answer for a load balancer has no id or no properties")
    properties = balancer.properties
    sku = balancer.sku.name if balancer.sku else None
    return LoadBalancer(
        ResourceId(balancer.id),
        text_of(sku) if sku else None,
        tuple(_frontends(properties.frontend_ip_configurations)),
        (*_balancing_rules(properties.load_balancing_rules), *_nat_rules(properties.inbound_nat_rules)),
        tuple(_outbound_rules(properties.outbound_rules)),
    )


def _frontends(frontends: Iterable[models.FrontendIPConfiguration] | None) -> Iterator[Frontend]:
    for one in frontends or ():
        public = one.properties and (one.properties.public_ip_address or one.properties.public_ip_prefix)
        yield Frontend(_identity(one), bool(public))


def _balancing_rules(rules: Iterable[models.LoadBalancingRule] | None) -> Iterator[LoadBalancerRule]:
    for rule in rules or ():
        if rule.properties is None:
            raise ValueError(f"Azure's answer for load-balancing rule {rule.id} has no properties")
        given = rule.properties
        pool = id_of(given.backend_address_pool)
        pools = dict.fromkeys((*((pool,) if pool else ()), *ids_of(given.backend_address_pools)))
        yield LoadBalancerRule(
            _identity(rule),
            text_of(given.protocol),
            id_of(given.frontend_ip_configuration),
            str(given.frontend_port),
            # Azure means the same port where it names none behind.
            given.backend_port if given.backend_port is not None else given.frontend_port,
            tuple(pools),
            leads_out=not given.disable_outbound_snat,
        )


def _nat_rules(rules: Iterable[models.InboundNatRule] | None) -> Iterator[LoadBalancerRule]:
    for rule in rules or ():
        if rule.properties is None:
            raise ValueError(f"Azure's answer for inbound NAT rule {rule.id} has no properties")
        given = rule.properties
        pool = id_of(given.backend_address_pool)
        yield LoadBalancerRule(
            _identity(rule),
            text_of(given.protocol) if given.protocol else "Tcp",
            id_of(given.frontend_ip_configuration),
            _ports(given),
            given.backend_port or 0,
            (pool,) if pool else (),
        )


def _outbound_rules(rules: Iterable[models.OutboundRule] | None) -> Iterator[OutboundRule]:
    for rule in rules or ():
        yield OutboundRule(_identity(rule), id_of(rule.properties.backend_address_pool) if rule.properties else None)


def _ports(given: models.InboundNatRulePropertiesFormat) -> str:
    """Write the frontend's ports: one, or for a whole pool a range with one for each VM in it."""
    if given.frontend_port_range_start is None or given.frontend_port_range_end is None:
        return str(given.frontend_port)
    return f"{given.frontend_port_range_start}-{given.frontend_port_range_end}"


def _identity(part: models.SubResource) -> ResourceId:
    if part.id is None:
        raise ValueError("Azure's answer for a load balancer has a part without an id")
    return ResourceId(part.id)
