"""What is said of any set of packets: the verdict, its sentence, and its trace."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given

from shared.decide.trace import IpFlow, MatchedRule, RuleTrace, trace_part, verify_ip_flow
from shared.decide.traffic import Attachment
from shared.decide.verdict import FlowVerdict, PacketFlow, decide_flow
from shared.decide.verdict_sentences import describe_verdict
from shared.model.estate import Access, Direction, Estate, SecurityRule
from tests.decide.estates import (
    NIC_NSG,
    NSG,
    SUBNET,
    allow_in,
    allow_out,
    deny_in,
    deny_out,
    estate,
    interface_id,
    security_group,
)
from tests.decide.flow_cases import ALLOWED, DENIED, PARTLY, ROUTED, UNKNOWN
from tests.decide.single_packets import Around
from tests.decide.test_verdict_agrees import any_flow, places

HERE = (Attachment(NSG, SUBNET),)
TO_WAC = PacketFlow(Direction.OUTBOUND, ("10.1.0.4",), ("WindowsAdminCenter",), ("Tcp",), ("443",), subnet_id=SUBNET)
TO_ADDRESS = replace(TO_WAC, remote=("20.1.0.9",))
TO_ALL = PacketFlow(Direction.OUTBOUND, ("10.1.0.4",), ("*",), subnet_id=SUBNET)
FROM_OFFICE = PacketFlow(Direction.INBOUND, ("10.1.0.4",), ("203.0.113.0/24",), ("Tcp",), ("6516",), subnet_id=SUBNET)
AT = "of nsg-web, on subnet web"
WAC = "Outbound TCP 443 from 10.1.0.4 to WindowsAdminCenter"
BY_DEFAULT = f"by default rule AllowInternetOutBound (priority 65001) {AT}"
ON_WEB = "nsg-web, on subnet web"


@dataclass(frozen=True)
class Case:
    flow: PacketFlow
    rules: tuple[SecurityRule, ...]
    access: Any
    sentence: str
    around: dict[str, Any] = field(default_factory=dict)


CASES = {
    "what one rule denies": Case(
        TO_WAC, (deny_out(),), DENIED, f"{WAC} is denied by rule DenyInternet (priority 200) {AT}."
    ),
    "what a default rule allows": Case(TO_WAC, (), ALLOWED, f"{WAC} is allowed {BY_DEFAULT}."),
    "a part of the addresses": Case(
        TO_WAC,
        (deny_out("DenyPart", 150, destination="20.2.8.0/25"),),
        PARTLY,
        f"{WAC} is partly denied. Denied by rule DenyPart (priority 150) {AT}: to 20.2.8.0/25."
        f" Allowed {BY_DEFAULT}: to 20.1.0.0/24.",
    ),
    "a part of the ports, towards the VM": Case(
        replace(FROM_OFFICE, ports=("6000-7000",)),
        (allow_in("Wac", 150, source="203.0.113.0/24", ports="6516", protocol="Tcp"),),
        PARTLY,
        "Inbound TCP 6000-7000 from 203.0.113.0/24 to 10.1.0.4 is partly denied."
        f" Denied by default rule DenyAllInBound (priority 65500) {AT}: port 6000-6515, 6517-7000."
        f" Allowed by rule Wac (priority 150) {AT}: port 6516.",
    ),
    "a part of the protocols": Case(
        replace(FROM_OFFICE, protocols=("*",), ports=("*",)),
        (allow_in("Ping", 150, protocol="Icmp"),),
        PARTLY,
        "Inbound traffic from 203.0.113.0/24 to 10.1.0.4 is partly denied."
        f" Denied by default rule DenyAllInBound (priority 65500) {AT}: TCP/UDP; ESP/AH."
        f" Allowed by rule Ping (priority 150) {AT}: ICMP.",
    ),
    "a part of the source ports": Case(
        TO_ADDRESS,
        (deny_out(source_port_ranges=("1-1023",)),),
        PARTLY,
        "Outbound TCP 443 from 10.1.0.4 to 20.1.0.9 is partly denied."
        f" Denied by rule DenyInternet (priority 200) {AT}: from port 1-1023."
        f" Allowed {BY_DEFAULT}: from port 1024-65535.",
    ),
    "what can't be told": Case(
        TO_WAC,
        (deny_out("Odd", 150, destination="*", protocol="Gre"),),
        UNKNOWN,
        f"Whether o{WAC[1:]} is allowed by {ON_WEB} can't be told: rule Odd (priority 150) may match or not, since"
        " Gre is no protocol that is known.",
    ),
    "what depends on the network's routes": Case(
        TO_WAC,
        (deny_out(),),
        UNKNOWN,
        f"Whether o{WAC[1:]} is allowed by {ON_WEB} can't be told: rule DenyInternet (priority 200) and default rule"
        " AllowVnetOutBound (priority 65000) may match or not, since route table to-firewall decides what"
        " VirtualNetwork and Internet mean there.",
        ROUTED,
    ),
    "what can't be told of a part": Case(
        TO_WAC,
        (deny_out("Odd", 150, destination="20.2.8.0/25", protocol="Gre"),),
        UNKNOWN,
        f"{WAC} can't be judged in full. What {ON_WEB} does can't be told, for rule Odd (priority 150) may match or"
        f" not, since Gre is no protocol that is known: to 20.2.8.0/25. Allowed {BY_DEFAULT}: to 20.1.0.0/24.",
    ),
    "ports of a protocol that has none": Case(
        replace(FROM_OFFICE, protocols=("Icmp",), ports=("*",)),
        (allow_in("Odd", 150, ports="8", protocol="Icmp"),),
        UNKNOWN,
        f"Whether inbound ICMP from 203.0.113.0/24 to 10.1.0.4 is allowed by {ON_WEB} can't be told: rule Odd"
        " (priority 150) may match or not, since it is for some ports only, and Icmp has none.",
    ),
    "ends of two IP families": Case(
        replace(TO_WAC, remote=("2001:db8::1",)),
        (),
        ALLOWED,
        "There is no such traffic: outbound TCP 443 from 10.1.0.4 to 2001:db8::1 has no two ends of the same IP"
        " family.",
    ),
    "many rules that decide": Case(
        replace(TO_ADDRESS, ports=("1-1000",)),
        tuple(deny_out(f"Deny{port}", 100 + port, ports=str(port)) for port in range(1, 8)),
        PARTLY,
        "Outbound TCP 1-1000 from 10.1.0.4 to 20.1.0.9 is partly denied. "
        + " ".join(f"Denied by rule Deny{port} (priority {100 + port}) {AT}: port {port}." for port in range(1, 6))
        + " And so on, by 3 more.",
    ),
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_a_sentence_says_what_becomes_of_a_flow_and_by_which_rule(one: Case) -> None:
    verdict = decide_flow(estate(subnet_group=security_group(*one.rules), **one.around), one.flow, HERE)
    assert (verdict.access, describe_verdict(verdict)) == (one.access, one.sentence)


def test_every_nsg_that_allows_is_named_and_of_those_that_deny_the_first() -> None:
    both = (Attachment(NIC_NSG, interface_id()), Attachment(NSG, SUBNET))
    on_interface = security_group(allow_out("Nic", 150), identity=NIC_NSG)
    allowed = estate(interface_group=on_interface, subnet_group=security_group(allow_out("Web", 160)))
    assert describe_verdict(decide_flow(allowed, TO_ADDRESS, both)) == (
        "Outbound TCP 443 from 10.1.0.4 to 20.1.0.9 is allowed by rule Nic (priority 150) of nsg-nic,"
        f" on network interface vm-1-nic and by rule Web (priority 160) {AT}."
    )
    denied = estate(interface_group=on_interface, subnet_group=security_group(deny_out()))
    assert describe_verdict(decide_flow(denied, TO_ADDRESS, both)) == (
        f"Outbound TCP 443 from 10.1.0.4 to 20.1.0.9 is denied by rule DenyInternet (priority 200) {AT}."
    )


def test_without_an_nsg_everything_is_allowed_and_one_that_was_not_read_is_no_open_one() -> None:
    assert describe_verdict(decide_flow(estate(), TO_ADDRESS, ())) == (
        "Outbound TCP 443 from 10.1.0.4 to 20.1.0.9 is allowed: it meets no network security group."
    )
    unread = decide_flow(estate(), TO_ADDRESS, HERE)
    assert unread.access is UNKNOWN
    assert "can't be told: nsg-web was not read" in describe_verdict(unread)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), IpFlow(Access.ALLOW, "defaultSecurityRules/AllowInternetOutBound")),
        ((deny_out(),), IpFlow(Access.DENY, "securityRules/DenyInternet")),
        ((deny_out(source_port_ranges=("1-9",)),), None),
        ((deny_out(protocol="Gre"),), None),
    ],
)
def test_a_verdict_that_one_rule_makes_is_told_as_ip_flow_verify_tells_it(
    rules: tuple[SecurityRule, ...], expected: IpFlow | None
) -> None:
    assert verify_ip_flow(decide_flow(estate(subnet_group=security_group(*rules)), TO_ADDRESS, HERE)) == expected


def test_a_trace_has_the_rules_up_to_the_one_that_decides_and_what_of_each_matched() -> None:
    rules = (
        allow_out("Dns", 100, ports="53", protocol="Udp", source_port_ranges=("53",)),
        deny_in("Not this way", 110),
        deny_out("Deny", 120, destination="20.1.0.0/24"),
        allow_out("Too late", 130),
    )
    here = estate(subnet_group=security_group(*rules))
    verdict = decide_flow(here, replace(TO_ADDRESS, source_ports=("50000",)), HERE)
    (part,) = verdict.parts
    (traced,) = trace_part(here, verdict, part).evaluated_network_security_groups
    assert (traced.network_security_group_id, traced.applied_to) == (str(NSG), str(SUBNET))
    assert traced.matched_rule == MatchedRule("UserRule_Deny", Access.DENY)
    assert traced.rules_evaluation_result == (
        RuleTrace(
            "UserRule_Dns",
            protocol_matched=False,
            source_matched=True,
            source_port_matched=False,
            destination_matched=True,
            destination_port_matched=False,
        ),
        RuleTrace("UserRule_Deny", *(True,) * 5),
    )


def test_a_trace_leaves_open_what_can_not_be_told() -> None:
    here = estate(subnet_group=security_group(deny_out()), **ROUTED)
    verdict = decide_flow(here, TO_WAC, HERE)
    (part,) = verdict.parts
    traced = trace_part(here, verdict, part)
    (group,) = traced.evaluated_network_security_groups
    assert (traced.security_rule_access_result, group.matched_rule) == (None, None)
    assert [(one.name, one.destination_matched) for one in group.rules_evaluation_result] == [
        ("UserRule_DenyInternet", None),
        ("DefaultRule_AllowVnetOutBound", None),
    ]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"protocols": ("Gre",)}, "'Gre' is no protocol; name one of Tcp, Udp, Icmp, Esp, Ah or *"),
        ({"ports": ("https",)}, "'https' is no port; name one such as 443, a range such as 400-500, or *"),
        ({"ports": ("500-400",)}, "'500-400' is no range of ports from 0 to 65535"),
        ({"source_ports": ("70000",)}, "'70000' is no range of ports from 0 to 65535"),
    ],
)
def test_what_is_no_protocol_or_port_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        decide_flow(estate(), replace(TO_ALL, **wrong), ())


@given(places(), any_flow)
def test_a_trace_tells_of_every_part_what_the_verdict_says(
    place: tuple[Estate, tuple[Attachment, ...], Sequence[Around]], flow: PacketFlow
) -> None:
    here, path, around = place
    verdict: FlowVerdict = decide_flow(here, flow, path)
    for part in verdict.parts[:5]:
        traced = trace_part(here, verdict, part)
        assert traced.security_rule_access_result is part.access
        for step, group in zip(part.steps, traced.evaluated_network_security_groups, strict=True):
            named = group.matched_rule
            assert (named is None) == (step.access is None)
            if step.rule and step.access and not step.doubts and len(around) == 1:
                assert named
                *passed_over, decider = group.rules_evaluation_result
                assert decider == RuleTrace(named.rule_name, *(True,) * 5)
                assert all(False in flags_of(one) for one in passed_over)


def flags_of(one: RuleTrace) -> tuple[bool | None, ...]:
    return (
        one.protocol_matched,
        one.source_matched,
        one.source_port_matched,
        one.destination_matched,
        one.destination_port_matched,
    )
