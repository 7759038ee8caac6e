"""Whether a VM's traffic has a way out at all, whatever the NSGs say: where routes send it, and what leads out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.decide.addresses import Addresses, parse_prefix, union
from shared.decide.network_path import Place, not_read
from shared.decide.readings import read_tags
from shared.decide.routes import Leg, follow_routes
from shared.decide.service_tags import addresses_of
from shared.decide.traffic import Flow, TrafficAccess, overall_access
from shared.decide.verdict import PacketFlow
from shared.decide.ways_in import leads_out
from shared.model.estate import Access, Estate, NextHop, Route, RouteTable
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId

type AnyFlow = Flow | PacketFlow


@dataclass(frozen=True, slots=True)
class WayOut:
    """What becomes of traffic on its way out, as far as routes and ways to the internet go, and what to know of it.

    `is_known` is whether all that it hangs on was read.
    """

    access: TrafficAccess
    is_known: bool
    findings: tuple[Finding, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.access is TrafficAccess.ALLOWED


@dataclass(frozen=True, slots=True)
class _Journey:
    """A flow from a VM, and the legs of what of it leaves the network; `stays` where some of it does not."""

    flow: AnyFlow
    legs: tuple[Leg, ...]
    stays: bool


def decide_way_out(estate: Estate, place: Place, flows: Sequence[AnyFlow], subject: ResourceId) -> WayOut:
    """Follow flows from a VM to wherever they go."""
    table_id = estate.subnets[place.subnet_id].route_table_id
    table = estate.route_tables.get(table_id) if table_id else None
    if table_id is not None and (table is None or table_id in estate.unreadable):
        return WayOut(TrafficAccess.UNKNOWN, is_known=False, findings=(not_read(estate, table_id, subject),))
    journeys = [_follow(estate, place, flow, table) for flow in flows]
    told = tuple(_tell_routes(place, journeys, table, subject))
    direct = [one.flow for one in journeys if any(NextHop.INTERNET in leg.next_hops for leg in one.legs)]
    if not direct or _has_way_to_internet(estate, place):
        return WayOut(_access(journeys, Access.ALLOW), is_known=True, findings=told)
    unread = [one for one in place.load_balancer_ids if one not in estate.load_balancers]
    if unread:
        missing = (not_read(estate, one, subject) for one in unread)
        return WayOut(TrafficAccess.UNKNOWN, is_known=False, findings=(*told, *missing))
    no_path = _tell_no_path(place, direct, subject)
    return WayOut(_access(journeys, Access.DENY), is_known=True, findings=(*told, no_path))


def _follow(estate: Estate, place: Place, flow: AnyFlow, table: RouteTable | None) -> _Journey:
    reading = read_tags(estate, place.subnet_id, parse_prefix(place.address))[0]
    remote = union(addresses_of(prefix, reading) for prefix in flow.remote)
    leaving = Addresses((remote & reading.internet).ranges, remote.tags)
    return _Journey(flow, follow_routes(table, leaving, reading), stays=bool(remote - leaving))


def _access(journeys: Iterable[_Journey], straight: Access) -> TrafficAccess:
    """Sum up what becomes of the legs, those that go to the internet `straight` among them."""
    became = {None: straight, Reason.OUTBOUND_ROUTE_DROPPED: Access.DENY, Reason.TRAFFIC_UNKNOWN: None}
    parts = [became.get(_reason(leg), Access.ALLOW) for journey in journeys for leg in journey.legs]
    stays = [Access.ALLOW for journey in journeys if journey.stays]
    return overall_access([*parts, *stays])


def _tell_routes(
    place: Place, journeys: Iterable[_Journey], table: RouteTable | None, subject: ResourceId
) -> Iterable[Finding]:
    """Tell of each route that takes traffic elsewhere than to the internet, once for all the flows."""
    if table is None:
        return
    found: dict[tuple[Reason, Route], list[AnyFlow]] = {}
    for journey in journeys:
        for leg in journey.legs:
            reason = _reason(leg)
            for route in leg.routes:
                if reason is not None and route is not None and route.next_hop is not NextHop.INTERNET:
                    flows = found.setdefault((reason, route), [])
                    flows += [] if journey.flow in flows else [journey.flow]
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


def _route_message(reason: Reason, flows: Sequence[AnyFlow], route: Route, table: RouteTable, place: Place) -> str:
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


def _tell_no_path(place: Place, direct: Sequence[AnyFlow], subject: ResourceId) -> Finding:
    """Tell of traffic that is to go to the internet straight from a subnet which nothing leads out of."""
    message = (
        f"{_together(direct)} has no way out: subnet {place.subnet_id.name} is private, and there is no NAT"
        " gateway, public IP address, outbound rule of a load balancer or route to an appliance."
        " Give the subnet a NAT gateway."
    )
    evidence = {"flows": [str(flow) for flow in direct], "subnet": str(place.subnet_id)}
    return Finding(subject, Reason.NO_OUTBOUND_PATH, message, evidence)


def _has_way_to_internet(estate: Estate, place: Place) -> bool:
    """Tell whether a VM has a way to the internet, or may: a gateway can bring a route from elsewhere.

    Subnets are private only where Azure says so.
    https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access
    """
    subnet = estate.subnets[place.subnet_id]
    balancers = (estate.load_balancers.get(one) for one in place.load_balancer_ids)
    network = estate.virtual_networks.get(place.subnet_id.parent) if place.subnet_id.parent else None
    return (
        subnet.default_outbound_access is not False
        or subnet.nat_gateway_id is not None
        or place.public_ip_address_id is not None
        or any(one is not None and leads_out(one, place) for one in balancers)
        or network is None
        or network.has_gateway
        or network.nat_gateway_id is not None
    )


def _together(flows: Sequence[AnyFlow]) -> str:
    """Put flows that differ in where they go alone into words."""
    first = str(flows[0])
    others = [", ".join(flow.remote) for flow in flows[1:]]
    return " and ".join([first, *others])
