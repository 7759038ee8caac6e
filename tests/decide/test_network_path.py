"""Where a VM's traffic goes, and what is unknown when that was not read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.estate import Estate, IpConfiguration, NetworkInterface, NetworkSecurityGroup
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    ENFORCED,
    GROUP,
    NETWORK,
    NIC_NSG,
    NSG,
    SUBNET,
    VM,
    deny_out,
    estate,
    extension,
    interface,
    interface_id,
    machine,
    security_group,
    without_thing,
)

OUT = Reason.OUTBOUND_DENIED
MISSING, UNKNOWN = Reason.EXTENSION_MISSING, Reason.TRAFFIC_UNKNOWN


def nic_group(*rules: Any) -> NetworkSecurityGroup:
    return security_group(*rules, identity=NIC_NSG)


def without(here: Estate, missing: ResourceId, *, why: str) -> Estate:
    """Take something out of an estate: `why` is a reason for its being unreadable, `absent` or nothing."""
    return replace(
        without_thing(here, missing),
        unreadable={missing: why} if why not in ("absent", "") else {},
        absent=frozenset({missing} if why == "absent" else ()),
    )


WHOLE = estate(machine(), subnet_group=security_group(), interface_group=nic_group())


@pytest.mark.parametrize("missing", [interface_id(), SUBNET, NSG, NIC_NSG], ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("why", "reason"),
    [("AuthorizationFailed", Reason.READ_FAILED), ("absent", UNKNOWN), ("", UNKNOWN)],
)
def test_a_path_that_was_not_read_whole_is_unknown_and_nothing_is_written(
    missing: ResourceId, why: str, reason: Reason
) -> None:
    plan = decide_virtual_machine(without(WHOLE, missing, why=why), VM, ENFORCED)
    assert plan.status is Status.UNKNOWN
    assert reason in [finding.reason for finding in plan.findings]
    assert (plan.actions, plan.checks) == ((), ())


def test_a_subnet_is_unreadable_when_its_network_is() -> None:
    here = replace(without(WHOLE, SUBNET, why=""), unreadable={NETWORK: "AuthorizationFailed"})
    plan = decide_virtual_machine(here, VM, ENFORCED)
    (finding,) = [one for one in plan.findings if one.reason is Reason.READ_FAILED]
    assert "web can't be read: AuthorizationFailed" in finding.message
    assert plan.actions == ()


def test_an_old_extension_is_not_refreshed_either_while_the_network_is_unreadable() -> None:
    old = machine(extensions=(extension(running_version="0.0.0.1"),))
    desired = replace(ENFORCED, minimum_extension_version="0.0.0.345")
    here = estate(old, subnet_group=security_group())
    assert decide_virtual_machine(here, VM, desired).actions != ()
    assert decide_virtual_machine(without(here, NSG, why="AuthorizationFailed"), VM, desired).actions == ()


SECOND_NIC = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkInterfaces/second")


def two_interfaces(*, primary_on_vm: ResourceId | None, primary_flags: tuple[bool, bool]) -> Estate:
    """Make a VM whose second interface carries an NSG that lets nothing out."""
    first = replace(interface(), primary=primary_flags[0])
    second = replace(interface(address="10.1.0.9", group=NIC_NSG), id=SECOND_NIC, primary=primary_flags[1])
    vm = machine(network_interface_ids=(SECOND_NIC, interface_id()), primary_network_interface_id=primary_on_vm)
    return estate(vm, interface_group=nic_group(deny_out()), interfaces=[second, first])


@pytest.mark.parametrize(
    ("primary_on_vm", "flags", "reasons"),
    [
        (interface_id(), (False, False), [MISSING]),
        (SECOND_NIC, (False, False), [MISSING, OUT, OUT]),
        (None, (True, False), [MISSING]),
        (None, (False, True), [MISSING, OUT, OUT]),
        (None, (False, False), [MISSING, UNKNOWN]),
        (None, (True, True), [MISSING, UNKNOWN]),
    ],
)
def test_of_several_interfaces_the_primary_one_counts(
    primary_on_vm: ResourceId | None, flags: tuple[bool, bool], reasons: list[Reason]
) -> None:
    here = two_interfaces(primary_on_vm=primary_on_vm, primary_flags=flags)
    plan = decide_virtual_machine(here, VM, ENFORCED)
    assert [finding.reason for finding in plan.findings] == reasons


def with_configurations(*configurations: IpConfiguration) -> Estate:
    given = NetworkInterface(interface_id(), configurations, virtual_machine_id=VM)
    return estate(machine(), subnet_group=security_group(deny_out(source="10.1.0.9")), interfaces=[given])


@pytest.mark.parametrize(
    ("configurations", "reasons"),
    [
        ([IpConfiguration("10.1.0.9", SUBNET)], [MISSING, OUT, OUT]),
        ([IpConfiguration("10.1.0.4", SUBNET, primary=True), IpConfiguration("10.1.0.9", SUBNET)], [MISSING]),
        ([IpConfiguration("10.1.0.4", SUBNET), IpConfiguration("10.1.0.9", SUBNET)], [MISSING, UNKNOWN]),
        ([IpConfiguration(None, SUBNET)], [MISSING, UNKNOWN]),
        ([IpConfiguration("10.1.0.4", None)], [MISSING, UNKNOWN]),
        ([], [MISSING, UNKNOWN]),
    ],
)
def test_of_several_addresses_the_primary_one_counts(
    configurations: list[IpConfiguration], reasons: list[Reason]
) -> None:
    plan = decide_virtual_machine(with_configurations(*configurations), VM, ENFORCED)
    assert [finding.reason for finding in plan.findings] == reasons


def test_a_vm_without_any_interface_can_not_be_judged() -> None:
    plan = decide_virtual_machine(estate(machine(network_interface_ids=())), VM, ENFORCED)
    assert [finding.reason for finding in plan.findings] == [MISSING, UNKNOWN]
