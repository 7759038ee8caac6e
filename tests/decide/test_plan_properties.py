"""What holds of every plan, whatever the estate."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.outrank import is_just_in_time, is_ours
from shared.decide.virtual_machine import decide_virtual_machine, needs_network
from shared.model.desired import DesiredState, Outrank
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule, VirtualMachine
from shared.model.plan import Plan, PutSecurityRule, Reason, Status
from shared.model.resource_id import ResourceId
from tests.decide.applying import applied
from tests.decide.estates import (
    GROUP,
    NETWORK,
    NSG,
    SERVICE_TAGS,
    SUBNET,
    estate,
    interface_id,
    machine,
    vm_named,
    without_network,
)
from tests.decide.naive import Connection, Surroundings, access_of
from tests.decide.strategies import DESIRED, MACHINES, security_groups

ROUTES = ResourceId(f"{GROUP}/providers/Microsoft.Network/routeTables/routes")
AROUND = Surroundings(("10.1.0.0/16",), SERVICE_TAGS)
FIRST_VM = vm_named("vm-1")
SUBJECTS = (FIRST_VM, NSG)

REPEATABLE = settings(derandomize=True, deadline=None)


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Make VMs in a subnet whose NSG is other people's, with or without what else is to be known of it."""
    return estate(
        *draw(MACHINES),
        subnet_group=draw(security_groups()),
        route_table=draw(st.sampled_from([None, None, ROUTES])),
        service_tags=draw(st.sampled_from([SERVICE_TAGS, SERVICE_TAGS, {}])),
    )


def plan_of(here: Estate, subject: ResourceId, desired: DesiredState) -> Plan:
    decide = decide_network_security_group if subject == NSG else decide_virtual_machine
    return decide(here, subject, desired)


def puts(plan: Plan) -> list[PutSecurityRule]:
    return [action for action in plan.actions if isinstance(action, PutSecurityRule)]


def rules_of(here: Estate) -> tuple[SecurityRule, ...]:
    group = here.network_security_groups[NSG]
    return (*group.security_rules, *group.default_security_rules)


@REPEATABLE
@given(estates(), DESIRED, st.sampled_from(SUBJECTS))
def test_once_a_plan_is_carried_out_nothing_more_is_to_do(
    here: Estate, desired: DesiredState, subject: ResourceId
) -> None:
    after = applied(here, plan_of(here, subject, desired))
    assert plan_of(after, subject, desired).actions == ()


@REPEATABLE
@given(estates(), DESIRED)
def test_what_an_nsgs_plan_opens_lets_its_vms_go_on(here: Estate, desired: DesiredState) -> None:
    assume(desired.outrank is not Outrank.NONE)
    plan = decide_network_security_group(here, NSG, desired)
    wanted = {finding.reason for finding in plan.findings}
    assume(plan.actions and not wanted & {Reason.NO_FREE_PRIORITY, Reason.TRAFFIC_UNKNOWN})
    after = decide_network_security_group(applied(here, plan), NSG, desired)
    assert Reason.OUTBOUND_DENIED not in {finding.reason for finding in after.findings}


@REPEATABLE
@given(estates(), DESIRED, st.sampled_from(SUBJECTS), st.randoms(use_true_random=False))
def test_the_same_estate_gives_the_same_plan_in_whatever_order_it_was_read(
    here: Estate, desired: DesiredState, subject: ResourceId, chance: random.Random
) -> None:
    again = plan_of(shuffled(here, chance), subject, desired)
    plan = plan_of(here, subject, desired)
    assert repr(again.findings) == repr(plan.findings)
    assert repr([(action.id, action.desired) for action in puts(again)]) == repr(
        [(action.id, action.desired) for action in puts(plan)]
    )
    assert repr((again.checks, again.status)) == repr((plan.checks, plan.status))


