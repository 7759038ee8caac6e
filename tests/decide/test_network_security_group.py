"""Whom an NSG's plan is made for, what it tells, and whom it brings back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.desired import DesiredState, Mode, Outrank, Scope
from shared.model.estate import (
    AgentState,
    Estate,
    Image,
    PowerState,
    ResourceGroup,
    SecurityRule,
    Subnet,
    VirtualMachine,
)
from shared.model.plan import Plan, PutSecurityRule, Reason, Status
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    AUDITED,
    ENFORCED,
    GROUP,
    NETWORK,
    NIC_NSG,
    NSG,
    OBSERVED_AT,
    SUBNET,
    SUBSCRIPTION,
    VM,
    allow_in,
    deny_in,
    deny_out,
    estate,
    extension,
    interface,
    interface_id,
    machine,
    security_group,
    vm_named,
)

OFFICE = replace(ENFORCED, inbound_sources=("203.0.113.0/24",))
HEALTHY = machine(extensions=(extension(),))
OTHER = vm_named("other")
DENY = deny_out()


def plan_of(here: Estate, desired: DesiredState = ENFORCED, group: ResourceId = NSG) -> Plan:
    return decide_network_security_group(here, group, desired)


def reasons(plan: Plan) -> list[Reason]:
    return [finding.reason for finding in plan.findings]


def names(plan: Plan) -> list[str]:
    return [action.id.name for action in plan.actions]


@pytest.mark.parametrize(
    ("around", "reason", "status"),
    [
        ({"absent": frozenset({NSG})}, Reason.GONE, Status.NOT_APPLICABLE),
        ({"unreadable": {NSG: "AuthorizationFailed"}}, Reason.READ_FAILED, Status.UNKNOWN),
        ({}, Reason.READ_FAILED, Status.UNKNOWN),
    ],
)
def test_an_nsg_that_is_gone_or_was_not_read_is_left_alone(
    around: dict[str, Any], reason: Reason, status: Status
) -> None:
    plan = plan_of(Estate(OBSERVED_AT, **around))
    assert (reasons(plan), plan.status, plan.actions, plan.checks) == ([reason], status, (), ())


@pytest.mark.parametrize(
    ("tags", "group", "desired", "reason"),
    [
        ({"WAC-guard": "Exclude"}, ResourceGroup(GROUP), ENFORCED, Reason.EXCLUDED),
        ({}, ResourceGroup(GROUP, tags={"wac-guard": "exclude"}), ENFORCED, Reason.EXCLUDED),
        ({}, ResourceGroup(GROUP), replace(ENFORCED, exclude_resource_groups=frozenset({"RG-APP"})), Reason.EXCLUDED),
        ({}, ResourceGroup(GROUP, managed_by="aks"), ENFORCED, Reason.MANAGED_BY_SERVICE),
        ({}, None, ENFORCED, Reason.READ_FAILED),
    ],
)
def test_an_nsg_that_is_opted_out_or_a_services_is_left_alone(
    tags: dict[str, str], group: ResourceGroup | None, desired: DesiredState, reason: Reason
) -> None:
    here = estate(
        HEALTHY, subnet_group=security_group(DENY, tags=tags), resource_groups={GROUP: group} if group else {}
    )
    plan = plan_of(here, desired)
    assert (reasons(plan), plan.actions, plan.checks) == ([reason], (), ())


def test_an_nsg_whose_own_group_may_not_be_read_is_left_alone_whatever_is_known_of_its_vms() -> None:
    far = ResourceId(str(NSG).replace("rg-app", "rg-network"))
    here = estate(HEALTHY, subnet_group=security_group(DENY, identity=far))
    plan = plan_of(here, group=far)
    assert (reasons(plan), plan.actions) == ([Reason.READ_FAILED], ())


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


EXPOSED = allow_in("PortForWAC", 100, source="*", ports="6516")


@pytest.mark.parametrize(
    "rule",
    [
        EXPOSED,
        allow_in("Wide", 100, source="Internet", ports="6000-7000"),
        allow_in("All", 100, source="0.0.0.0/0"),
        allow_in("Halves", 100, source=("0.0.0.0/1", "128.0.0.0/1")),
        allow_in("Mine", 100, source="*", destination="10.1.0.4", ports="6516", protocol="TCP"),
    ],
)
def test_a_rule_that_lets_everybody_in_to_wac_is_told_of_and_left(rule: SecurityRule) -> None:
    plan = plan_of(estate(HEALTHY, subnet_group=security_group(rule)))
    assert (reasons(plan), plan.actions) == ([Reason.INBOUND_EXPOSED], ())
    assert f"rule {rule.name} (priority 100)" in plan.findings[0].message


@pytest.mark.parametrize(
    "rules",
    [
        (allow_in("Rdp", 100, source="*", ports="3389"),),
        (allow_in("Office", 100, source="203.0.113.0/24", ports="6516"),),
        (allow_in("Network", 100, source="VirtualNetwork", ports="6516"),),
        (deny_in("Deny", 100, source="Internet", ports="6516"), replace(EXPOSED, priority=200)),
        (allow_in("Udp", 100, source="*", ports="6516", protocol="Udp"),),
        (allow_in("OtherVm", 100, source="*", destination="10.1.0.99", ports="6516"),),
    ],
)
def test_a_rule_that_does_not_let_everybody_in_is_not(rules: tuple[SecurityRule, ...]) -> None:
    assert reasons(plan_of(estate(HEALTHY, subnet_group=security_group(*rules)))) == []


def test_the_rule_that_certainly_lets_everybody_in_is_the_one_named() -> None:
    rules = (allow_in("Maybe", 100, source="*", source_port_ranges=("1-9",)), allow_in("Certain", 200, source="*"))
    (finding,) = plan_of(estate(HEALTHY, subnet_group=security_group(*rules))).findings
    assert (finding.reason, finding.evidence["rule"]) == (Reason.INBOUND_EXPOSED, "Certain")


def test_an_open_port_that_wac_does_not_have_exposes_nothing() -> None:
    on_6600 = machine(extensions=(extension(settings={"port": "6600"}),))
    assert reasons(plan_of(estate(on_6600, subnet_group=security_group(EXPOSED)))) == []


def test_a_rule_of_ours_exposes_nothing_that_was_not_asked_for() -> None:
    desired = replace(ENFORCED, inbound_sources=("Internet",))
    (put,) = plan_of(estate(HEALTHY, subnet_group=security_group()), desired).actions
    assert isinstance(put, PutSecurityRule)
    after = estate(HEALTHY, subnet_group=security_group(put.desired))
    assert reasons(plan_of(after, desired)) == []


def test_a_rule_that_may_let_everybody_in_is_unknown_rather_than_fine() -> None:
    asg = ResourceId(f"{GROUP}/providers/Microsoft.Network/applicationSecurityGroups/web")
    maybe = allow_in("Asg", 100, source="*", destination=(), destination_application_security_group_ids=(asg,))
    plan = plan_of(estate(HEALTHY, subnet_group=security_group(maybe)))
    assert reasons(plan) == [Reason.TRAFFIC_UNKNOWN]
    assert "application security group web" in plan.findings[0].message


def test_default_rules_expose_nothing_however_traffic_is_routed() -> None:
    routes = ResourceId(f"{GROUP}/providers/Microsoft.Network/routeTables/routes")
    assert reasons(plan_of(estate(HEALTHY, subnet_group=security_group(), route_table=routes))) == []


WAITING = machine()


@pytest.mark.parametrize(
    ("vm", "desired", "waits"),
    [
        (WAITING, ENFORCED, True),
        (HEALTHY, ENFORCED, False),
        (machine(extensions=(extension(state="Creating"),)), ENFORCED, False),
        (machine(power_state=PowerState.DEALLOCATED), ENFORCED, False),
        (machine(power_state=PowerState.STARTING), ENFORCED, False),
        (machine(agent=AgentState.NOT_READY), ENFORCED, False),
        (machine(os_name="Windows 11 Enterprise"), ENFORCED, False),
        (WAITING, AUDITED, False),
        (WAITING, replace(ENFORCED, extension_mode=Mode.AUDIT), False),
        (WAITING, replace(ENFORCED, network_mode=Mode.AUDIT), True),
        (WAITING, replace(ENFORCED, enforce_scopes=(Scope(SUBSCRIPTION, "elsewhere"),)), False),
    ],
)
def test_an_nsg_that_lets_vms_out_brings_back_those_that_wait(
    vm: VirtualMachine, desired: DesiredState, waits: bool
) -> None:
    plan = plan_of(estate(vm, subnet_group=security_group()), desired)
    assert plan.checks == ((VM,) if waits else ())


@pytest.mark.parametrize("deny", [DENY, deny_out(destination="AzureActiveDirectory")])
def test_one_that_does_not_brings_nobody_back(deny: SecurityRule) -> None:
    assert plan_of(estate(WAITING, subnet_group=security_group(deny))).checks == ()


def test_those_who_wait_are_brought_back_in_order() -> None:
    waiting = [machine(vm_named(name)) for name in ("c", "A", "b")]
    plan = plan_of(estate(*waiting, subnet_group=security_group()))
    assert [one.name for one in plan.checks] == ["A", "b", "c"]


@pytest.mark.parametrize("rules", [(), (DENY,), (deny_in(),), (DENY, deny_in()), (deny_out(ports="443"),)])
@pytest.mark.parametrize("outrank", Outrank)
@pytest.mark.parametrize("sources", [(), ("203.0.113.0/24",)])
@pytest.mark.parametrize("vm", [WAITING, HEALTHY])
def test_a_vm_and_its_nsg_never_ask_for_each_other_in_turn(
    rules: tuple[SecurityRule, ...], outrank: Outrank, sources: tuple[str, ...], vm: VirtualMachine
) -> None:
    desired = replace(ENFORCED, outrank=outrank, inbound_sources=sources)
    here = estate(vm, subnet_group=security_group(*rules))
    asked_by_vm = decide_virtual_machine(here, VM, desired).checks
    asked_by_group = plan_of(here, desired).checks
    assert not (asked_by_vm and asked_by_group)


def test_one_that_some_people_in_it_can_come_through_is_not() -> None:
    assert reasons(plan_of(estate(HEALTHY, subnet_group=security_group(deny_in(source="10.1.3.0/24"))))) == []


def test_a_network_that_people_in_it_cannot_come_through_is_told() -> None:
    plan = plan_of(estate(HEALTHY, machine(OTHER), subnet_group=security_group(deny_in(source="VirtualNetwork"))))
    assert reasons(plan) == [Reason.INBOUND_DENIED]
    assert "The same goes for 10.1.0.4." in plan.findings[0].message
