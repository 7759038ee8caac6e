"""What NSGs do with a flow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.decide.traffic import Attachment, Flow, TrafficAccess, decide_traffic
from shared.model.estate import Estate, SecurityRule
from shared.model.resource_id import ResourceId
from tests.decide import certain_flow_cases, doubtful_flow_cases
from tests.decide.estates import NIC_NSG, NSG, SUBNET, deny_out, estate, interface_id, security_group
from tests.decide.flow_cases import ALLOWED, DENIED, FROM_OFFICE, PARTLY, ROUTED, TO_WAC, UNKNOWN, Case, case, judged

TO_ON_PREMISES = replace(TO_WAC, remote=("10.50.7.0/24",))
CASES = certain_flow_cases.CASES | doubtful_flow_cases.CASES


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


@pytest.mark.parametrize(
    ("names", "flow", "why"),
    [
        (("Storage", "CorpNetSaw"), TO_WAC, "the addresses of CorpNetSaw are not known"),
        (("VirtualNetwork", "CorpNetSaw"), TO_WAC, "the addresses of CorpNetSaw are not known"),
        (("CorpNetSaw", "10.9.0.0-10.9.0.9"), TO_ON_PREMISES, "10.9.0.0-10.9.0.9 is no prefix that could be read"),
    ],
)
def test_of_several_names_in_a_rule_the_one_is_told_that_there_is_doubt_about(
    names: tuple[str, ...], flow: Flow, why: str
) -> None:
    (part,) = judged(case(flow, deny_out(destination=names), access=UNKNOWN)).parts
    assert [doubt.why for doubt in part.doubts] == [why]


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
