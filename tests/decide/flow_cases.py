"""Cases of a flow through one NSG."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from shared.decide.traffic import Attachment, Flow, TrafficAccess, Verdict, decide_traffic
from shared.model.estate import Direction, NextHop, Route, RouteTable, SecurityRule, VirtualNetwork
from shared.model.resource_id import ResourceId
from tests.decide.estates import GROUP, NETWORK, NSG, SUBNET, estate, security_group

ALLOWED, DENIED, PARTLY, UNKNOWN = TrafficAccess
ROUTES = ResourceId(f"{GROUP}/providers/Microsoft.Network/routeTables/to-firewall")
ASG = ResourceId(f"{GROUP}/providers/Microsoft.Network/applicationSecurityGroups/web")
TO_WAC = Flow(Direction.OUTBOUND, "10.1.0.4", ("WindowsAdminCenter",), 443, SUBNET)
TO_SIGN_IN = replace(TO_WAC, remote=("AzureActiveDirectory",))
FROM_NETWORK = Flow(Direction.INBOUND, "10.1.0.4", ("VirtualNetwork",), 6516, SUBNET)
FROM_INTERNET = replace(FROM_NETWORK, remote=("Internet",))
FROM_OFFICE = replace(FROM_NETWORK, remote=("203.0.113.0/24",))
FROM_ON_PREMISES = replace(FROM_NETWORK, remote=("10.50.7.0/24",))
NO_TAGS: dict[str, Any] = {"service_tags": {}}
ROUTED: dict[str, Any] = {"route_table": ROUTES}
GATEWAY: dict[str, Any] = {"network": VirtualNetwork(NETWORK, ("10.1.0.0/16",), has_gateway=True)}
PEERED: dict[str, Any] = {"network": VirtualNetwork(NETWORK, ("10.1.0.0/16",), ("10.9.0.0/16",))}


def routes(*prefixes: str, hop: NextHop = NextHop.VIRTUAL_APPLIANCE) -> RouteTable:
    return RouteTable(ROUTES, tuple(Route(prefix, prefix, hop) for prefix in prefixes))


@dataclass(frozen=True)
class Case:
    flow: Flow
    rules: tuple[SecurityRule, ...]
    access: TrafficAccess
    deciders: tuple[str, ...] = ()
    around: dict[str, Any] = field(default_factory=dict)


def case(flow: Flow, *rules: SecurityRule, access: TrafficAccess, by: str = "", **around: Any) -> Case:
    return Case(flow, rules, access, tuple(by.split()), around)


def judged(one: Case) -> Verdict:
    here = estate(subnet_group=security_group(*one.rules), **one.around)
    return decide_traffic(here, one.flow, (Attachment(NSG, SUBNET),))
