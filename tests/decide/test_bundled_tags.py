"""What the list of service tags that comes with the app is good for, where Azure's own can't be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.azure.bundled_service_tags import read_bundled_tags
from shared.decide.traffic import Attachment, Flow, TrafficAccess, decide_traffic
from shared.decide.verdict import PacketFlow, decide_flow
from shared.decide.verdict_sentences import describe_verdict
from shared.model.bundled_tags import BundledTags
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule
from tests.decide.estates import NSG, SUBNET, allow_out, deny_out, estate, security_group
from tests.decide.flow_cases import ALLOWED, DENIED, TO_SIGN_IN, TO_WAC, UNKNOWN
from tests.decide.strategies import security_groups

LIST = BundledTags(
    "2026-01-31",
    {"windowsadmincenter": ("20.1.0.0/24", "20.2.8.0/25"), "azureactivedirectory": ("20.190.128.0/18",)},
)
HERE = (Attachment(NSG, SUBNET),)
PART = deny_out("DenyPart", destination="20.1.0.0/16")


def without_tags(group: NetworkSecurityGroup) -> tuple[Estate, Estate]:
    """Give the estate with the bundled list in the tags' stead, and with nothing."""
    bare = estate(subnet_group=group, service_tags={})
    return replace(bare, bundled_tags=LIST), bare


@given(security_groups(), st.sampled_from([TO_WAC, TO_SIGN_IN]))
def test_it_makes_nothing_certain_that_is_unknown_without_it(group: NetworkSecurityGroup, flow: Flow) -> None:
    bundled, bare = without_tags(group)
    assert decide_traffic(bundled, flow, HERE).access is decide_traffic(bare, flow, HERE).access


@given(security_groups(), st.sampled_from([TO_WAC, TO_SIGN_IN]))
def test_of_what_it_lists_it_says_what_azures_own_list_would(group: NetworkSecurityGroup, flow: Flow) -> None:
    bundled, _ = without_tags(group)
    live = replace(bundled, service_tags=LIST.prefixes, bundled_tags=None)
    told = {part.access for part in decide_traffic(live, flow, HERE).parts}
    found = {part.access for part in decide_traffic(bundled, flow, HERE).parts if part.addresses.ranges}
    assert found <= told | {None}


def test_a_deny_of_listed_addresses_is_told_as_that_and_the_rest_as_unknown() -> None:
    bundled, _ = without_tags(security_group(PART))
    verdict = decide_traffic(bundled, TO_WAC, HERE)
    assert verdict.access is UNKNOWN
    parts = {part.addresses.prefixes(): part.access for part in verdict.parts}
    assert parts == {
        ("20.1.0.0/24",): Access.DENY,
        ("20.2.8.0/25",): Access.ALLOW,
        ("WindowsAdminCenter",): None,
    }


def test_whatever_rests_on_it_says_of_which_day_it_is() -> None:
    bundled, _ = without_tags(security_group(PART))
    flow = PacketFlow(
        Direction.OUTBOUND, ("10.1.0.4",), ("WindowsAdminCenter",), ("Tcp",), ("443",), subnet_id=SUBNET
    )
    sentence = describe_verdict(decide_flow(bundled, flow, HERE))
    assert (
        "the addresses of WindowsAdminCenter are not known: those bundled with the app are of 2026-01-31" in sentence
    )
    assert "Denied by rule DenyPart (priority 200)" in sentence


BY_TAG: dict[str, tuple[tuple[SecurityRule, ...], TrafficAccess]] = {
    "an allow by the tag's name": ((allow_out("Wac", 150, destination="WindowsAdminCenter"), deny_out()), ALLOWED),
    "a deny by the tag's name": ((deny_out(destination="windowsadmincenter"),), DENIED),
    "an allow of the other service": ((allow_out("In", 150, destination="AzureActiveDirectory"), deny_out()), DENIED),
    "a deny of everything in Azure": ((deny_out(destination="AzureCloud"),), DENIED),
}


@pytest.mark.parametrize(("rules", "access"), BY_TAG.values(), ids=BY_TAG.keys())
def test_rules_by_name_are_as_certain_as_they_were(rules: tuple[SecurityRule, ...], access: TrafficAccess) -> None:
    bundled, _ = without_tags(security_group(*rules))
    assert decide_traffic(bundled, TO_WAC, HERE).access is access


def test_azures_own_list_counts_where_it_was_read() -> None:
    here = replace(estate(subnet_group=security_group(deny_out(destination="20.2.8.0/25"))), bundled_tags=LIST)
    live = replace(here, service_tags={"windowsadmincenter": ("20.9.0.0/24",)})
    assert decide_traffic(live, TO_WAC, HERE).access is ALLOWED


def test_the_list_that_comes_with_the_app_has_both_services_and_its_day() -> None:
    tags = read_bundled_tags()
    assert date.fromisoformat(tags.as_of) > date(2024, 1, 1)
    assert set(tags.prefixes) == {"windowsadmincenter", "azureactivedirectory"}
    for prefixes in tags.prefixes.values():
        assert all(ip_network(prefix).is_global for prefix in prefixes)
        assert {ip_network(prefix).version for prefix in prefixes} == {4, 6}