def shuffled(here: Estate, chance: random.Random) -> Estate:
    def mixed(things: Mapping[Any, Any]) -> dict[Any, Any]:
        return dict(chance.sample(list(things.items()), len(things)))

    group = here.network_security_groups[NSG]
    rules, defaults = group.security_rules, group.default_security_rules
    group = replace(
        group,
        security_rules=tuple(chance.sample(rules, len(rules))),
        default_security_rules=tuple(chance.sample(defaults, len(defaults))),
    )
    return replace(
        here,
        virtual_machines=mixed(here.virtual_machines),
        network_interfaces=mixed(here.network_interfaces),
        network_security_groups={NSG: group},
        service_tags=mixed(here.service_tags),
    )


@REPEATABLE
@given(estates(), DESIRED, st.data())
def test_our_rules_change_nothing_but_what_is_needed(
    here: Estate, desired: DesiredState, data: st.DataObject
) -> None:
    plan = decide_network_security_group(here, NSG, desired)
    after = applied(here, plan)
    connection = Connection(
        data.draw(st.sampled_from(Direction)),
        data.draw(st.sampled_from(["10.1.0.4", "10.1.0.5", "10.1.0.6", "10.1.7.9"])),
        data.draw(st.sampled_from(["20.1.0.7", "20.190.128.9", "20.60.4.4", "8.8.8.8", "203.0.113.9", "10.9.0.1"])),
        data.draw(st.sampled_from([80, 443, 3389, 6516, 6600])),
        data.draw(st.sampled_from(["tcp", "udp"])),
    )
    before = access_of(rules_of(here), connection, AROUND)
    if access_of(rules_of(after), connection, AROUND) is before:
        return
    # A rule of ours that somebody has pointed elsewhere may be put right, which closes what it had opened.
    assert before is Access.DENY
    assert is_needed(connection, here, desired)


def is_needed(connection: Connection, here: Estate, desired: DesiredState) -> bool:
    """Tell, from what people asked for alone, whether rules of ours may let a connection through."""
    if connection.protocol != "tcp":
        return False
    if connection.direction is Direction.OUTBOUND:
        services = (*SERVICE_TAGS["windowsadmincenter"], *SERVICE_TAGS["azureactivedirectory"])
        return connection.port == 443 and among(connection.remote, services)
    served = {
        (address, str(extension.settings["port"]) if (extension := vm.admin_center) else str(desired.port))
        for vm in here.virtual_machines.values()
        if "Server" in (vm.os_name or "")
        for address in [address_of(here, vm)]
    }
    named = [prefix for one in desired.inbound_sources for prefix in SERVICE_TAGS.get(one.lower(), (one,))]
    return (connection.local, str(connection.port)) in served and among(connection.remote, named)


def address_of(here: Estate, vm: VirtualMachine) -> str | None:
    return here.network_interfaces[interface_id(vm.id)].ip_configurations[0].private_ip_address


def among(address: str, prefixes: Any) -> bool:
    return any(ip_address(address) in ip_network(prefix) for prefix in prefixes)


@REPEATABLE
@given(estates(), DESIRED)
def test_a_decision_is_never_overruled(here: Estate, desired: DesiredState) -> None:
    """A rule of ours goes ahead of a specific deny only where something had overruled that one already."""
    assume(desired.outrank is not Outrank.ANY)
    plan = decide_network_security_group(here, NSG, desired)
    after = rules_of(applied(here, plan))
    for put in puts(plan):
        for deny in (rule for rule in rules_of(here) if stands(rule, desired)):
            for connection in connections_of(put.desired):
                stood = [rule for rule in rules_of(here) if not is_ours(rule) and not may_be_outranked(rule, desired)]
                if access_of([*stood], connection, AROUND) is Access.DENY and stops([deny], connection):
                    assert access_of(after, connection, AROUND) is Access.DENY


def stops(rules: list[SecurityRule], connection: Connection) -> bool:
    return access_of(rules, connection, AROUND) is Access.DENY


