"""What is prepared for an observation is of that one alone, and is gone with it."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.once import Kept, Once
from shared.decide.traffic import Attachment, Flow, decide_traffic
from shared.decide.verdict import PacketFlow, decide_flow
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.estate import Estate, NetworkSecurityGroup
from shared.model.plan import Plan
from tests.decide.estates import (
    ENFORCED,
    NSG,
    SERVICE_TAGS,
    SUBNET,
    allow_in,
    deny_out,
    estate,
    extension,
    machine,
    security_group,
    vm_named,
)
from tests.decide.strategies import security_groups
from tests.decide.test_traffic_agrees import flows as needed_flows
from tests.decide.test_verdict_agrees import any_flow, places

MACHINES = tuple(vm_named(f"vm-{number}") for number in range(8))


def estate_number(number: int) -> Estate:
    """Make estates that differ in what a tag means, and in whom a rule singles out."""
    group = security_group(
        deny_out("DenyOne", 150, source=f"10.1.0.{4 + number % 8}", destination="WindowsAdminCenter"),
        deny_out(destination="AzureCloud" if number % 2 else "Internet"),
        allow_in("Office", 300, source="203.0.113.0/24", ports="6516"),
    )
    tags = {**SERVICE_TAGS, "windowsadmincenter": (f"20.1.{number}.0/24", f"20.2.0.{number}/32")}
    machines = (machine(one, extensions=(extension(vm=one),)) for one in MACHINES)
    return estate(*machines, subnet_group=group, service_tags=tags)


def decide(here: Estate) -> list[Plan]:
    """Decide on the NSG and on all VMs behind it."""
    plans = [decide_virtual_machine(here, one, ENFORCED) for one in MACHINES]
    return [decide_network_security_group(here, NSG, ENFORCED), *plans]


@given(places(), st.lists(any_flow, min_size=2, max_size=5))
def test_what_was_decided_before_changes_no_verdict(
    place: tuple[Estate, tuple[Attachment, ...], object], flows: list[PacketFlow]
) -> None:
    here, path, _ = place
    alone = [decide_flow(observed_again(here), flow, path) for flow in flows]
    assert [decide_flow(here, flow, path) for flow in flows] == alone


@given(security_groups(), st.lists(needed_flows(), min_size=2, max_size=8))
def test_nor_does_it_change_one_on_a_needed_flow(group: NetworkSecurityGroup, flows: list[Flow]) -> None:
    here, at = estate(subnet_group=group), (Attachment(NSG, SUBNET),)
    alone = [decide_traffic(observed_again(here), flow, at) for flow in flows]
    assert [decide_traffic(here, flow, at) for flow in flows] == alone


def observed_again(here: Estate) -> Estate:
    """Give an equal estate, for which nothing is prepared."""
    groups = {key: replace(group) for key, group in here.network_security_groups.items()}
    return replace(here, network_security_groups=groups)


@pytest.fixture
def hurried_threads() -> Iterator[None]:
    """Have threads interrupt each other wherever they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried_threads")
def test_decisions_in_many_threads_at_once_are_those_made_one_after_the_other() -> None:
    alone = [decide(estate_number(number)) for number in range(16)]
    shared = [estate_number(number) for number in range(16)]
    with ThreadPoolExecutor(8) as threads:
        # Each estate is decided on in three threads at once.
        together = list(threads.map(decide, shared * 3))
    assert together == alone * 3


def test_an_estate_that_was_decided_on_can_be_forgotten() -> None:
    here = estate_number(1)
    decide(here)
    things: list[Estate | NetworkSecurityGroup] = [here, *here.network_security_groups.values()]
    forgotten = [weakref.ref(one) for one in things]
    del here, things
    gc.collect()
    assert [one() for one in forgotten] == [None, None]


def test_what_is_worked_out_once_is_worked_out_anew_for_an_equal_estate() -> None:
    numbers = count()
    once = Once[Estate, int](lambda _: next(numbers))
    one = estate_number(1)
    other = observed_again(one)
    assert one == other
    assert [once(one), once(one), once(other), once(one)] == [0, 0, 1, 0]


def test_results_for_several_values_are_kept_until_they_are_too_many() -> None:
    numbers, kept = count(), Kept[int](most=2)
    one, other = list[int](), list[int]()

    def get(*values: object) -> int:
        return kept.get(lambda: next(numbers), *values)

    assert [get(one), get(other), get(one), get(other)] == [0, 1, 0, 1]
    assert [get(one, other), get(one, other)] == [2, 2]
    assert get(one) == 3
