"""Whether a VM's traffic has a way out at all, whatever the NSGs say: where routes send it, and what leads out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.decide.network_path import Place, not_read
from shared.decide.routes import Leg, follow_routes
from shared.decide.traffic import Flow, traffic_of
from shared.model.estate import Estate, NextHop, Route, RouteTable
from shared.model.plan import Finding, Reason
from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class WayOut:
    """Whether the needed services can be reached, as far as can be told, and what there is to know of the way."""

    is_open: bool
    is_known: bool
    findings: tuple[Finding, ...] = ()


def decide_way_out(estate: Estate, place: Place, flows: Sequence[Flow], subject: ResourceId) -> WayOut:
    """Follow the flows to the services that a VM needs."""
    table_id = estate.subnets[place.subnet_id].route_table_id
    table = estate.route_tables.get(table_id) if table_id else None
    if table_id is not None and (table is None or table_id in estate.unreadable):
        return WayOut(is_open=False, is_known=False, findings=(not_read(estate, table_id, subject),))
    legs = {flow: _follow(estate, flow, table) for flow in flows}
    findings = (*_tell_routes(place, legs, table, subject), *_tell_no_path(estate, place, legs, subject))
    is_open = all(finding.reason is Reason.OUTBOUND_THROUGH_APPLIANCE for finding in findings)
    return WayOut(is_open, is_known=True, findings=findings)


def _follow(estate: Estate, flow: Flow, table: RouteTable | None) -> tuple[Leg, ...]:
    traffic, readings = traffic_of(estate, flow)
    return follow_routes(table, traffic.remote, readings[0])


def _tell_routes(
    place: Place, legs: Mapping[Flow, tuple[Leg, ...]], table: RouteTable | None, subject: ResourceId
) -> Iterable[Finding]:
    """Tell of each route that takes needed traffic elsewhere than to the internet, once for all the flows."""
    if table is None:
        return
    found: dict[tuple[Reason, Route], list[Flow]] = {}
    for flow, parts in legs.items():
        for leg in parts:
            reason = _reason(leg)
            for route in leg.routes:
                if reason is not None and route is not None and route.next_hop is not NextHop.INTERNET:
                    flows = found.setdefault((reason, route), [])
                    flows += [] if flow in flows else [flow]
    for (reason, route), flows in found.items():
        evidence = {
            "flows": [str(flow) for flow in flows],
            "route_table": str(table.id),
            "route": route.name,
            "address_prefix": route.address_prefix,
            "next_hop": route.next_hop.value,
            "next_hop_ip_address": route.next_hop_ip_address,
        }
        yield Finding(subject, reason, _route_message(reason, flows, route, table, place), evidence)


def _reason(leg: Leg) -> Reason | None:
    """Say what becomes of a part of the traffic; None where it simply goes out."""
    hops = leg.next_hops
    if hops == {NextHop.NONE}:
        return Reason.OUTBOUND_ROUTE_DROPPED
    if NextHop.NONE in hops:
        return Reason.TRAFFIC_UNKNOWN
    return None if hops == {NextHop.INTERNET} else Reason.OUTBOUND_THROUGH_APPLIANCE


def _route_message(reason: Reason, flows: Sequence[Flow], route: Route, table: RouteTable, place: Place) -> str:
    where = f"of route table {table.id.name}, on subnet {place.subnet_id.name}"
    by = f"route {route.name} ({route.address_prefix}) {where}"
    if reason is Reason.OUTBOUND_ROUTE_DROPPED:
        return (
            f"{_together(flows)} is dropped by {by}, whose next hop is None:"
            " give the services a longer prefix that leads out, or take that route away."
        )
    if reason is Reason.TRAFFIC_UNKNOWN:
        return f"{_together(flows)} may be dropped or not by {by}: the addresses of a service tag are not known."
    at = f" {route.next_hop_ip_address}" if route.next_hop_ip_address else ""
    return (
        f"{_together(flows)} is sent by {by}, to {route.next_hop.value}{at}:"
        " what becomes of it there can't be told from here. It has to let the services through."
    )


def _tell_no_path(
    estate: Estate, place: Place, legs: Mapping[Flow, tuple[Leg, ...]], subject: ResourceId
) -> Iterable[Finding]:
    """Tell of traffic that is to go to the internet straight from a subnet which nothing leads out of."""
    direct = [flow for flow, parts in legs.items() if any(NextHop.INTERNET in leg.next_hops for leg in parts)]
    if not direct or _has_way_to_internet(estate, place):
        return
    message = (
        f"{_together(direct)} has no way out: subnet {place.subnet_id.name} is private, and there is no NAT"
        " gateway, public IP address, load balancer or route to an appliance. Give the subnet a NAT gateway."
    )
    evidence = {"flows": [str(flow) for flow in direct], "subnet": str(place.subnet_id)}
    yield Finding(subject, Reason.NO_OUTBOUND_PATH, message, evidence)


def _has_way_to_internet(estate: Estate, place: Place) -> bool:
    """Tell whether a VM has a way to the internet, or may: a gateway can bring a route from elsewhere.

    Subnets are private only where Azure says so, and a load balancer counts whatever its rules.
    https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access
    """
    subnet = estate.subnets[place.subnet_id]
    network = estate.virtual_networks.get(place.subnet_id.parent) if place.subnet_id.parent else None
    return (
        subnet.default_outbound_access is not False
        or subnet.nat_gateway_id is not None
        or place.public_ip_address_id is not None
        or place.is_load_balanced
        or network is None
        or network.has_gateway
        or network.nat_gateway_id is not None
    )


def _together(flows: Sequence[Flow]) -> str:
    """Put flows that differ in where they go alone into words."""
    first = str(flows[0])
    others = [", ".join(flow.remote) for flow in flows[1:]]
    return " and ".join([first, *others])
