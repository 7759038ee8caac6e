"""Whom to look at when a NIC, a subnet or a virtual network changed."""

from __future__ import annotations

from collections.abc import Iterable

from shared.model.estate import Estate
from shared.model.plan import Finding, Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId


def decide_attachment(estate: Estate, subject: ResourceId) -> Plan:
    """Ask for the VM and the NSG of a NIC, for the NSG of a subnet, or for those of all subnets of a network.

    A NIC without a VM, or a subnet without an NSG, asks for nothing: no traffic that matters goes through it.
    """
    if subject in estate.absent:
        return Plan(subject, (Finding(subject, Reason.GONE, f"{subject.name} is not there any more."),))
    if subject in estate.unreadable:
        reason = f"{subject.name} can't be read: {estate.unreadable[subject]}"
        return Plan(subject, (Finding(subject, Reason.READ_FAILED, reason),))
    return Plan(subject, checks=tuple(sorted(set(_behind(estate, subject)))))


def _behind(estate: Estate, subject: ResourceId) -> Iterable[ResourceId]:
    for interface in estate.network_interfaces.values():
        if interface.virtual_machine_id is not None:
            yield interface.virtual_machine_id
            if interface.network_security_group_id is not None:
                yield interface.network_security_group_id
    for subnet in estate.subnets.values():
        if subject in (subnet.id, subnet.id.parent) and subnet.network_security_group_id is not None:
            yield subnet.network_security_group_id
