"""Whom a change of a NIC, a subnet or a virtual network concerns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.decide.attachment import decide_attachment
from shared.model.estate import Estate
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.estates import NETWORK, NIC_NSG, NSG, SUBNET, VM, estate, interface_id, security_group

WHOLE = estate(subnet_group=security_group(), interface_group=security_group(identity=NIC_NSG))
OF_NIC = replace(WHOLE, subnets={})
OF_NETWORK = replace(WHOLE, network_interfaces={})
LOOSE = replace(
    OF_NIC,
    network_interfaces={interface_id(): replace(OF_NIC.network_interfaces[interface_id()], virtual_machine_id=None)},
)


@pytest.mark.parametrize(
    ("here", "subject", "checks"),
    [
        (OF_NIC, interface_id(), {VM, NIC_NSG}),
        (LOOSE, interface_id(), set()),
        (OF_NETWORK, SUBNET, {NSG}),
        (OF_NETWORK, ResourceId(str(SUBNET).upper()), {NSG}),
        (OF_NETWORK, NETWORK.child("subnets", "other"), set()),
        (OF_NETWORK, NETWORK, {NSG}),
    ],
)
def test_a_change_of_the_network_is_looked_at_where_it_matters(
    here: Estate, subject: ResourceId, checks: set[ResourceId]
) -> None:
    plan = decide_attachment(here, subject)
    assert set(plan.checks) == checks
    assert (plan.findings, plan.actions) == ((), ())


def test_what_is_gone_or_unreadable_concerns_nobody() -> None:
    gone = decide_attachment(replace(OF_NIC, absent=frozenset({interface_id()})), interface_id())
    unreadable = decide_attachment(replace(OF_NIC, unreadable={interface_id(): "no"}), interface_id())
    assert [finding.reason for finding in gone.findings] == [Reason.GONE]
    assert [finding.reason for finding in unreadable.findings] == [Reason.READ_FAILED]
    assert gone.checks == unreadable.checks == ()
