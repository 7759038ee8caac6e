"""Whom an NSG's plan is made for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.model.estate import AgentState, Estate, Image, PowerState, SecurityRule, Subnet, VirtualMachine
from shared.model.plan import PutSecurityRule
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    GROUP,
    NETWORK,
    NIC_NSG,
    NSG,
    SUBNET,
    deny_in,
    estate,
    interface,
    interface_id,
    machine,
    security_group,
)
from tests.decide.group_plans import DENY, HEALTHY, OFFICE, OTHER, names, plan_of, reasons


def test_an_nsg_on_a_network_interface_serves_its_vm() -> None:
    here = estate(HEALTHY, interface_group=security_group(DENY, identity=NIC_NSG))
    assert names(plan_of(here, group=NIC_NSG)) == ["PortForWACService", "PortForAADService"]


def test_an_nsg_on_a_subnet_serves_all_vms_in_it() -> None:
    here = estate(HEALTHY, machine(OTHER), subnet_group=security_group())
    (put,) = plan_of(here, OFFICE).actions
    assert isinstance(put, PutSecurityRule)
    assert put.desired.destination_address_prefixes == ("10.1.0.4", "10.1.0.5")


def test_an_nsg_is_judged_alone_whatever_the_other_one_on_the_path_does() -> None:
    here = estate(HEALTHY, subnet_group=security_group(), interface_group=security_group(DENY, identity=NIC_NSG))
    assert plan_of(here).actions == ()
    assert len(plan_of(here, group=NIC_NSG).actions) == 2


NOT_FOR_WAC = [
    machine(os_name="Windows Server 2012 R2 Datacenter"),
    machine(os_name="Windows 11 Enterprise"),
    machine(os_type="Linux", os_name=None),
    machine(vm_size="Standard_B1ms"),
    machine(tags={"wac-guard": "exclude"}),
    machine(managed_by="aks"),
    machine(allow_extension_operations=False),
    machine(os_type="Linux", os_name=None, vm_size="Standard_X"),
]


def test_vms_in_networks_that_read_tags_differently_are_judged_each_in_its_own() -> None:
    tunnelled = NETWORK.child("subnets", "tunnelled")
    routes = ResourceId(f"{GROUP}/providers/Microsoft.Network/routeTables/routes")
    here = estate(
        HEALTHY,
        machine(OTHER),
        interface_group=security_group(DENY, identity=NIC_NSG),
        interfaces=[interface(OTHER, "10.1.7.4", group=NIC_NSG, subnet=tunnelled)],
    )
    here = replace(here, subnets={**here.subnets, tunnelled: Subnet(tunnelled, ("10.1.7.0/24",), None, routes)})
    plan = plan_of(here, group=NIC_NSG)
    assert reasons(plan) == [Reason.TRAFFIC_UNKNOWN, Reason.OUTBOUND_DENIED] * 2
    assert names(plan) == ["PortForWACService", "PortForAADService"]


@pytest.mark.parametrize("vm", NOT_FOR_WAC)
def test_vms_that_are_not_for_wac_need_nothing_of_an_nsg(vm: VirtualMachine) -> None:
    plan = plan_of(estate(vm, subnet_group=security_group(DENY, deny_in())), OFFICE)
    assert (reasons(plan), plan.status, plan.actions) == ([Reason.NO_ELIGIBLE_VM], Status.NOT_APPLICABLE, ())


@pytest.mark.parametrize("vm", NOT_FOR_WAC)
def test_only_eligible_vms_are_let_people_in_to(vm: VirtualMachine) -> None:
    here = estate(
        replace(vm, id=OTHER, network_interface_ids=(interface_id(OTHER),)), HEALTHY, subnet_group=security_group()
    )
    (put,) = plan_of(here, OFFICE).actions
    assert isinstance(put, PutSecurityRule)
    assert put.desired.destination_address_prefixes == ("10.1.0.5",)


def test_an_nsg_on_nothing_is_for_no_vm() -> None:
    here = estate(HEALTHY, network_security_groups={NSG: security_group(DENY)})
    assert reasons(plan_of(here)) == [Reason.NO_ELIGIBLE_VM]


def test_a_stopped_vm_needs_its_rules_all_the_same() -> None:
    stopped = machine(power_state=PowerState.DEALLOCATED, agent=AgentState.ABSENT)
    assert len(plan_of(estate(stopped, subnet_group=security_group(DENY))).actions) == 2


def test_a_vm_that_is_behind_by_another_interface_than_its_primary_is_not_counted() -> None:
    second = ResourceId(f"{interface_id()}-2")
    vm = machine(network_interface_ids=(interface_id(), second), primary_network_interface_id=second)
    here = estate(vm, interface_group=security_group(DENY, identity=NIC_NSG))
    assert reasons(plan_of(here, group=NIC_NSG)) == [Reason.NO_ELIGIBLE_VM]


@pytest.mark.parametrize(
    "identity",
    [
        f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/0",
        f"{GROUP}/providers/Microsoft.Network/loadBalancers/lb",
    ],
)
def test_what_hangs_on_a_network_interface_and_is_no_vm_is_no_matter(identity: str) -> None:
    given = replace(interface(), virtual_machine_id=ResourceId(identity))
    here = estate(HEALTHY, subnet_group=security_group(DENY), interfaces=[given])
    assert reasons(plan_of(here)) == [Reason.NO_ELIGIBLE_VM]


def test_neither_is_an_interface_of_a_uniform_scale_set_that_the_subnet_lists() -> None:
    of_set = ResourceId(
        f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/0/networkInterfaces/nic"
    )
    subnet = Subnet(SUBNET, ("10.1.0.0/24",), NSG, None, (interface_id(), of_set))
    plan = plan_of(estate(HEALTHY, subnet_group=security_group(DENY), subnets={SUBNET: subnet}), OFFICE)
    assert Reason.READ_FAILED not in reasons(plan)
    assert len(plan.actions) == 3


NIC = interface_id(OTHER)
LISTED = {SUBNET: Subnet(SUBNET, ("10.1.0.0/24",), NSG, None, (interface_id(), NIC))}
DANGLING = replace(interface(OTHER, "10.1.0.5"), id=NIC)
UNKNOWN_ONES = {
    "an interface that may not be read": {"subnets": LISTED, "unreadable": {NIC: "AuthorizationFailed"}},
    "an interface that was not read": {"subnets": LISTED},
    "a VM that may not be read": {"interfaces": [DANGLING], "unreadable": {OTHER: "AuthorizationFailed"}},
    "a VM that was not read": {"interfaces": [DANGLING]},
    "a subnet that was not read": {"more_subnets": True},
}


def with_unknown(around: dict[str, Any], *rules: SecurityRule) -> Estate:
    given = {key: value for key, value in around.items() if key != "more_subnets"}
    group = security_group(*rules, subnet_ids=(SUBNET,))
    if "more_subnets" in around:
        group = replace(group, subnet_ids=(SUBNET, NETWORK.child("subnets", "unread")))
    return estate(HEALTHY, subnet_group=group, **given)


@pytest.mark.parametrize("around", UNKNOWN_ONES.values(), ids=UNKNOWN_ONES.keys())
def test_while_it_is_unknown_who_is_behind_nobody_is_let_in(around: dict[str, Any]) -> None:
    plan = plan_of(with_unknown(around), OFFICE)
    assert plan.status is Status.UNKNOWN
    assert plan.actions == ()
    assert "No inbound rule is written" in " ".join(finding.message for finding in plan.findings)


@pytest.mark.parametrize("around", UNKNOWN_ONES.values(), ids=UNKNOWN_ONES.keys())
def test_the_way_out_is_opened_for_those_who_are_known(around: dict[str, Any]) -> None:
    plan = plan_of(with_unknown(around, DENY), OFFICE)
    assert plan.status is Status.UNKNOWN
    assert names(plan) == ["PortForWACService", "PortForAADService"]


@pytest.mark.parametrize(
    "vm",
    [
        machine(vm_size="Standard_X"),
        machine(os_name=None, image=Image()),
    ],
)
def test_without_a_vm_that_is_certainly_for_wac_nothing_is_written(vm: VirtualMachine) -> None:
    plan = plan_of(estate(vm, subnet_group=security_group(DENY)), OFFICE)
    assert (plan.status, plan.actions) == (Status.UNKNOWN, ())


def test_neither_is_a_subnet_that_has_gone() -> None:
    unread = NETWORK.child("subnets", "gone")
    here = estate(HEALTHY, subnet_group=security_group(subnet_ids=(unread,)), absent=frozenset({unread}))
    assert names(plan_of(here, OFFICE)) == ["PortForWAC"]
    assert plan_of(here, OFFICE).status is Status.NON_COMPLIANT


@pytest.mark.parametrize("gone", [NIC, OTHER])
def test_what_has_gone_meanwhile_is_no_matter(gone: ResourceId) -> None:
    around = {"interfaces": [DANGLING]} if gone == OTHER else {"subnets": LISTED}
    plan = plan_of(estate(HEALTHY, subnet_group=security_group(), absent=frozenset({gone}), **around), OFFICE)
    assert names(plan) == ["PortForWAC"]
    assert plan.status is Status.NON_COMPLIANT


def test_a_network_that_may_not_be_read_makes_its_vms_unknown() -> None:
    here = estate(HEALTHY, subnet_group=security_group(DENY), virtual_networks={}, unreadable={NETWORK: "no"})
    plan = plan_of(here)
    assert (plan.status, plan.actions) == (Status.UNKNOWN, ())
