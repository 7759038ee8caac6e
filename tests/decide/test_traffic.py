"""What NSGs do with a flow, told case by case."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.decide.traffic import Attachment, Flow, TrafficAccess, Verdict, decide_traffic
from shared.model.estate import Direction, Estate, SecurityRule, VirtualNetwork
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    GROUP,
    NETWORK,
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

ALLOWED, DENIED, PARTLY, UNKNOWN = TrafficAccess
ROUTES = ResourceId(f"{GROUP}/providers/Microsoft.Network/routeTables/to-firewall")
ASG = ResourceId(f"{GROUP}/providers/Microsoft.Network/applicationSecurityGroups/web")
TO_WAC = Flow(Direction.OUTBOUND, "10.1.0.4", ("WindowsAdminCenter",), 443, SUBNET)
TO_SIGN_IN = replace(TO_WAC, remote=("AzureActiveDirectory",))
FROM_NETWORK = Flow(Direction.INBOUND, "10.1.0.4", ("VirtualNetwork",), 6516, SUBNET)
FROM_INTERNET = replace(FROM_NETWORK, remote=("Internet",))
FROM_OFFICE = replace(FROM_NETWORK, remote=("203.0.113.0/24",))

NO_TAGS: dict[str, Any] = {"service_tags": {}}
ROUTED: dict[str, Any] = {"route_table": ROUTES}
GATEWAY: dict[str, Any] = {"network": VirtualNetwork(NETWORK, ("10.1.0.0/16",), has_gateway=True)}
PEERED: dict[str, Any] = {"network": VirtualNetwork(NETWORK, ("10.1.0.0/16",), ("10.9.0.0/16",))}


@dataclass(frozen=True)
class Case:
    flow: Flow
    rules: tuple[SecurityRule, ...]
    access: TrafficAccess
    deciders: tuple[str, ...] = ()
    around: dict[str, Any] = field(default_factory=dict)


def case(flow: Flow, *rules: SecurityRule, access: TrafficAccess, by: str = "", **around: Any) -> Case:
    return Case(flow, rules, access, tuple(by.split()), around)


def judged(one: Case) -> Verdict:
    here = estate(subnet_group=security_group(*one.rules), **one.around)
    return decide_traffic(here, one.flow, (Attachment(NSG, SUBNET),))


CASES = {
    "default rules let a VM reach the service": case(TO_WAC, access=ALLOWED, by="AllowInternetOutBound"),
    "default rules let the network in": case(FROM_NETWORK, access=ALLOWED, by="AllowVnetInBound"),
    "default rules keep the internet out": case(FROM_INTERNET, access=DENIED, by="DenyAllInBound"),
    "a deny of the internet denies the service": case(TO_WAC, deny_out(), access=DENIED, by="DenyInternet"),
    "a deny of everything denies the service": case(
        TO_WAC, deny_out(destination="*"), access=DENIED, by="DenyInternet"
    ),
    "a deny of 0.0.0.0/0 denies the service": case(
        TO_WAC, deny_out(destination="0.0.0.0/0"), access=DENIED, by="DenyInternet"
    ),
    "a deny of ::/0 does not touch traffic from an IPv4 address": case(
        TO_WAC, deny_out(destination="::/0"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a deny of AzureCloud denies the service": case(
        TO_WAC, deny_out(destination="AzureCloud"), access=DENIED, by="DenyInternet"
    ),
    "tags are known whatever their case": case(
        TO_WAC, deny_out(destination="INTERNET"), access=DENIED, by="DenyInternet"
    ),
    "a deny of another service leaves this one alone": case(
        TO_WAC, deny_out(destination="Storage"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "the lower number decides": case(
        TO_WAC, deny_out(), allow_out("Wac", 150, destination="WindowsAdminCenter"), access=ALLOWED, by="Wac"
    ),
    "an allow after the deny has no effect": case(
        TO_WAC,
        deny_out(),
        allow_out("Wac", 250, destination="WindowsAdminCenter"),
        access=DENIED,
        by="DenyInternet",
    ),
    "a rule for another port does not match": case(
        TO_WAC, deny_out(ports="80"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a rule whose range of ports holds 443 matches": case(
        TO_WAC, deny_out(ports=("80", "400-500")), access=DENIED, by="DenyInternet"
    ),
    "a rule for UDP does not match": case(
        TO_WAC, deny_out(protocol="Udp"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a rule for ICMP does not match": case(
        TO_WAC, deny_out(protocol="ICMP"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a rule for TCP matches in any case": case(TO_WAC, deny_out(protocol="tcp"), access=DENIED, by="DenyInternet"),
    "a rule for another private address does not match": case(
        TO_WAC, deny_out(source="10.1.0.5"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a rule for the network as source matches a VM in it": case(
        TO_WAC, deny_out(source="VirtualNetwork"), access=DENIED, by="DenyInternet"
    ),
    "a deny of some of the service's prefixes denies that part": case(
        TO_WAC, deny_out(destination="20.2.8.0/24"), access=PARTLY, by="DenyInternet AllowInternetOutBound"
    ),
    "several prefixes of one rule all count": case(
        TO_WAC, deny_out(destination=("20.1.0.0/24", "20.2.8.0/25")), access=DENIED, by="DenyInternet"
    ),
    "an inbound rule says nothing of outbound traffic": case(
        TO_WAC, deny_in(priority=100), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "peered networks belong to VirtualNetwork": case(
        replace(FROM_NETWORK, remote=("10.9.3.0/24",)), access=ALLOWED, by="AllowVnetInBound", **PEERED
    ),
    "other private networks belong neither to VirtualNetwork nor to Internet": case(
        replace(FROM_NETWORK, remote=("10.9.3.0/24",)),
        allow_in("FromInternet", 100, source="Internet"),
        access=DENIED,
        by="DenyAllInBound",
    ),
    "the host's address belongs to VirtualNetwork": case(
        replace(FROM_NETWORK, remote=("168.63.129.16",)),
        deny_in(source="AzureLoadBalancer"),
        access=DENIED,
        by="DenyAllIn",
    ),
    "denying the network's own prefix keeps all of the network out": case(
        FROM_NETWORK, deny_in(source="10.1.0.0/16"), access=DENIED, by="DenyAllIn"
    ),
    "without prefixes, a deny of the internet denies the service": case(
        TO_WAC, deny_out(), access=DENIED, by="DenyInternet", **NO_TAGS
    ),
    "without prefixes, a deny of AzureCloud denies the service": case(
        TO_WAC, deny_out(destination="AzureCloud"), access=DENIED, by="DenyInternet", **NO_TAGS
    ),
    "without prefixes, a tag is itself": case(
        TO_WAC,
        deny_out(),
        allow_out("Wac", 150, destination="windowsadmincenter"),
        access=ALLOWED,
        by="Wac",
        **NO_TAGS,
    ),
    "without prefixes, the two services are still two": case(
        TO_SIGN_IN,
        allow_out("Wac", 150, destination="WindowsAdminCenter"),
        deny_out(),
        access=DENIED,
        by="DenyInternet",
        **NO_TAGS,
    ),
    "so they are where the prefixes of one of them are known": case(
        TO_WAC,
        allow_out("SignIn", 150, destination="AzureActiveDirectory"),
        deny_out(),
        access=DENIED,
        by="DenyInternet",
        service_tags={"windowsadmincenter": ("20.1.0.0/24",)},
    ),
    "without prefixes, a private prefix is surely not the service": case(
        TO_WAC, deny_out(destination="10.0.0.0/8"), access=ALLOWED, by="AllowInternetOutBound", **NO_TAGS
    ),
    "without prefixes, a deny of some public addresses may be of the service": case(
        TO_WAC, deny_out(destination="20.0.0.0/8"), access=UNKNOWN, **NO_TAGS
    ),
    "without prefixes, a deny of a tag that may hold the service can't be told": case(
        TO_WAC, deny_out(destination="AzureCloud.WestEurope"), access=UNKNOWN, **NO_TAGS
    ),
    "so it may where routes of one's own decide what the tags mean": case(
        TO_WAC,
        deny_out("DenyPart", 150, destination="20.0.0.0/8"),
        allow_out("All", 160),
        access=UNKNOWN,
        **NO_TAGS,
        **ROUTED,
    ),
    "a doubtful allow before an allow changes nothing": case(
        TO_WAC,
        allow_out("Region", 150, destination="AzureCloud.WestEurope"),
        access=ALLOWED,
        by="AllowInternetOutBound",
        **NO_TAGS,
    ),
    "a doubtful deny before a deny changes nothing": case(
        TO_WAC,
        deny_out("Region", 150, destination="AzureCloud.WestEurope"),
        deny_out(),
        access=DENIED,
        by="DenyInternet",
        **NO_TAGS,
    ),
    "a doubtful allow before a deny can't be told": case(
        TO_WAC, allow_out("Region", 150, destination="AzureCloud.WestEurope"), deny_out(), access=UNKNOWN, **NO_TAGS
    ),
    "a regional tag's prefixes are used where they are known": case(
        replace(TO_WAC, remote=("Storage",)),
        deny_out(destination="Storage.WestEurope"),
        access=PARTLY,
        by="DenyInternet AllowInternetOutBound",
    ),
    "a tag that nobody knows may be anything public": case(
        TO_WAC, deny_out(destination="CorpNetPublic"), access=UNKNOWN
    ),
    "what is no prefix at all may be anything": case(TO_WAC, deny_out(destination="111"), access=UNKNOWN),
    "a rule for some source ports may match": case(
        TO_WAC, deny_out(source_port_ranges=("1024-2048",)), access=UNKNOWN
    ),
    "a rule for all source ports by number matches": case(
        TO_WAC, deny_out(source_port_ranges=("0-65535",)), access=DENIED, by="DenyInternet"
    ),
    "a rule from an application security group may be for this VM": case(
        TO_WAC, deny_out(source=(), source_application_security_group_ids=(ASG,)), access=UNKNOWN
    ),
    "a rule towards an application security group never concerns a public service": case(
        TO_WAC,
        deny_out(destination=(), destination_application_security_group_ids=(ASG,)),
        access=ALLOWED,
        by="AllowInternetOutBound",
    ),
    "an inbound rule for an application security group may be for this VM": case(
        FROM_NETWORK, deny_in(destination=(), destination_application_security_group_ids=(ASG,)), access=UNKNOWN
    ),
    "a rule for another port is no matter, whatever group it is for": case(
        FROM_NETWORK,
        deny_in(destination=(), destination_application_security_group_ids=(ASG,), ports="443"),
        access=ALLOWED,
        by="AllowVnetInBound",
    ),
    "a protocol that nobody knows may be TCP": case(TO_WAC, deny_out(protocol="Quic"), access=UNKNOWN),
    "a port that can't be read may be any": case(TO_WAC, deny_out(ports="https"), access=UNKNOWN),
    "with routes of one's own, default rules still let a VM out, for both readings do": case(
        TO_WAC, access=ALLOWED, by="AllowInternetOutBound", **ROUTED
    ),
    "with routes of one's own, a deny of everything still denies": case(
        TO_WAC, deny_out(destination="*"), access=DENIED, by="DenyInternet", **ROUTED
    ),
    "with routes of one's own, a deny of Internet can't be told": case(TO_WAC, deny_out(), access=UNKNOWN, **ROUTED),
    "nor can it where the prefixes are not known either": case(
        TO_WAC, deny_out(), access=UNKNOWN, **ROUTED, **NO_TAGS
    ),
    "with routes of one's own, a deny of VirtualNetwork can't be told": case(
        TO_WAC, deny_out(destination="VirtualNetwork"), access=UNKNOWN, **ROUTED
    ),
    "with a gateway, a deny of Internet can't be told": case(TO_WAC, deny_out(), access=UNKNOWN, **GATEWAY),
    "with a gateway, the known network is VirtualNetwork for certain": case(
        FROM_NETWORK, deny_in(source="VirtualNetwork"), access=DENIED, by="DenyAllIn", **GATEWAY
    ),
    "with a gateway, callers from elsewhere may come through it": case(FROM_OFFICE, access=UNKNOWN, **GATEWAY),
    "where the network was not read, what holds for both readings holds": case(
        TO_WAC, deny_out(destination="AzureCloud"), access=DENIED, by="DenyInternet", virtual_networks={}
    ),
    "where the network was not read, its tags can't be told": case(
        TO_WAC, deny_out(), access=UNKNOWN, virtual_networks={}
    ),
    "callers of another IP family make no flow": case(
        replace(FROM_OFFICE, remote=("2001:db8::/32",)), deny_in(), access=ALLOWED
    ),
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_an_nsg_is_judged_by_its_effect(one: Case) -> None:
    verdict = judged(one)
    assert verdict.access is one.access
    if one.access is not UNKNOWN:
        assert tuple(part.rule.name for part in verdict.parts if part.rule) == one.deciders


def test_a_doubt_names_its_rule_and_why() -> None:
    (part,) = judged(case(TO_WAC, deny_out(), access=UNKNOWN, **ROUTED)).parts
    names = [rule.name for rule in part.rules]
    assert "DenyInternet" in names
    assert any("to-firewall" in doubt.why for doubt in part.doubts)


BOTH = (Attachment(NIC_NSG, interface_id()), Attachment(NSG, SUBNET))


def between(on_interface: SecurityRule | None, on_subnet: SecurityRule | None) -> Estate:
    return estate(
        interface_group=security_group(*filter(None, [on_interface]), identity=NIC_NSG),
        subnet_group=security_group(*filter(None, [on_subnet])),
    )


@pytest.mark.parametrize(
    ("on_interface", "on_subnet", "access", "at"),
    [
        (None, None, ALLOWED, [NSG]),
        (deny_out(), None, DENIED, [NIC_NSG]),
        (None, deny_out(), DENIED, [NSG]),
        (deny_out(), deny_out(), DENIED, [NIC_NSG]),
        (deny_out(destination="20.1.0.0/24"), deny_out(destination="20.2.8.0/25"), DENIED, [NIC_NSG, NSG]),
        (deny_out(destination="20.1.0.0/24"), None, PARTLY, [NIC_NSG, NSG]),
        (deny_out(destination="CorpNetSaw"), None, UNKNOWN, [NIC_NSG]),
        (deny_out(destination="CorpNetSaw"), deny_out(), DENIED, [NSG]),
        (deny_out(), deny_out(destination="CorpNetSaw"), DENIED, [NIC_NSG]),
    ],
)
def test_both_nsgs_must_allow_and_the_first_to_deny_is_named(
    on_interface: SecurityRule | None,
    on_subnet: SecurityRule | None,
    access: TrafficAccess,
    at: list[ResourceId],
) -> None:
    verdict = decide_traffic(between(on_interface, on_subnet), TO_WAC, BOTH)
    assert verdict.access is access
    assert [part.at.group_id for part in verdict.parts if part.at] == at


def test_every_nsg_is_also_judged_by_itself() -> None:
    verdict = decide_traffic(between(deny_out("One"), deny_out("Two")), TO_WAC, BOTH)
    assert [part.rule.name for parts in verdict.by_group for part in parts if part.rule] == ["One", "Two"]


def test_without_any_nsg_everything_is_allowed() -> None:
    verdict = decide_traffic(estate(), TO_WAC, ())
    assert verdict.access is ALLOWED
    assert [part.at for part in verdict.parts] == [None]


def test_an_nsg_that_was_not_read_is_never_taken_for_an_open_one() -> None:
    assert decide_traffic(estate(), TO_WAC, (Attachment(NSG, SUBNET),)).access is UNKNOWN


def test_an_nsg_without_default_rules_is_not_guessed_at() -> None:
    here = estate(subnet_group=replace(security_group(), default_security_rules=()))
    assert decide_traffic(here, TO_WAC, (Attachment(NSG, SUBNET),)).access is UNKNOWN


def test_a_flow_reads_as_people_say_it() -> None:
    assert str(TO_WAC) == "Outbound TCP 443 from 10.1.0.4 to WindowsAdminCenter"
    assert str(FROM_OFFICE) == "Inbound TCP 6516 from 203.0.113.0/24 to 10.1.0.4"
