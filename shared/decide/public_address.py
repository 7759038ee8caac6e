"""A public address that lets nobody in, since no NSG says whom."""

from __future__ import annotations

from shared.decide.network_path import Place, attachments_of, not_read
from shared.decide.service_tags import TagReading, addresses_of
from shared.decide.traffic import Flow, traffic_of
from shared.model.desired import DesiredState
from shared.model.estate import Direction, Estate
from shared.model.plan import Finding, Reason
from shared.model.resource_id import ResourceId

_OPEN_BY_DEFAULT = "basic"


def decide_public_address(
    estate: Estate, place: Place, flow: Flow, desired: DesiredState, subject: ResourceId
) -> tuple[Finding, ...]:
    """Tell where callers from outside are named and Azure lets none of them in: for want of an NSG.

    A Standard address is closed unless an NSG opens it, a Basic one open unless an NSG closes it:
    https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku
    """
    public_id = place.public_ip_address_id
    if public_id is None or attachments_of(estate, place, Direction.INBOUND):
        return ()
    _, readings = traffic_of(estate, flow)
    outside = tuple(source for source in desired.inbound_sources if _is_outside(source, readings[0]))
    if not outside:
        return ()
    public = estate.public_ip_addresses.get(public_id)
    if public is None or public_id in estate.unreadable:
        return (not_read(estate, public_id, subject),)
    # Azure's API means Basic where it names none.
    if (public.sku or _OPEN_BY_DEFAULT).casefold() == _OPEN_BY_DEFAULT:
        return ()
    interface, subnet_id = place.network_interface.id, place.subnet_id
    message = (
        f"Inbound TCP {flow.port} from {', '.join(outside)} to {flow.local} is let in by nothing: public IP address"
        f" {public_id.name} ({public.sku}) is closed while neither network interface {interface.name} nor subnet"
        f" {subnet_id.name} has an NSG. Put one on either: its check lets the named sources in."
    )
    evidence = {"flow": str(flow), "public_ip_address": str(public_id), "sku": public.sku, "sources": list(outside)}
    return (Finding(subject, Reason.INBOUND_DENIED, message, evidence),)


def _is_outside(source: str, reading: TagReading) -> bool:
    addresses = addresses_of(source, reading)
    return bool(addresses.tags or addresses & reading.internet)
