"""Which NSGs are left alone, and whom the others bring back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.desired import DesiredState, Mode, Outrank, Scope
from shared.model.estate import AgentState, Estate, PowerState, ResourceGroup, SecurityRule, VirtualMachine
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    AUDITED,
    ENFORCED,
    GROUP,
    NSG,
    OBSERVED_AT,
    SUBSCRIPTION,
    VM,
    deny_in,
    deny_out,
    estate,
    extension,
    machine,
    security_group,
    vm_named,
)
from tests.decide.group_plans import DENY, HEALTHY, OTHER, plan_of, reasons


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
