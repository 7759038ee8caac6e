"""Whom inbound rules of ours let in, and to which VMs."""

from __future__ import annotations

from dataclasses import replace

from shared.model.estate import Access, Direction
from shared.model.plan import PutSecurityRule
from tests.decide.estates import ENFORCED
from tests.decide.rule_cases import FOUR, IN, LACKING, OFFICE, Case, on_port, ours_in, puts_of


def test_inbound_rules_are_one_per_port_from_the_named_sources_to_the_vms_that_have_it() -> None:
    first, second = puts_of(Case((), desired=OFFICE, machines=FOUR).plan)
    assert (first.name, first.destination_port_ranges) == ("PortForWAC", ("6516",))
    assert first.destination_address_prefixes == ("10.1.0.4", "10.1.0.6")
    assert (second.name, second.destination_port_ranges) == ("PortForWAC-6600", ("6600",))
    assert second.destination_address_prefixes == ("10.1.0.5", "10.1.0.7")
    for put in (first, second):
        assert (put.direction, put.access, put.protocol) == (Direction.INBOUND, Access.ALLOW, "Tcp")
        assert (put.source_address_prefixes, put.source_port_ranges) == (("203.0.113.0/24",), ("*",))


def test_addresses_are_sorted_as_numbers() -> None:
    many = tuple(on_port(f"vm-{number:02}", None) for number in range(9))
    (put,) = puts_of(Case((), desired=OFFICE, machines=many).plan)
    assert put.destination_address_prefixes[-3:] == ("10.1.0.10", "10.1.0.11", "10.1.0.12")


def test_a_service_tag_among_the_sources_gets_a_rule_of_its_own() -> None:
    desired = replace(ENFORCED, inbound_sources=("203.0.113.0/24", "Storage.WestEurope", "198.51.100.7"))
    first, second = puts_of(Case((), desired=desired).plan)
    assert (first.name, first.source_address_prefixes) == ("PortForWAC", ("203.0.113.0/24", "198.51.100.7"))
    assert (second.name, second.source_address_prefixes) == (
        "PortForWAC-6516-Storage.WestEurope",
        ("Storage.WestEurope",),
    )


def test_sources_of_another_ip_family_than_the_vms_get_no_rule() -> None:
    mixed = replace(ENFORCED, inbound_sources=("2001:db8::/32", "203.0.113.0/24"))
    (put,) = puts_of(Case((), desired=mixed).plan)
    assert put.source_address_prefixes == ("203.0.113.0/24",)
    assert Case((), desired=replace(ENFORCED, inbound_sources=("2001:db8::/32",))).plan.actions == ()


def test_the_internet_is_let_in_only_where_a_setting_says_so_in_as_many_words() -> None:
    named = replace(ENFORCED, inbound_sources=("Internet",))
    (put,) = puts_of(Case((), desired=named).plan)
    assert put.source_address_prefixes == ("Internet",)


def test_a_vm_that_comes_or_goes_changes_the_rule_where_it_stands() -> None:
    old = ours_in(priority=4000)
    grown = Case((old,), desired=OFFICE, machines=(on_port("a", 6516), on_port("b", 6516)))
    (put,) = grown.plan.actions
    assert isinstance(put, PutSecurityRule)
    assert put.existing == old
    assert (put.desired.priority, put.desired.destination_address_prefixes) == (4000, ("10.1.0.4", "10.1.0.5"))
    assert [finding.reason for finding in grown.plan.findings] == [IN]

    shrunk = Case((ours_in(destination=("10.1.0.4", "10.1.0.5")),), desired=OFFICE).plan
    assert puts_of(shrunk)[0].destination_address_prefixes == ("10.1.0.4",)
    assert [finding.reason for finding in shrunk.findings] == [LACKING]


def test_a_rule_keeps_its_name_when_the_ports_change_around_it() -> None:
    rules = (ours_in(), ours_in("PortForWAC-6600", 4095, ports="6600", destination="10.1.0.5"))
    assert Case(rules, desired=OFFICE, machines=FOUR[:2]).plan.actions == ()
    (put,) = puts_of(Case(rules[1:], desired=OFFICE, machines=FOUR[:2]).plan)
    assert (put.name, put.destination_port_ranges) == ("PortForWAC", ("6516",))


def test_a_rule_is_known_by_its_port_before_its_name() -> None:
    rules = (ours_in("PortForWAC-6600", ports="6600", destination="10.1.0.4"),)
    assert Case(rules, desired=OFFICE, machines=FOUR[1:2]).plan.actions == ()


def test_our_rule_for_a_port_that_nobody_has_any_more_is_taken_for_the_new_one() -> None:
    (put,) = Case((ours_in(),), desired=OFFICE, machines=(on_port("a", 6600),)).plan.actions
    assert isinstance(put, PutSecurityRule)
    assert put.existing == ours_in()
    assert put.desired.destination_port_ranges == ("6600",)