def connections_of(rule: SecurityRule) -> list[Connection]:
    if rule.direction is Direction.OUTBOUND:
        remotes = [("20.1.0.7", "20.1.0.200", "20.2.8.3"), ("20.190.128.9",)]
        wanted = remotes[0] if "WindowsAdminCenter" in rule.destination_address_prefixes else remotes[1]
        return [Connection(rule.direction, local, one, 443) for local in ("10.1.0.4", "10.1.0.5") for one in wanted]
    port = int(rule.destination_port_ranges[0])
    remotes_in = [one.split("/")[0] for one in rule.source_address_prefixes if one[0].isdigit()]
    return [
        Connection(rule.direction, local, one, port)
        for local in rule.destination_address_prefixes
        for one in remotes_in
    ]


def stands(rule: SecurityRule, desired: DesiredState) -> bool:
    return rule.access is Access.DENY and not may_be_outranked(rule, desired)


def may_be_outranked(rule: SecurityRule, desired: DesiredState) -> bool:
    """Say in its own words what a general deny is."""
    if rule.access is Access.ALLOW or is_just_in_time(rule) or desired.outrank is Outrank.NONE:
        return False
    outbound = rule.direction is Direction.OUTBOUND
    remotes = {
        one.lower() for one in (rule.destination_address_prefixes if outbound else rule.source_address_prefixes)
    }
    broad = {"*", "0.0.0.0/0", "internet", "azurecloud" if outbound else "virtualnetwork"}
    every_port = {"*", "0-65535", "1-65535"} & set(rule.destination_port_ranges)
    singled_out = remotes & {"windowsadmincenter", "azureactivedirectory"}
    return rule.priority > 4096 or bool(remotes & broad and every_port and not singled_out)


@REPEATABLE
@given(estates(), DESIRED)
def test_only_our_own_rules_are_written_and_each_is_narrow(here: Estate, desired: DesiredState) -> None:
    foreign = {rule.name.casefold() for rule in rules_of(here) if not is_ours(rule)}
    addresses = {address_of(here, vm) for vm in here.virtual_machines.values()}
    for put in puts(decide_network_security_group(here, NSG, desired)):
        rule = put.desired
        assert is_ours(rule)
        assert rule.name.casefold() not in foreign
        assert (rule.protocol, rule.access) == ("Tcp", Access.ALLOW)
        if rule.direction is Direction.INBOUND:
            assert set(rule.source_address_prefixes) <= set(desired.inbound_sources)
            assert set(rule.destination_address_prefixes) <= addresses
            assert not {"*", "internet", "0.0.0.0/0"} & {one.lower() for one in rule.source_address_prefixes}


@REPEATABLE
@given(estates(), DESIRED, st.sampled_from(SUBJECTS))
def test_whatever_is_done_is_explained(here: Estate, desired: DesiredState, subject: ResourceId) -> None:
    plan = plan_of(here, subject, desired)
    assert not plan.actions or plan.status is not Status.COMPLIANT
    for finding in plan.findings:
        assert finding.subject == subject
        assert finding.message.endswith(".")
        json.dumps(dict(finding.evidence))


@REPEATABLE
@given(
    estates(),
    DESIRED,
    st.sampled_from([FIRST_VM, NSG, SUBNET, GROUP, NETWORK, interface_id(FIRST_VM)]),
    st.booleans(),
)
def test_what_is_unreadable_is_neither_compliant_nor_written(
    here: Estate, desired: DesiredState, lost: ResourceId, also_withheld: bool
) -> None:
    blind = replace(withheld(here, lost) if also_withheld else here, unreadable={lost: "AuthorizationFailed"})
    plan = decide_virtual_machine(blind, FIRST_VM, desired)
    seen = decide_virtual_machine(here, FIRST_VM, desired)
    if lost not in (FIRST_VM, GROUP) and not needs_network(here, FIRST_VM, desired):
        assert plan == seen
    else:
        assert plan.status is Status.UNKNOWN
        assert (plan.actions, plan.checks) == ((), ())


