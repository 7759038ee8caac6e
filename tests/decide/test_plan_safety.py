"""What no plan ever does, whatever the estate."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.outrank import is_just_in_time, is_ours
from shared.decide.virtual_machine import decide_virtual_machine, needs_network
from shared.model.desired import DesiredState, Outrank
from shared.model.estate import Access, Direction, Estate, SecurityRule
from shared.model.plan import DeleteSecurityRule
from shared.model.reason import Status
from shared.model.resource_id import ResourceId
from tests.decide.any_estate import FIRST_VM, address_of, estates, puts, rules_of
from tests.decide.applying import applied
from tests.decide.estates import GROUP, NETWORK, NSG, SERVICE_TAGS, SUBNET, interface_id, machine, without_thing
from tests.decide.naive import Connection, Surroundings, access_of, deciding_rule
from tests.decide.strategies import DESIRED

AROUND = Surroundings(("10.1.0.0/16",), SERVICE_TAGS)


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
    if before is Access.DENY:
        assert is_needed(connection, here, desired)
        return
    # A rule of ours that is for nobody any more, or that somebody has pointed elsewhere, closes what it alone let in.
    assert is_ours_alone(connection, here)
    assert not is_in_use(connection, here, desired)


def is_ours_alone(connection: Connection, here: Estate) -> bool:
    by = deciding_rule(rules_of(here), connection, AROUND)
    others = [rule for rule in rules_of(here) if not is_ours(rule)]
    return by is not None and is_ours(by) and access_of(others, connection, AROUND) is not Access.ALLOW


@given(estates(), DESIRED)
def test_whatever_else_is_written_no_delete_closes_what_a_vm_needs(here: Estate, desired: DesiredState) -> None:
    """A delete is carried out though the puts of the same plan may be refused."""
    plan = decide_network_security_group(here, NSG, desired)
    deletes = tuple(action for action in plan.actions if isinstance(action, DeleteSecurityRule))
    assume(deletes)
    after = applied(here, replace(plan, actions=deletes))
    assert all(is_ours(delete.existing) for delete in deletes)
    for connection in needed_connections(here, desired):
        assert access_of(rules_of(after), connection, AROUND) is access_of(rules_of(here), connection, AROUND)


def needed_connections(here: Estate, desired: DesiredState) -> list[Connection]:
    every = (
        Connection(direction, local, remote, port)
        for direction in Direction
        for local in ("10.1.0.4", "10.1.0.5", "10.1.0.6")
        for remote in ("20.1.0.7", "20.1.0.200", "20.2.8.3", "20.190.128.9", "203.0.113.9", "20.60.4.4")
        for port in (443, 6516, 6600)
    )
    return [one for one in every if is_in_use(one, here, desired)]


def is_in_use(connection: Connection, here: Estate, desired: DesiredState) -> bool:
    """Tell whether a connection is one that a VM for WAC needs."""
    eligible = {address_of(here, vm) for vm in here.virtual_machines.values() if "Server" in (vm.os_name or "")}
    return connection.local in eligible and is_needed(connection, here, desired)


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


def among(address: str, prefixes: Any) -> bool:
    return any(ip_address(address) in ip_network(prefix) for prefix in prefixes)


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


@given(
    estates(),
    DESIRED,
    st.sampled_from([FIRST_VM, NSG, SUBNET, GROUP, NETWORK, interface_id(FIRST_VM)]),
    st.booleans(),
)
def test_what_is_unreadable_is_neither_compliant_nor_written(
    here: Estate, desired: DesiredState, lost: ResourceId, also_withheld: bool
) -> None:
    blind = replace(without_thing(here, lost) if also_withheld else here, unreadable={lost: "AuthorizationFailed"})
    plan = decide_virtual_machine(blind, FIRST_VM, desired)
    seen = decide_virtual_machine(here, FIRST_VM, desired)
    if lost not in (FIRST_VM, GROUP) and not needs_network(here, FIRST_VM, desired):
        assert plan == seen
    else:
        assert plan.status is Status.UNKNOWN
        assert (plan.actions, plan.checks) == ((), ())


@given(estates(), DESIRED, st.sampled_from([NSG, SUBNET, GROUP, NETWORK, FIRST_VM, interface_id(FIRST_VM)]))
def test_of_an_nsg_neither_and_nobody_is_let_in(here: Estate, desired: DesiredState, lost: ResourceId) -> None:
    here = with_eligible_first(here)
    blind = replace(without_thing(here, lost), unreadable={lost: "AuthorizationFailed"})
    if lost == SUBNET:
        blind = replace(
            blind, network_security_groups={NSG: replace(blind.network_security_groups[NSG], subnet_ids=(SUBNET,))}
        )
    plan = decide_network_security_group(blind, NSG, desired)
    assert plan.status is Status.UNKNOWN
    assert all(put.desired.direction is Direction.OUTBOUND for put in puts(plan))


def with_eligible_first(here: Estate) -> Estate:
    return replace(here, virtual_machines={**here.virtual_machines, FIRST_VM: machine(FIRST_VM)})
