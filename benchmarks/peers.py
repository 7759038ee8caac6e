"""What people do today: one packet at a time, through the rules by priority, with Python's `ipaddress`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from benchmarks.figures import Chapter, rate
from benchmarks.flows import packet_kinds
from benchmarks.measuring import Took, best_of
from benchmarks.places import Size, Spot, make_estate, spot
from shared.decide.traffic import TrafficAccess
from shared.decide.verdict import PacketFlow, decide_flow
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule
from shared.model.resource_id import ResourceId

type Network = IPv4Network | IPv6Network

_HOST = "168.63.129.16/32"
_NOT_INTERNET = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "fc00::/7", "fe80::/10", "ff00::/8"),
)
_MACHINES, _FEW, _MORE = 2000, 10, 200


def measure_peers() -> Chapter:
    """Measure what takes prefixes as text, and what has read them before."""
    estate = make_estate(Size(_MACHINES))
    single = packet_kinds(estate.service_tags)[0]
    flows = [(spot(number), single.flow_of(number, spot(number))) for number in range(_MORE)]
    packets = [(place, flow) for place, flow in flows if isinstance(flow, PacketFlow)]
    as_text, read_before = Peer(estate, _read), Peer(estate, cache(_read))
    agreeing = sum(read_before.judge(flow, place) is _ours(estate, flow, place) for place, flow in packets)
    figures = [
        rate("ipaddress, prefixes read where they are compared", _time_each(as_text, packets[:_FEW])),
        rate(
            "ipaddress, prefixes read before",
            _time_each(read_before, packets),
            compared=f"{agreeing} of {len(packets)} agree",
        ),
    ]
    told = "The same single 5-tuples through the same NSGs; neither says anything of sets, nor of what it can't know."
    return Chapter("What people do today", told, tuple(figures))


def _time_each(peer: Peer, packets: Sequence[tuple[Spot, PacketFlow]]) -> Took:
    return best_of(1, lambda: None, lambda _: [peer.judge(flow, place) for place, flow in packets]) / len(packets)


class Peer:
    """Judges one packet by what a script gets from Azure; `read` turns a prefix into a network."""

    def __init__(self, estate: Estate, read: Callable[[str], Network]) -> None:
        """Know the network's prefixes, and who is in which application security group."""
        self._estate, self._read = estate, read
        (network,) = estate.virtual_networks.values()
        self._network = (*network.address_prefixes, _HOST)
        self._members: dict[str | None, tuple[ResourceId, ...]] = {
            one.private_ip_address: one.application_security_group_ids
            for interface in estate.network_interfaces.values()
            for one in interface.ip_configurations
        }

    def judge(self, flow: PacketFlow, place: Spot) -> TrafficAccess:
        """Tell whether all the NSGs on the way let a packet through."""
        groups = (self._estate.network_security_groups[at.group_id] for at in place.path(flow.direction))
        allowed = all(self._access(group, flow) is Access.ALLOW for group in groups)
        return TrafficAccess.ALLOWED if allowed else TrafficAccess.DENIED

    def _access(self, group: NetworkSecurityGroup, flow: PacketFlow) -> Access:
        rules = sorted((*group.security_rules, *group.default_security_rules), key=lambda rule: rule.priority)
        return next(rule.access for rule in rules if self._matches(rule, flow))

    def _matches(self, rule: SecurityRule, flow: PacketFlow) -> bool:
        (local,), (remote,) = flow.local, flow.remote
        source, destination = (local, remote) if flow.direction is Direction.OUTBOUND else (remote, local)
        return (
            rule.direction is flow.direction
            and rule.protocol.lower() in ("*", flow.protocols[0].lower())
            and _has_port(rule.destination_port_ranges, flow)
            and self._is_in(source, rule.source_address_prefixes, rule.source_application_security_group_ids)
            and self._is_in(
                destination, rule.destination_address_prefixes, rule.destination_application_security_group_ids
            )
        )

    def _is_in(self, address: str, prefixes: Iterable[str], groups: tuple[ResourceId, ...]) -> bool:
        return any(self._is_of(address, prefix.lower()) for prefix in prefixes) or any(
            group in self._members.get(address, ()) for group in groups
        )

    def _is_of(self, address: str, prefix: str) -> bool:
        match prefix:
            case "*":
                return True
            case "virtualnetwork":
                return self._among(address, self._network)
            case "internet":
                return not self._among(address, (*_NOT_INTERNET, *self._network))
            case "azureloadbalancer":
                return self._among(address, (_HOST,))
        return self._among(address, self._estate.service_tags.get(prefix, (prefix,)))

    def _among(self, address: str, prefixes: Iterable[str]) -> bool:
        number = ip_address(address)
        return any(number in self._read(prefix) for prefix in prefixes)


def _read(prefix: str) -> Network:
    return ip_network(prefix)


def _has_port(ranges: Iterable[str], flow: PacketFlow) -> bool:
    if flow.protocols[0] not in ("Tcp", "Udp"):
        return bool({"*", "1-65535"} & set(ranges))
    for text in ranges:
        low, _, high = text.partition("-")
        if text == "*" or int(low) <= int(flow.ports[0]) <= int(high or low):
            return True
    return False


def _ours(estate: Estate, flow: PacketFlow, place: Spot) -> TrafficAccess:
    return decide_flow(estate, flow, place.path(flow.direction)).access
