"""The evaluator of sets against one that looks at one connection at a time."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from shared.decide.passage import judge_passage, judge_passages
from shared.decide.traffic import Attachment, Flow, decide_traffic
from shared.model.desired import Outrank
from shared.model.estate import Direction, NetworkSecurityGroup
from tests.decide.estates import NSG, SERVICE_TAGS, SUBNET, estate
from tests.decide.naive import Connection, Surroundings, deciding_rule
from tests.decide.strategies import security_groups

AROUND = Surroundings(("10.1.0.0/16",), SERVICE_TAGS)
REMOTES = {
    Direction.OUTBOUND: (("WindowsAdminCenter",), ("AzureActiveDirectory",), ("Storage",)),
    Direction.INBOUND: (("VirtualNetwork",), ("Internet",), ("203.0.113.0/24", "10.9.0.0/16"), ("*",)),
}


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    direction = draw(st.sampled_from(Direction))
    port = 443 if direction is Direction.OUTBOUND else draw(st.sampled_from([6516, 6600]))
    local = draw(st.sampled_from(["10.1.0.4", "10.1.0.5", "10.1.7.9"]))
    return Flow(direction, local, draw(st.sampled_from(REMOTES[direction])), port, SUBNET)


@given(security_groups(), flows(), st.data())
def test_every_part_is_decided_as_a_single_connection_of_it_is(
    group: NetworkSecurityGroup, flow: Flow, data: st.DataObject
) -> None:
    verdict = decide_traffic(estate(subnet_group=group), flow, (Attachment(NSG, SUBNET),))
    for part in verdict.parts:
        network = ip_network(data.draw(st.sampled_from(part.addresses.prefixes())))
        offset = data.draw(st.integers(0, network.num_addresses - 1))
        remote = str(ip_address(int(network.network_address) + offset))
        rules = (*group.security_rules, *group.default_security_rules)
        decider = deciding_rule(rules, Connection(flow.direction, flow.local, remote, flow.port), AROUND)
        assert decider is not None
        assert (part.access, part.rule) == (decider.access, decider)


@given(security_groups(), flows(), st.permutations(range(20)))
def test_parts_are_whole_disjoint_and_the_same_in_whatever_order_rules_come(
    group: NetworkSecurityGroup, flow: Flow, order: list[int]
) -> None:
    here = (Attachment(NSG, SUBNET),)
    verdict = decide_traffic(estate(subnet_group=group), flow, here)
    for number, part in enumerate(verdict.parts):
        for other in verdict.parts[number + 1 :]:
            assert not part.addresses & other.addresses
    rules = group.security_rules
    shuffled = tuple(rules[number] for number in order if number < len(rules))
    again = NetworkSecurityGroup(NSG, "westeurope", shuffled, group.default_security_rules[::-1])
    assert decide_traffic(estate(subnet_group=again), flow, here) == verdict


@given(security_groups(), flows())
def test_without_prefixes_the_evaluator_knows_less_but_nothing_else(group: NetworkSecurityGroup, flow: Flow) -> None:
    here = (Attachment(NSG, SUBNET),)
    known = decide_traffic(estate(subnet_group=group), flow, here)
    symbolic = decide_traffic(estate(subnet_group=group, service_tags={}), flow, here)
    certain = {part.access for part in symbolic.parts if part.access is not None}
    assert certain <= {part.access for part in known.parts}


@given(security_groups(), st.lists(flows(), max_size=6), st.sampled_from(Outrank))
def test_flows_judged_together_are_judged_as_each_by_itself(
    group: NetworkSecurityGroup, together: list[Flow], outrank: Outrank
) -> None:
    here = estate(subnet_group=group)
    alone = tuple(judge_passage(here, flow, group, outrank) for flow in together)
    assert judge_passages(here, together, group, outrank) == alone
