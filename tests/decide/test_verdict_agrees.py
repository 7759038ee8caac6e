"""The evaluator of sets of packets against one that walks single packets through the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.decide.addresses import Addresses, parse_prefix
from shared.decide.packets import PROTOCOLS, Packets, parse_ports, parse_protocol
from shared.decide.traffic import Attachment, decide_traffic
from shared.decide.verdict import FlowPart, PacketFlow, Step, decide_flow
from shared.model.estate import (
    Access,
    Direction,
    Estate,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    SecurityRule,
    VirtualNetwork,
)
from tests.decide.estates import (
    NETWORK,
    NIC_NSG,
    NSG,
    SERVICE_TAGS,
    SUBNET,
    estate,
    interface_id,
    rule,
    security_group,
    vm_named,
)
from tests.decide.flow_cases import ASG, ROUTES
from tests.decide.naive import Surroundings
from tests.decide.single_packets import HOST, Around, Neighbours, Packet, agreed_access, is_of, possible_deciders
from tests.decide.strategies import security_groups
from tests.decide.test_traffic_agrees import flows

SPACE = ("10.1.0.0/16", "fd00:1::/48")
NEIGHBOURS = Neighbours(SPACE, {"10.1.0.4": (), "10.1.0.5": (ASG,)})
PLAIN = Around(Surroundings(SPACE, SERVICE_TAGS), NEIGHBOURS)
# Where a route table is, VirtualNetwork may be every address: and Internet, its complement, none.
TUNNELLED = Around(Surroundings(("0.0.0.0/0", "::/0"), SERVICE_TAGS), NEIGHBOURS)
PATH = (Attachment(NIC_NSG, interface_id()), Attachment(NSG, SUBNET))

ADDRESSES = (
    *("10.1.0.4", "10.1.0.5", "10.1.0.255", "10.1.7.9", "10.9.0.1", "192.168.1.1", HOST, "127.0.0.1"),
    *("20.1.0.5", "20.1.0.200", "20.2.8.1", "20.190.130.1", "20.60.4.9", "203.0.113.7", "8.8.8.8", "100.64.0.1"),
    *("fd00:1::4", "fd00:1::5", "fd00:2::1", "2603:1000::1", "2001:db8::1", "fe80::1234:5678:9abc", "::1"),
)
PREFIXES = (
    *("10.1.0.0/24", "10.1.0.4", "10.1.0.0/16", "20.1.0.128/25", "20.0.0.0/8", "203.0.113.0/24", "8.8.8.8"),
    *("fd00:1::4", "fd00:1::/64", "2603:1000::/24", "::/0", "2001:db8::/32", "0.0.0.0/0", "*", HOST),
    *("VirtualNetwork", "INTERNET", "AzureLoadBalancer", "AzureCloud", "Storage", "storage.westeurope"),
)
PORTS = ("*", "443", "400-500", "6516", "6000-7000", "0-65535", "1-65535", "1024-65535", "80", "53")
SINGLE_PORTS = (1, 53, 80, 400, 443, 500, 501, 1024, 6516, 7000, 65535)

port_lists = st.lists(st.sampled_from(PORTS), min_size=1, max_size=2).map(tuple)
mostly_all_ports = st.just(("*",)) | port_lists
prefix_lists = st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=3).map(tuple)
# What the evaluator can't read, or does not know, is rare: else all would be unknown.
odd_prefixes = st.sampled_from([(), (), (), (), ("CorpNetPublic",)])
odd_ports = st.sampled_from([(), (), (), (), (), ("https",)])
groups = st.sampled_from([(), (), (), (), (ASG,)])
protocols = st.sampled_from(
    ["*", "*", "Tcp", "TCP", "tcp", "Udp", "UDP", "Icmp", "icmp", "Esp", "Ah", "Icmpv6", "Gre"]
)

any_flow = st.builds(
    PacketFlow,
    st.sampled_from(Direction),
    st.sampled_from([("10.1.0.4",), ("10.1.0.4", "fd00:1::4"), ("10.1.0.0/24",), ("*",), ("VirtualNetwork",)]),
    prefix_lists,
    st.sampled_from([("*",), ("Tcp",), ("TCP", "Udp"), ("Icmp",), ("Esp", "Ah", "Tcp"), ("udp",)]),
    st.sampled_from([("*",), ("443",), ("6000-7000", "443"), ("1-65535",)]),
    st.sampled_from([("*",), ("*",), ("1024-65535",), ("53",)]),
    st.just(SUBNET),
)
any_packet = st.builds(
    Packet,
    st.sampled_from([name.lower() for name in PROTOCOLS]),
    st.sampled_from(ADDRESSES),
    st.sampled_from(SINGLE_PORTS),
    st.sampled_from(ADDRESSES),
    st.sampled_from(SINGLE_PORTS),
)


@st.composite
def rules_of_every_form(draw: st.DrawFn) -> list[SecurityRule]:
    """Make rules of every form that Azure takes, and some of forms that nobody can read."""
    priorities = draw(st.lists(st.integers(100, 4096), max_size=6, unique=True))
    return [
        rule(
            f"Rule{priority}",
            priority,
            draw(st.sampled_from(Direction)),
            draw(st.sampled_from(Access)),
            source=draw(prefix_lists) + draw(odd_prefixes),
            destination=draw(prefix_lists) + draw(odd_prefixes),
            ports=draw(mostly_all_ports) + draw(odd_ports),
            protocol=draw(protocols),
            source_port_ranges=draw(mostly_all_ports),
            source_application_security_group_ids=draw(groups),
            destination_application_security_group_ids=draw(groups),
        )
        for priority in priorities
    ]


@st.composite
def places(draw: st.DrawFn) -> tuple[Estate, tuple[Attachment, ...], Sequence[Around]]:
    """Make a VM behind an NSG on its subnet, its network interface, both or neither, with or without own routes."""
    path = draw(st.sampled_from([PATH, PATH[::-1], PATH[:1], PATH[1:], ()]))
    is_routed = draw(st.booleans())
    member = IpConfiguration("10.1.0.5", SUBNET, application_security_group_ids=(ASG,))
    made = estate(
        subnet_group=security_group(*draw(rules_of_every_form())),
        interface_group=security_group(*draw(rules_of_every_form()), identity=NIC_NSG),
        interfaces=(NetworkInterface(interface_id(vm_named("vm-2")), (member,)),),
        network=VirtualNetwork(NETWORK, SPACE),
        route_table=ROUTES if is_routed else None,
    )
    return made, path, (PLAIN, TUNNELLED) if is_routed else (PLAIN,)


def box_of(packet: Packet) -> Packets:
    has_ports = packet.protocol in ("tcp", "udp")
    return Packets(
        parse_protocol(packet.protocol),
        parse_ports(str(packet.source_port)) if has_ports else parse_ports("*"),
        parse_ports(str(packet.destination_port)) if has_ports else parse_ports("*"),
        parse_prefix(packet.source),
        parse_prefix(packet.destination),
    )


def holds(part: FlowPart, packet: Packet) -> bool:
    return all(some.covers(one) for some, one in zip(part.packets, box_of(packet), strict=True))


def drawn_from(data: st.DataObject, packets: Packets) -> Packet:
    """Draw a packet from a box, most often one at the end of some range."""

    def number(some: Addresses) -> int:
        low, high = data.draw(st.sampled_from(some.ranges))
        return data.draw(st.sampled_from([low, high]) | st.integers(low, high))

    def address(some: Addresses) -> str:
        network = ip_network(data.draw(st.sampled_from(some.prefixes()[:50])))
        last = network.num_addresses - 1
        return str(ip_address(network[data.draw(st.sampled_from([0, last]) | st.integers(0, last))]))

    return Packet(
        PROTOCOLS[number(packets.protocols)].lower(),
        address(packets.sources),
        number(packets.source_ports),
        address(packets.destinations),
        number(packets.destination_ports),
    )


def assert_decided(here: Estate, part: FlowPart, packet: Packet, around: Sequence[Around], way: Any) -> None:
    for step in part.steps:
        group = here.network_security_groups[step.at.group_id]
        deciders = possible_deciders((*group.security_rules, *group.default_security_rules), way, packet, around)
        assert step.access == agreed_access(deciders)
        assert rules_of(step) == deciders


def rules_of(step: Step) -> set[SecurityRule | None]:
    return {step.rule, *(doubt.rule for doubt in step.doubts)}


@given(places(), any_flow, st.lists(any_packet, min_size=10, max_size=20))
def test_every_packet_of_a_flow_is_in_one_part_which_says_what_becomes_of_it(
    place: tuple[Estate, tuple[Attachment, ...], Sequence[Around]], flow: PacketFlow, packets: list[Packet]
) -> None:
    here, path, around = place
    verdict = decide_flow(here, flow, path)
    for packet in packets:
        parts = [part for part in verdict.parts if holds(part, packet)]
        assert len(parts) == is_of(packet, flow, PLAIN), packet
        for part in parts:
            assert [step.at for step in part.steps] == list(path)
            assert_decided(here, part, packet, around, flow.direction)


@given(places(), any_flow, st.data())
def test_every_packet_of_a_part_is_the_flows_and_decided_by_the_parts_rules(
    place: tuple[Estate, tuple[Attachment, ...], Sequence[Around]], flow: PacketFlow, data: st.DataObject
) -> None:
    here, path, around = place
    verdict = decide_flow(here, flow, path)
    for part in verdict.parts[:20]:
        packet = drawn_from(data, part.packets)
        assert is_of(packet, flow, PLAIN)
        assert_decided(here, part, packet, around, flow.direction)


@given(places(), any_flow)
def test_parts_share_no_packet_and_a_verdict_is_the_same_in_whatever_order_rules_come(
    place: tuple[Estate, tuple[Attachment, ...], Sequence[Around]], flow: PacketFlow
) -> None:
    here, path, _ = place
    verdict = decide_flow(here, flow, path)
    for number, part in enumerate(verdict.parts):
        for other in verdict.parts[number + 1 :]:
            assert not all(one & two for one, two in zip(part.packets, other.packets, strict=True))
    turned = {
        group.id: replace(group, security_rules=group.security_rules[::-1])
        for group in here.network_security_groups.values()
    }
    assert decide_flow(replace(here, network_security_groups=turned), flow, path) == verdict


@given(security_groups(), flows())
def test_a_needed_flow_is_judged_as_the_decisions_of_every_day_judge_it(
    group: NetworkSecurityGroup, flow: Any
) -> None:
    here, at = estate(subnet_group=group), (Attachment(NSG, SUBNET),)
    known = decide_traffic(here, flow, at)
    packets = PacketFlow(flow.direction, (flow.local,), flow.remote, ("Tcp",), (str(flow.port),), subnet_id=SUBNET)
    verdict = decide_flow(here, packets, at)
    assert verdict.access is known.access
    assert {(part.access, part.rule) for part in known.parts} == {
        (step.access, step.rule) for part in verdict.parts for step in part.steps
    }
