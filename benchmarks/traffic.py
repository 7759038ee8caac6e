"""How many verdicts a second: on flows to a needed service, and on single packets to one address after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.places import INTERFACE_NSG, SUBNET_NSG, address, interface_id, make_estate
from shared.decide.service_tags import WINDOWS_ADMIN_CENTER
from shared.decide.traffic import Attachment, Flow, TrafficAccess, decide_traffic
from shared.decide.verdict import PacketFlow, decide_flow
from shared.model.estate import Direction, Estate

_MACHINES = 2000
_PREPARED_BY, _TIMES = 50, 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """Verdicts per second of a core's time, after preparation, behind two NSGs of so many rules each."""

    rules: int
    prefixes: int
    flows: float
    packets: float


def measure_rate(rules: int, prefixes: int) -> Rate:
    """Decide on the traffic of one VM after the other: none is asked about twice."""
    estate = make_estate(machines=_MACHINES, rules=rules, prefixes=prefixes)
    return Rate(rules, prefixes, _rate(estate, _decide_needed), _rate(estate, _decide_packet))


def _rate(estate: Estate, decide: Callable[[Estate, int], TrafficAccess]) -> float:
    for number in range(_PREPARED_BY):
        decide(estate, number)
    began = time.process_time()
    for number in range(_PREPARED_BY, _PREPARED_BY + _TIMES):
        decide(estate, number)
    return _TIMES / (time.process_time() - began)


def _decide_needed(estate: Estate, number: int) -> TrafficAccess:
    local, subnet = address(number)
    flow = Flow(Direction.OUTBOUND, local, (WINDOWS_ADMIN_CENTER,), 443, subnet)
    return decide_traffic(estate, flow, _attachments(number)).access


def _decide_packet(estate: Estate, number: int) -> TrafficAccess:
    local, subnet = address(number)
    remote = f"20.{number % 256}.{number // 256}.4"
    flow = PacketFlow(Direction.OUTBOUND, (local,), (remote,), ("Tcp",), ("443",), ("50000",), subnet)
    return decide_flow(estate, flow, _attachments(number)).access


def _attachments(number: int) -> tuple[Attachment, Attachment]:
    return Attachment(INTERFACE_NSG, interface_id(number)), Attachment(SUBNET_NSG, address(number)[1])
