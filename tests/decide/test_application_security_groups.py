"""Rules for application security groups, whose members the network interfaces tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.traffic import Attachment, Flow, TrafficAccess, decide_traffic
from shared.model.estate import Access, Direction, Estate, NetworkInterface, SecurityRule, VirtualNetwork
from shared.model.plan import PutSecurityRule
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    GROUP,
    NETWORK,
    NSG,
    SERVICE_TAGS,
    SUBNET,
    VM,
    allow_in,
    allow_out,
    deny_in,
    deny_out,
    estate,
    interface,
    machine,
    on_the_internet,
    rule,
    security_group,
    vm_named,
)
from tests.decide.flow_cases import ALLOWED, ASG, DENIED, FROM_NETWORK, PARTLY, ROUTED, TO_WAC, UNKNOWN
from tests.decide.group_plans import DENY, HEALTHY, OFFICE, OTHER, names, plan_of, reasons
from tests.decide.naive import Connection, Surroundings, deciding_rule

ASGS = tuple(ResourceId(f"{ASG}-{number}") for number in range(3))
NEIGHBOUR = vm_named("neighbour")
HERE = (Attachment(NSG, SUBNET),)


def member(vm: ResourceId, address: str, *groups: ResourceId, subnet: ResourceId = SUBNET) -> NetworkInterface:
    """Make the interface of a VM whose one address is in these groups."""
    made = interface(vm, address, subnet=subnet)
    configuration = replace(made.ip_configurations[0], application_security_group_ids=groups)
    return replace(made, ip_configurations=(configuration,))


def from_group(make: Any, name: str, priority: int, *groups: ResourceId, **more: Any) -> SecurityRule:
    made: SecurityRule = make(name, priority, source=(), source_application_security_group_ids=groups, **more)
    return made


def for_group(make: Any, name: str, priority: int, *groups: ResourceId, **more: Any) -> SecurityRule:
    made: SecurityRule = make(
        name, priority, destination=(), destination_application_security_group_ids=groups, **more
    )
    return made


def judged(flow: Flow, *rules: SecurityRule, **around: Any) -> tuple[TrafficAccess, list[str]]:
    verdict = decide_traffic(estate(subnet_group=security_group(*rules), **around), flow, HERE)
    return verdict.access, [part.rule.name for part in verdict.parts if part.rule]


FROM_NEIGHBOUR = replace(FROM_NETWORK, remote=("10.1.0.9",))
FROM_UNREAD = replace(FROM_NETWORK, remote=("10.1.0.77",))
FROM_PEER = replace(FROM_NETWORK, remote=("10.9.0.1",))
DENY_OUT = from_group(deny_out, "Deny", 200, ASG, destination="*")
DENY_IN = for_group(deny_in, "Deny", 200, ASG)
DENY_FROM = from_group(deny_in, "Deny", 200, ASG)
IN_GROUP: dict[str, Any] = {"interfaces": [member(VM, "10.1.0.4", ASG)]}
IN_OTHER_GROUP = {"interfaces": [member(VM, "10.1.0.4", ASGS[0])]}
NEIGHBOUR_IN_GROUP: dict[str, Any] = {"interfaces": [member(NEIGHBOUR, "10.1.0.9", ASG)]}
PEERED = {"network": VirtualNetwork(NETWORK, ("10.1.0.0/16",), ("10.9.0.0/16",))}
OTHER_NETWORK = ResourceId(f"{GROUP}/providers/Microsoft.Network/virtualNetworks/other").child("subnets", "web")

CASES: dict[str, tuple[Flow, SecurityRule, dict[str, Any], TrafficAccess, str]] = {
    "a rule from a group is for its members": (TO_WAC, DENY_OUT, IN_GROUP, DENIED, "Deny"),
    "and for nobody else": (TO_WAC, DENY_OUT, {}, ALLOWED, "AllowInternetOutBound"),
    "nor for the members of another": (TO_WAC, DENY_OUT, IN_OTHER_GROUP, ALLOWED, "AllowInternetOutBound"),
    "of several groups, one is enough": (
        TO_WAC,
        from_group(deny_out, "Deny", 200, *ASGS, ASG),
        IN_GROUP,
        DENIED,
        "Deny",
    ),
    "a rule towards a group is for its members": (FROM_NETWORK, DENY_IN, IN_GROUP, DENIED, "Deny"),
    "towards a group without the VM it is not": (FROM_NETWORK, DENY_IN, {}, ALLOWED, "AllowVnetInBound"),
    "a rule for a group and for addresses is for both": (
        FROM_NETWORK,
        replace(DENY_IN, destination_address_prefixes=("10.1.0.4",)),
        {},
        DENIED,
        "Deny",
    ),
    "the case of a group's id says nothing": (
        TO_WAC,
        from_group(deny_out, "Deny", 200, ResourceId(str(ASG).upper()), destination="*"),
        IN_GROUP,
        DENIED,
        "Deny",
    ),
    "a caller that is known to be in a group is matched": (
        FROM_NEIGHBOUR,
        DENY_FROM,
        NEIGHBOUR_IN_GROUP,
        DENIED,
        "Deny",
    ),
    "a caller that is known to be in none is not": (
        FROM_NEIGHBOUR,
        DENY_FROM,
        {"interfaces": [member(NEIGHBOUR, "10.1.0.9")]},
        ALLOWED,
        "AllowVnetInBound",
    ),
    "a caller whose interface was not read may be in the group": (FROM_UNREAD, DENY_FROM, {}, UNKNOWN, ""),
    "of a peered network too": (FROM_PEER, DENY_FROM, PEERED, UNKNOWN, ""),
    "a group never has a public service among its members": (
        TO_WAC,
        for_group(deny_out, "Deny", 200, ASG),
        {},
        ALLOWED,
        "AllowInternetOutBound",
    ),
    "whatever the routes": (
        TO_WAC,
        for_group(deny_out, "Deny", 200, ASG),
        ROUTED,
        ALLOWED,
        "AllowInternetOutBound",
    ),
    "an address of another network says nothing of this one's": (
        TO_WAC,
        DENY_OUT,
        {"interfaces": [member(NEIGHBOUR, "10.1.0.4", ASG, subnet=OTHER_NETWORK)]},
        ALLOWED,
        "AllowInternetOutBound",
    ),
}


@pytest.mark.parametrize(("flow", "given_rule", "around", "access", "by"), CASES.values(), ids=CASES.keys())
def test_a_group_is_its_members(
    flow: Flow, given_rule: SecurityRule, around: dict[str, Any], access: TrafficAccess, by: str
) -> None:
    found, deciders = judged(flow, given_rule, **around)
    assert found is access
    if by:
        assert deciders == [by]


def test_of_the_whole_network_the_known_members_are_told_apart_from_those_in_doubt() -> None:
    here = estate(subnet_group=security_group(DENY_FROM), **NEIGHBOUR_IN_GROUP)
    verdict = decide_traffic(here, FROM_NETWORK, HERE)
    (denied,) = [part for part in verdict.parts if part.access is Access.DENY]
    (doubted,) = [part for part in verdict.parts if part.access is None]
    assert denied.addresses.prefixes() == ("10.1.0.9/32",)
    assert doubted.doubts[0].why == "not all members of application security group web are known"


def test_a_group_that_all_callers_are_known_of_divides_them() -> None:
    callers = replace(FROM_NETWORK, remote=("10.1.0.8", "10.1.0.9"))
    around = {"interfaces": [member(NEIGHBOUR, "10.1.0.9", ASG), member(OTHER, "10.1.0.8")]}
    assert judged(callers, DENY_FROM, **around)[0] is PARTLY


def test_a_deny_for_a_group_closes_the_way_of_its_members_alone() -> None:
    here = estate(
        HEALTHY,
        machine(OTHER),
        subnet_group=security_group(from_group(deny_out, "DenyGroup", 200, ASG, destination="Internet")),
        interfaces=[member(OTHER, "10.1.0.5", ASG)],
    )
    plan = plan_of(here)
    assert reasons(plan) == [Reason.OUTBOUND_DENIED] * 2
    assert [finding.evidence["addresses"] for finding in plan.findings] == [["10.1.0.5"]] * 2
    assert names(plan) == ["PortForWACService", "PortForAADService"]


def test_an_allow_for_a_group_spares_its_members_a_rule_of_ours() -> None:
    open_to_group = from_group(allow_out, "AllowGroup", 150, ASG)
    here = estate(HEALTHY, subnet_group=security_group(open_to_group, DENY), **IN_GROUP)
    assert plan_of(here).findings == ()


def test_named_sources_that_an_allow_for_a_group_lets_in_need_no_rule_of_ours() -> None:
    open_group = for_group(allow_in, "AllowGroup", 150, ASG, source="203.0.113.0/24", ports="6516")
    assert plan_of(estate(HEALTHY, subnet_group=security_group(open_group), **IN_GROUP), OFFICE).findings == ()
    (put,) = plan_of(estate(HEALTHY, subnet_group=security_group(open_group)), OFFICE).actions
    assert isinstance(put, PutSecurityRule)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Estate, dict[str, frozenset[ResourceId]]]:
    """Make VMs in groups, all of them known, and rules that mix groups and addresses."""
    memberships = {f"10.1.0.{number}": frozenset(draw(st.sets(st.sampled_from(ASGS)))) for number in (4, 5, 6)}
    interfaces = [
        member(vm_named(f"vm-{number}"), address, *sorted(groups))
        for number, (address, groups) in enumerate(memberships.items(), start=1)
    ]
    rules = [
        rule(
            f"Rule{priority}",
            priority,
            draw(st.sampled_from(Direction)),
            draw(st.sampled_from(Access)),
            source=draw(PREFIXES),
            destination=draw(PREFIXES),
            source_application_security_group_ids=tuple(draw(GROUPS)),
            destination_application_security_group_ids=tuple(draw(GROUPS)),
        )
        for priority in range(100, 100 + draw(st.integers(0, 5)))
    ]
    machines = [machine(vm_named(f"vm-{number}")) for number in (1, 2, 3)]
    return estate(*machines, subnet_group=security_group(*rules), interfaces=interfaces), memberships


PREFIXES = st.sampled_from([(), (), ("10.1.0.5",), ("10.1.0.4/31",), ("20.1.0.0/25",), ("Storage",), ("*",)])
GROUPS = st.lists(st.sampled_from(ASGS), max_size=2, unique=True)


@given(worlds(), st.sampled_from(Direction), st.data())
def test_with_all_members_known_a_rule_decides_as_it_does_with_its_members_written_out(
    world: tuple[Estate, dict[str, frozenset[ResourceId]]], direction: Direction, data: st.DataObject
) -> None:
    here, memberships = world
    group = here.network_security_groups[NSG]
    local = data.draw(st.sampled_from(sorted(memberships)))
    remote = data.draw(st.sampled_from([*sorted(memberships), "20.1.0.7", "20.60.4.4", "203.0.113.9"]))
    (part,) = decide_traffic(here, Flow(direction, local, (remote,), 443, SUBNET), HERE).parts

    def written_out(one: SecurityRule) -> SecurityRule:
        def members(ids: tuple[ResourceId, ...]) -> tuple[str, ...]:
            return tuple(address for address, groups in memberships.items() if groups & set(ids))

        return replace(
            one,
            source_address_prefixes=(
                *one.source_address_prefixes,
                *members(one.source_application_security_group_ids),
            ),
            destination_address_prefixes=(
                *one.destination_address_prefixes,
                *members(one.destination_application_security_group_ids),
            ),
        )

    rules = [written_out(one) for one in (*group.security_rules, *group.default_security_rules)]
    decider = deciding_rule(
        rules, Connection(direction, local, remote, 443), Surroundings(("10.1.0.0/16",), SERVICE_TAGS)
    )
    assert decider is not None
    assert part.rule is not None
    assert (part.access, part.rule.name) == (decider.access, decider.name)


def test_everybody_is_let_in_by_a_rule_for_a_group_only_to_its_members() -> None:
    open_group = for_group(allow_in, "Everybody", 100, ASG, source="*", ports="6516")
    inside_group, outside = map(on_the_internet, (*IN_GROUP["interfaces"], interface()))
    inside = estate(HEALTHY, subnet_group=security_group(open_group), interfaces=[inside_group])
    assert reasons(plan_of(inside)) == [Reason.INBOUND_EXPOSED]
    assert reasons(plan_of(estate(HEALTHY, subnet_group=security_group(open_group), interfaces=[outside]))) == []
