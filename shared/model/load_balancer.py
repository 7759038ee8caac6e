"""Load balancers, as far as they lead in or out."""

from __future__ import annotations

from dataclasses import dataclass

from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Frontend:
    """An address that a load balancer is reached at: `is_public`, or one of a subnet."""

    id: ResourceId
    is_public: bool


@dataclass(frozen=True, slots=True)
class LoadBalancerRule:
    """A load-balancing or an inbound NAT rule: what comes to a frontend's ports goes to a port of those behind it.

    Behind it is who is in one of `backend_pool_ids`, and for a NAT rule who names it. `frontend_ports` is a number or
    a range; `backend_port` is 0 where each port goes to the same port behind ("HA ports").
    """

    id: ResourceId
    protocol: str
    frontend_id: ResourceId | None
    frontend_ports: str
    backend_port: int
    backend_pool_ids: tuple[ResourceId, ...] = ()
    leads_out: bool = False
    """Whether those behind also reach the internet by its frontend."""


@dataclass(frozen=True, slots=True)
class OutboundRule:
    id: ResourceId
    backend_pool_id: ResourceId | None


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    id: ResourceId
    sku: str | None = None
    frontends: tuple[Frontend, ...] = ()
    rules: tuple[LoadBalancerRule, ...] = ()
    outbound_rules: tuple[OutboundRule, ...] = ()
