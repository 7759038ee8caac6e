"""All of a subscription's VMs and NSGs, decided on as each is by itself."""

from __future__ import annotations

from collections.abc import Iterator

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.plan import Plan
from shared.model.resource_id import NETWORK_SECURITY_GROUP, VIRTUAL_MACHINE, ResourceId


def decide_subscription(estate: Estate, desired: DesiredState) -> Iterator[Plan]:
    """Give the plan of each VM, then of each NSG, in order of their ids: also of those that nothing is wrong with.

    What Resource Graph does not tell of a VM, such as whether its agent is ready, is taken to be well: whoever acts
    on a plan looks first.
    """
    for subject in sorted({*estate.virtual_machines, *_unreadable(estate, VIRTUAL_MACHINE)}):
        yield decide_virtual_machine(estate, subject, desired)
    for subject in sorted({*estate.network_security_groups, *_unreadable(estate, NETWORK_SECURITY_GROUP)}):
        yield decide_network_security_group(estate, subject, desired)


def _unreadable(estate: Estate, resource_type: str) -> Iterator[ResourceId]:
    return (one for one in estate.unreadable if one.is_a(resource_type))
