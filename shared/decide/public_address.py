"""What gets in to a VM from the internet where no NSG stands before it: nobody or everybody, by the SKU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.decide.exposure import named_callers
from shared.decide.network_path import Place, attachments_of, not_read
from shared.decide.service_tags import INTERNET, TagReading, addresses_of
from shared.decide.traffic import Flow, traffic_of
from shared.decide.ways_in import WayIn, find_ways_in, is_open_without_group
from shared.model.desired import DesiredState
from shared.model.estate import Direction, Estate
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class _Bare:
    """A flow to a VM that no NSG stands before."""

    estate: Estate
    place: Place
    flow: Flow
    subject: ResourceId

    def finding(self, reason: Reason, message: str, ways: Sequence[WayIn], **more: Any) -> Finding:
        evidence = {"flow": str(self.flow), "ways_in": self.named(ways), **more}
        return Finding(self.subject, reason, message, evidence)

    def named(self, ways: Sequence[WayIn]) -> list[str]:
        return [f"{way} ({way.sku_in(self.estate)})" for way in ways]

    @property
    def fact(self) -> str:
        interface, subnet = self.place.network_interface.id.name, self.place.subnet_id.name
        return f"neither network interface {interface} nor subnet {subnet} has an NSG"


def decide_public_address(
    estate: Estate, place: Place, flow: Flow, desired: DesiredState, subject: ResourceId
) -> tuple[Finding, ...]:
    """Tell where, for want of an NSG, Azure lets in everybody, or none of the callers that were named."""
    if attachments_of(estate, place, Direction.INBOUND):
        return ()
    here = _Bare(estate, place, flow, subject)
    ways = find_ways_in(estate, place, flow.port, subject)
    is_open = {way: is_open_without_group(estate, way) for way in ways.known}
    unread = (*ways.unread, *(not_read(estate, way.through, subject) for way in ways.known if is_open[way] is None))
    if unread or not ways.known:
        return unread
    open_ways = [way for way in ways.known if is_open[way]]
    return _exposed(here, desired, open_ways) if open_ways else _closed(here, desired, ways.known)


def _exposed(here: _Bare, desired: DesiredState, ways: Sequence[WayIn]) -> tuple[Finding, ...]:
    estate, flow = here.estate, here.flow
    if not named_callers(estate, flow, (INTERNET,)) - named_callers(estate, flow, desired.inbound_sources):
        return ()
    message = (
        f"The whole internet reaches port {flow.port} of {flow.local}, over {' and '.join(here.named(ways))}:"
        f" {here.fact}. Put one on either, and name the callers in its rules."
    )
    return (here.finding(Reason.INBOUND_EXPOSED, message, ways),)


def _closed(here: _Bare, desired: DesiredState, ways: Sequence[WayIn]) -> tuple[Finding, ...]:
    _, readings = traffic_of(here.estate, here.flow)
    outside = tuple(source for source in desired.inbound_sources if _is_outside(source, readings[0]))
    if not outside:
        return ()
    message = (
        f"Inbound TCP {here.flow.port} from {', '.join(outside)} to {here.flow.local} is let in by nothing:"
        f" {' and '.join(here.named(ways))} is closed while {here.fact}. Put one on either: its check lets the named"
        " sources in."
    )
    return (here.finding(Reason.INBOUND_DENIED, message, ways, sources=list(outside)),)


def _is_outside(source: str, reading: TagReading) -> bool:
    addresses = addresses_of(source, reading)
    return bool(addresses.tags or addresses & reading.internet)
