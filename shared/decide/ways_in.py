"""How people on the internet get to a port of a VM, before any NSG: by its own public address, or a load balancer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.decide.network_path import Place, not_read
from shared.model.estate import Estate
from shared.model.load_balancer import LoadBalancer, LoadBalancerRule
from shared.model.plan import Finding
from shared.model.resource_id import ResourceId

# Azure's API means Basic where it names no SKU.
_BASIC = "basic"
_ANY_PORT = 0
_TCP = frozenset({"tcp", "all", "*"})
_BALANCING_RULE = "Microsoft.Network/loadBalancers/loadBalancingRules"


@dataclass(frozen=True, slots=True)
class WayIn:
    """A public address of the VM's own, or a `rule` of a load balancer; `through` is the address or the balancer."""

    through: ResourceId
    rule: LoadBalancerRule | None = None

    def sku_in(self, estate: Estate) -> str | None:
        """Tell the SKU of what it goes through; None where that was not read."""
        found = (estate.load_balancers if self.rule else estate.public_ip_addresses).get(self.through)
        # Azure's API means Basic where it names none.
        return None if found is None else found.sku or _BASIC

    def __str__(self) -> str:
        if self.rule is None:
            return f"public IP address {self.through.name}"
        kind = "load-balancing rule" if self.rule.id.is_a(_BALANCING_RULE) else "inbound NAT rule"
        ports = self.rule.frontend_ports
        word = "ports" if "-" in ports else "port"
        at = "" if self.rule.backend_port == _ANY_PORT else f" ({word} {ports})"
        return f"{kind} {self.rule.id.name} of load balancer {self.through.name}{at}"


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The ways that are known, and what was not read that may be one."""

    known: tuple[WayIn, ...]
    unread: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.known or self.unread)

    def __str__(self) -> str:
        return " and ".join(map(str, self.known))


def find_ways_in(estate: Estate, place: Place, port: int, subject: ResourceId) -> WaysIn:
    """Find the ways to one TCP port of a VM, 0 being any; what was not read is a finding about `subject`.

    What a load balancer passes on keeps the caller's address, and comes to the VM's own address and port:
    https://learn.microsoft.com/azure/load-balancer/concepts
    Pools that are made of addresses, and not of network interfaces, can't be seen from the VM.
    """
    own = (WayIn(place.public_ip_address_id),) if place.public_ip_address_id else ()
    balancers = [estate.load_balancers.get(one) for one in place.load_balancer_ids]
    read = [one for one in balancers if one is not None]
    unread = set(place.load_balancer_ids) - {one.id for one in read}
    balanced = (WayIn(one.id, rule) for one in read for rule in _rules_to(one, place, port))
    return WaysIn((*own, *balanced), tuple(not_read(estate, one, subject) for one in sorted(unread)))


def is_open_without_group(estate: Estate, way: WayIn) -> bool | None:
    """Tell whether a way lets everybody in where no NSG stands before the VM; None where that was not read.

    A Standard address or load balancer is closed unless an NSG opens it, a Basic one open unless an NSG closes it:
    https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku
    """
    sku = way.sku_in(estate)
    return None if sku is None else sku.casefold() == _BASIC.casefold()


def leads_out(balancer: LoadBalancer, place: Place) -> bool:
    """Tell whether those in a pool reach the internet by its load balancer.

    By an outbound rule, or by a load-balancing rule of a public frontend that is not told to leave that alone:
    https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections
    """
    pools, public = set(place.load_balancer_backend_pool_ids), _public_frontends(balancer)
    by_outbound_rule = any(rule.backend_pool_id in pools for rule in balancer.outbound_rules)
    return by_outbound_rule or any(
        rule.leads_out and rule.frontend_id in public and pools.intersection(rule.backend_pool_ids)
        for rule in balancer.rules
    )


def _rules_to(balancer: LoadBalancer, place: Place, port: int) -> Iterator[LoadBalancerRule]:
    pools, named = set(place.load_balancer_backend_pool_ids), set(place.load_balancer_inbound_nat_rule_ids)
    public = _public_frontends(balancer)
    for rule in balancer.rules:
        is_behind = rule.id in named or bool(pools.intersection(rule.backend_pool_ids))
        fits = _ANY_PORT in (port, rule.backend_port) or rule.backend_port == port
        if is_behind and fits and rule.frontend_id in public and rule.protocol.casefold() in _TCP:
            yield rule


def _public_frontends(balancer: LoadBalancer) -> set[ResourceId]:
    return {frontend.id for frontend in balancer.frontends if frontend.is_public}
