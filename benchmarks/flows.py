"""What the evaluators are asked: the flows that WAC needs, single packets, and wide sets of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from benchmarks.places import Spot
from shared.decide.traffic import Flow, decide_traffic
from shared.decide.verdict import PacketFlow, decide_flow
from shared.model.estate import Direction, Estate

_NETWORK = "VirtualNetwork"
_ANYBODY = ("93.184.216.34", "192.168.4.4", "10.1.3.7", "10.200.1.1")
_PORTS = ("443", "6516", "3389", "53", "8080")


@dataclass(frozen=True, slots=True)
class Kind:
    """Flows of one kind: that of the VM with a number and a place."""

    name: str
    flow_of: Callable[[int, Spot], Flow | PacketFlow]


def needed_kinds() -> tuple[Kind, ...]:
    """Give the flows that WAC needs, as the decisions of every day ask for them."""

    def to_service(tag: str) -> Kind:
        return Kind(
            f"decide_traffic: TCP 443 to {tag}",
            lambda _, place: Flow(Direction.OUTBOUND, place.address, (tag,), 443, place.subnet_id),
        )

    from_people = Kind(
        f"decide_traffic: TCP 6516 from {_NETWORK}",
        lambda _, place: Flow(Direction.INBOUND, place.address, (_NETWORK,), 6516, place.subnet_id),
    )
    return (*map(to_service, ("WindowsAdminCenter", "AzureActiveDirectory")), from_people)


def packet_kinds(service_tags: Mapping[str, tuple[str, ...]]) -> tuple[Kind, ...]:
    """Give single packets, and the needed flows as sets of packets."""
    addresses = [prefix.partition("/")[0] for prefixes in service_tags.values() for prefix in prefixes[::50]]

    def single(number: int, place: Spot) -> PacketFlow:
        random = Random(number)
        remote = random.choice([random.choice(addresses), random.choice(_ANYBODY)])
        return PacketFlow(
            random.choice(tuple(Direction)),
            (place.address,),
            (remote,),
            (random.choice(("Tcp", "Tcp", "Udp", "Icmp")),),
            (random.choice(_PORTS),),
            (str(random.randrange(1024, 65536)),),
            place.subnet_id,
        )

    return (
        Kind("decide_flow: single 5-tuples, no two the same", single),
        Kind("decide_flow: TCP 443 to WindowsAdminCenter", _packets(Direction.OUTBOUND, "WindowsAdminCenter", "443")),
        Kind(f"decide_flow: TCP 6516 from {_NETWORK}", _packets(Direction.INBOUND, _NETWORK, "6516")),
    )


def wide_kinds() -> tuple[Kind, ...]:
    """Give what people ask now and then, as sets of millions of packets."""
    return (
        Kind("decide_flow: TCP 443 of a VM to the Internet", _packets(Direction.OUTBOUND, "Internet", "443")),
        Kind("decide_flow: everything of a VM to the Internet", _packets(Direction.OUTBOUND, "Internet", "*", "*")),
        Kind(f"decide_flow: everything to a VM from {_NETWORK}", _packets(Direction.INBOUND, _NETWORK, "*", "*")),
    )


def ask(estate: Estate, place: Spot, flow: Flow | PacketFlow) -> None:
    """Have a flow judged by both NSGs, and read for each part what becomes of it and by which rules."""
    path = place.path(flow.direction)
    if isinstance(flow, Flow):
        for part in decide_traffic(estate, flow, path).parts:
            _ = part.access, part.rules
    else:
        for packets in decide_flow(estate, flow, path).parts:
            _ = packets.access, packets.decider


def _packets(
    direction: Direction, remote: str, port: str, protocol: str = "Tcp"
) -> Callable[[int, Spot], PacketFlow]:
    return lambda _, place: PacketFlow(
        direction, (place.address,), (remote,), (protocol,), (port,), subnet_id=place.subnet_id
    )
