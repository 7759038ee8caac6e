"""Which rules of ours an NSG gets, and where they stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.outrank import MARKER
from shared.model.estate import Access, Direction
from shared.model.reason import Reason
from tests.decide import inbound_rule_cases, needless_rule_cases, outbound_rule_cases, standing_rule_cases
from tests.decide.applying import applied
from tests.decide.estates import NSG, deny_in, deny_out, machine, rule
from tests.decide.rule_cases import ALWAYS, FULL, LACKING, OFFICE, OUT, Case, deletes_of, on_port, puts_of

CASES = outbound_rule_cases.CASES | standing_rule_cases.CASES | inbound_rule_cases.CASES | needless_rule_cases.CASES


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_rules_of_ours_are_put_where_they_are_needed_and_nowhere_else(one: Case) -> None:
    plan = one.plan
    assert tuple(f"{put.name} {put.priority}" for put in puts_of(plan)) == one.puts
    assert deletes_of(plan) == one.deletes
    assert tuple(finding.reason for finding in plan.findings) == one.reasons
    assert one.said in " ".join(finding.message for finding in plan.findings)


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_once_they_are_there_nothing_more_is_to_do(one: Case) -> None:
    after = applied(one.estate, one.plan)
    again = decide_network_security_group(after, NSG, one.desired)
    assert again.actions == ()
    opened = {OUT, LACKING} if one.puts and not {FULL, Reason.TRAFFIC_UNKNOWN} & {*one.reasons} else set()
    assert not opened & {finding.reason for finding in again.findings}


def test_the_outbound_rules_are_microsofts_and_no_wider() -> None:
    service, sign_in = puts_of(Case((deny_out(),)).plan)
    for put, tag in ((service, "WindowsAdminCenter"), (sign_in, "AzureActiveDirectory")):
        assert (put.direction, put.access, put.protocol) == (Direction.OUTBOUND, Access.ALLOW, "Tcp")
        assert (put.source_address_prefixes, put.source_port_ranges) == (("*",), ("*",))
        assert (put.destination_address_prefixes, put.destination_port_ranges) == ((tag,), ("443",))
        assert put.description is not None
        assert put.description.startswith(MARKER)
        assert len(put.description) <= 140, "Azure takes no longer description"


def test_a_rule_for_no_vm_is_never_written() -> None:
    client = machine(os_name="Windows 11 Enterprise")
    for desired in (OFFICE, replace(ALWAYS, inbound_sources=("203.0.113.0/24",))):
        plan = Case((deny_out(), deny_in()), desired=desired, machines=(client,)).plan
        assert [finding.reason for finding in plan.findings] == [Reason.NO_ELIGIBLE_VM]
        assert plan.actions == ()


def test_one_rule_serves_all_vms_and_stands_ahead_of_all_their_denies() -> None:
    rules = (
        rule("DenyB", 300, Direction.OUTBOUND, Access.DENY, source="10.1.0.5", destination="Internet"),
        rule("DenyA", 200, Direction.OUTBOUND, Access.DENY, source="10.1.0.4", destination="Internet"),
    )
    plan = Case(rules, machines=(on_port("a", 6516), on_port("b", 6516))).plan
    assert [f"{put.name} {put.priority}" for put in puts_of(plan)] == [
        "PortForWACService 199",
        "PortForAADService 198",
    ]
    assert [finding.evidence["rule"] for finding in plan.findings] == ["DenyA", "DenyB", "DenyA", "DenyB"]


def test_what_one_deny_does_to_many_vms_is_one_finding() -> None:
    many = tuple(on_port(f"vm-{number:02}", 6516) for number in range(6))
    plan = Case((deny_out(),), machines=many).plan
    assert [finding.reason for finding in plan.findings] == [OUT, OUT]
    assert "The same goes for 10.1.0.5, 10.1.0.6, 10.1.0.7 and 2 more." in plan.findings[0].message
    assert plan.findings[0].evidence["addresses"] == [f"10.1.0.{number}" for number in range(4, 10)]