@REPEATABLE
@given(estates(), DESIRED, st.sampled_from([NSG, SUBNET, GROUP, NETWORK, FIRST_VM, interface_id(FIRST_VM)]))
def test_of_an_nsg_neither_and_nobody_is_let_in(here: Estate, desired: DesiredState, lost: ResourceId) -> None:
    here = with_eligible_first(here)
    blind = replace(withheld(here, lost), unreadable={lost: "AuthorizationFailed"})
    if lost == SUBNET:
        blind = replace(
            blind, network_security_groups={NSG: replace(blind.network_security_groups[NSG], subnet_ids=(SUBNET,))}
        )
    plan = decide_network_security_group(blind, NSG, desired)
    assert plan.status is Status.UNKNOWN
    assert all(put.desired.direction is Direction.OUTBOUND for put in puts(plan))


def with_eligible_first(here: Estate) -> Estate:
    return replace(here, virtual_machines={**here.virtual_machines, FIRST_VM: machine(FIRST_VM)})


def withheld(here: Estate, lost: ResourceId) -> Estate:
    def kept(things: Mapping[Any, Any]) -> dict[Any, Any]:
        return {one: thing for one, thing in things.items() if one != lost}

    return replace(
        here,
        virtual_machines=kept(here.virtual_machines),
        network_interfaces=kept(here.network_interfaces),
        network_security_groups=kept(here.network_security_groups),
        subnets=kept(here.subnets),
        virtual_networks=kept(here.virtual_networks),
        resource_groups=kept(here.resource_groups),
    )


@REPEATABLE
@given(estates(), DESIRED)
def test_a_first_look_without_the_network_settles_what_it_can(here: Estate, desired: DesiredState) -> None:
    first = without_network(here)
    assert needs_network(first, FIRST_VM, desired) == needs_network(here, FIRST_VM, desired)
    if not needs_network(first, FIRST_VM, desired):
        assert decide_virtual_machine(first, FIRST_VM, desired) == decide_virtual_machine(here, FIRST_VM, desired)


@REPEATABLE
@given(estates(), DESIRED)
def test_a_vm_and_its_nsg_never_keep_asking_for_each_other(here: Estate, desired: DesiredState) -> None:
    asked_by_group = decide_network_security_group(here, NSG, desired).checks
    for vm in asked_by_group:
        assert NSG not in decide_virtual_machine(here, vm, desired).checks


@REPEATABLE
@given(estates(), DESIRED, st.sampled_from(SUBJECTS))
def test_case_makes_no_difference(here: Estate, desired: DesiredState, subject: ResourceId) -> None:
    loud, quiet = plan_of(shouted(here), subject, desired), plan_of(here, subject, desired)
    assert [finding.reason for finding in loud.findings] == [finding.reason for finding in quiet.findings]
    assert [action.id for action in loud.actions] == [action.id for action in quiet.actions]
    assert loud.checks == quiet.checks


def shouted(here: Estate) -> Estate:
    """Write all that Azure compares without case in another one."""

    def loud(rule: SecurityRule) -> SecurityRule:
        return replace(
            rule,
            protocol=rule.protocol.upper(),
            source_address_prefixes=tuple(map(str.upper, rule.source_address_prefixes)),
            destination_address_prefixes=tuple(map(str.upper, rule.destination_address_prefixes)),
        )

    def group(one: NetworkSecurityGroup) -> NetworkSecurityGroup:
        rules, defaults = tuple(map(loud, one.security_rules)), tuple(map(loud, one.default_security_rules))
        return replace(one, id=ResourceId(str(one.id).upper()), security_rules=rules, default_security_rules=defaults)

    def keyed(things: Mapping[ResourceId, Any]) -> dict[ResourceId, Any]:
        return {ResourceId(str(one).upper()): thing for one, thing in things.items()}

    return replace(
        here,
        virtual_machines=keyed(here.virtual_machines),
        network_interfaces=keyed(here.network_interfaces),
        network_security_groups={one: group(thing) for one, thing in keyed(here.network_security_groups).items()},
        subnets=keyed(here.subnets),
        virtual_networks=keyed(here.virtual_networks),
        resource_groups=keyed(here.resource_groups),
    )
