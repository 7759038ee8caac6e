"""When rules of ours go, and when they shrink instead or stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.decide.network_security_group import decide_network_security_group
from shared.model.estate import AgentState, PowerState, VirtualMachine
from shared.model.plan import DeleteSecurityRule, Plan, PutSecurityRule
from shared.model.reason import Reason, Status
from tests.decide.applying import applied
from tests.decide.estates import NSG, deny_in, deny_out, estate, extension, machine, security_group
from tests.decide.group_plans import DENY, HEALTHY, OTHER, names, plan_of, reasons
from tests.decide.rule_cases import BOTH_OURS, NONE, OFFICE, Case, deletes_of, on_port, ours_in, ours_out, puts_of
from tests.decide.test_machines_behind import UNKNOWN_ONES, with_unknown

OURS = (*BOTH_OURS, ours_in())


def test_with_the_last_vm_the_rules_go_and_nothing_of_anybody_elses() -> None:
    here = estate(machine(os_name="Windows 11 Enterprise"), subnet_group=security_group(*OURS, DENY, deny_in()))
    plan = plan_of(here, OFFICE)
    assert reasons(plan) == [Reason.NO_ELIGIBLE_VM, *[Reason.RULE_NEEDLESS] * 3]
    assert applied(here, plan).network_security_groups[NSG].security_rules == (DENY, deny_in())
    again = plan_of(applied(here, plan), OFFICE)
    assert (reasons(again), again.actions) == ([Reason.NO_ELIGIBLE_VM], ())


@pytest.mark.parametrize("around", UNKNOWN_ONES.values(), ids=UNKNOWN_ONES.keys())
def test_while_it_is_unknown_who_is_behind_nothing_goes_or_shrinks(around: dict[str, object]) -> None:
    rules = (*BOTH_OURS, ours_in(destination=("10.1.0.4", "10.1.0.5")), ours_out("Another", 150, "Storage"))
    for desired in (OFFICE, replace(OFFICE, inbound_sources=())):
        plan = plan_of(with_unknown(around, *rules), desired)
        assert (plan.status, plan.actions) == (Status.UNKNOWN, ())


def test_nothing_goes_while_it_is_unknown_whether_the_only_vm_is_one_for_wac() -> None:
    plan = plan_of(estate(machine(vm_size="Standard_X"), subnet_group=security_group(*OURS)), OFFICE)
    assert (plan.status, plan.actions) == (Status.UNKNOWN, ())


@pytest.mark.parametrize(
    "vm",
    [
        machine(power_state=PowerState.DEALLOCATED, agent=AgentState.ABSENT),
        machine(power_state=PowerState.STOPPED, agent=AgentState.NOT_READY),
        machine(provisioning_state="Updating"),
        machine(extensions=(extension(state="Failed"),)),
        machine(extensions=(extension(state="Deleting"),)),
        machine(),
    ],
    ids=[
        "deallocated",
        "stopped",
        "being updated",
        "with a failed extension",
        "being reinstalled",
        "without extension",
    ],
)
def test_a_vm_that_is_down_or_on_its_way_keeps_its_rules(vm: VirtualMachine) -> None:
    assert plan_of(estate(vm, subnet_group=security_group(*OURS, DENY)), OFFICE).actions == ()


def test_an_opted_out_vm_takes_its_address_along() -> None:
    opted_out = machine(OTHER, tags={"wac-guard": "exclude"})
    rules = (ours_in(destination=("10.1.0.4", "10.1.0.5")),)
    (put,) = plan_of(estate(HEALTHY, opted_out, subnet_group=security_group(*rules)), OFFICE).actions
    assert isinstance(put, PutSecurityRule)
    assert (put.existing, put.desired.destination_address_prefixes) == (rules[0], ("10.1.0.4",))


@pytest.mark.parametrize("tags", [{"wac-guard": "exclude"}])
def test_an_opted_out_nsg_keeps_our_rules(tags: dict[str, str]) -> None:
    here = estate(HEALTHY, subnet_group=security_group(*OURS, tags=tags))
    assert plan_of(here, OFFICE).actions == ()


def test_a_rule_that_can_no_more_be_put_shrinks_where_it_stands() -> None:
    rule = ours_in(priority=140, destination=("10.1.0.4", "10.1.0.5"))
    decision = deny_in("DenyWacPort", 150, ports="6516")
    here = estate(HEALTHY, subnet_group=security_group(rule, decision))
    plan = plan_of(here, OFFICE)
    (put,) = puts_of(plan)
    assert put == replace(rule, destination_address_prefixes=("10.1.0.4",))
    assert "addresses that no VM has any more" in plan.findings[0].message
    assert plan_of(applied(here, plan), OFFICE).actions == ()


def test_one_that_is_for_nobody_any_more_goes_instead() -> None:
    rule = ours_in(priority=140, destination="10.1.0.99")
    decision = deny_in("DenyWacPort", 150, ports="6516")
    plan = plan_of(estate(HEALTHY, subnet_group=security_group(rule, decision)), OFFICE)
    assert names(plan) == ["PortForWAC"]
    assert "it lets through nothing that a VM behind the NSG needs" in plan.findings[-1].message


def test_a_port_that_nobody_has_any_more_is_closed() -> None:
    rules = (ours_in(destination="10.1.0.4"), ours_in("PortForWAC-6600", 4095, ports="6600", destination="10.1.0.5"))
    one = Case(rules, desired=OFFICE, machines=(on_port("a", 6516),))
    assert (puts_of(one.plan), deletes_of(one.plan)) == ((), ("PortForWAC-6600",))


def test_what_does_the_work_of_a_rule_that_is_yet_to_be_put_right_goes_after_that() -> None:
    wrong, right = ours_out(priority=150, source="10.1.0.99"), ours_out("PortForWACService-wac-guard", 199)
    here = Case((wrong, right, BOTH_OURS[1], deny_out())).estate
    first = plan_of(here)
    assert (names(first), deletes_of(first)) == (["PortForWACService"], ())
    assert reasons(first) == [Reason.RULE_MISSING, Reason.RULE_NEEDLESS]
    assert "once the other rules of ours are as they should be" in first.findings[1].message
    second = plan_of(applied(here, first))
    assert deletes_of(second) == ("PortForWACService-wac-guard",)
    assert plan_of(applied(applied(here, first), second)).findings == ()


def test_what_opens_a_flow_against_a_setting_is_told_of_by_none_and_kept() -> None:
    plan = plan_of(estate(HEALTHY, subnet_group=security_group(*BOTH_OURS, DENY)), NONE)
    assert (plan.findings, plan.actions) == ((), ())


def test_a_rule_for_two_vms_stays_while_one_of_them_needs_it() -> None:
    deny = deny_out(source="10.1.0.5")
    plan = plan_of(estate(HEALTHY, machine(OTHER), subnet_group=security_group(*BOTH_OURS, deny)))
    assert (plan.findings, plan.actions) == ((), ())


def test_a_finding_names_the_rule_and_what_hides_it() -> None:
    plan: Plan = Case((*BOTH_OURS, deny_out("DenyWac", 150, destination="WindowsAdminCenter"), deny_out())).plan
    (needless,) = [one for one in plan.findings if one.reason is Reason.RULE_NEEDLESS]
    assert dict(needless.evidence) == {"rule": "PortForWACService", "priority": 199, "hidden_by": ["DenyWac"]}
    (delete,) = plan.actions
    assert delete == DeleteSecurityRule(NSG.child("securityRules", "PortForWACService"), BOTH_OURS[0])


def test_rules_go_in_the_same_order_whatever_order_they_were_read_in() -> None:
    backwards = estate(HEALTHY, subnet_group=security_group(*reversed(BOTH_OURS)))
    forwards = estate(HEALTHY, subnet_group=security_group(*BOTH_OURS))
    one, other = (decide_network_security_group(here, NSG, OFFICE) for here in (backwards, forwards))
    assert deletes_of(one) == deletes_of(other) == ("PortForAADService", "PortForWACService")
