"""What is not shown any more: VMs, whole subscriptions, and which of them are missing."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.omission import choose_swept, decide_omission, decide_round, find_vanished
from shared.model.reason import Reason, Status
from shared.model.resource_id import WHOLE_ESTATE, ResourceId, subscription_resource_id
from shared.model.sweep import LastRound, LastSweep
from tests.decide.crowds import HERE, LONG_AGO, crowd
from tests.decide.estates import (
    estate,
    machine,
    vm_named,
)


def seen_before(count: int) -> LastSweep:
    return LastSweep(LONG_AGO, tuple(vm_named(f"vm-{number:03}") for number in range(count)))


@pytest.mark.parametrize(
    ("before", "now", "is_doubted"),
    [(0, 1, False), (10, 10, False), (10, 9, False), (10, 8, True), (40, 36, False), (40, 35, True), (1, 0, True)],
)
def test_more_than_a_tenth_fewer_vms_are_looked_for(before: int, now: int, *, is_doubted: bool) -> None:
    here = crowd(0, now) if now else replace(crowd(0, 1), virtual_machines={})
    asked = find_vanished(here, seen_before(before))
    assert bool(asked) is is_doubted
    assert not set(asked) & set(here.virtual_machines)


def test_a_first_sweep_misses_nobody() -> None:
    assert find_vanished(crowd(0, 1), None) == ()


@given(before=st.integers(1, 400), now=st.integers(0, 40))
def test_those_who_are_looked_for_are_few_and_drawn_from_all(before: int, now: int) -> None:
    here = replace(crowd(0, 1), virtual_machines={vm_named(f"vm-{n:03}"): machine() for n in range(now)})
    asked = find_vanished(here, seen_before(before))
    assert len(asked) <= 20
    assert len(set(asked)) == len(asked)


def test_vms_are_missed_unless_each_that_is_looked_for_is_gone() -> None:
    one, other = vm_named("vm-1"), vm_named("vm-2")
    gone = replace(estate(), absent=frozenset({one, other}))
    assert decide_omission(gone, HERE, (one, other)) == ()
    half = replace(estate(), absent=frozenset({one}))
    (finding,) = decide_omission(half, HERE, (one, other))
    assert (finding.reason, finding.status) == (Reason.MACHINES_MISSING, Status.UNKNOWN)
    assert "vm-2" in finding.message
    forbidden = replace(estate(), unreadable={one: "AuthorizationFailed"})
    assert decide_omission(forbidden, HERE, (one,)) != ()


A, B, C = (subscription_resource_id(f"{digit * 8}-2222-3333-4444-555555555555") for digit in "abc")


ROUNDS: Mapping[str, tuple[set[ResourceId], set[ResourceId], LastRound | None, list[Reason]]] = {
    "a first round tells of nothing": ({A, B}, set(), None, []),
    "all are there that were": ({A, B}, set(), LastRound((A, B)), []),
    "one is not seen any more": ({A}, set(), LastRound((A, B)), [Reason.SUBSCRIPTION_MISSING]),
    "one is new": ({A, B}, set(), LastRound((A,)), [Reason.SUBSCRIPTION_APPEARED]),
    "one has gone and one is new": (
        {A, C},
        set(),
        LastRound((A, B)),
        [Reason.SUBSCRIPTION_MISSING, Reason.SUBSCRIPTION_APPEARED],
    ),
    "all that are named are there": ({A, B}, {A}, LastRound((A, B)), []),
    "a named one was never seen": ({A}, {A, B}, None, [Reason.SUBSCRIPTION_MISSING]),
    "none is seen at all": (set(), set(), None, [Reason.READ_FAILED]),
    "none was ever seen": (set(), set(), LastRound(()), [Reason.READ_FAILED]),
    "others than those named are nothing to tell of": ({A, C}, {A}, LastRound((A, B)), []),
}


@pytest.mark.parametrize("case", ROUNDS.values(), ids=ROUNDS.keys())
def test_a_round_tells_which_subscriptions_are_missing_and_which_are_new(
    case: tuple[set[ResourceId], set[ResourceId], LastRound | None, list[Reason]],
) -> None:
    seen, named, last, expected = case
    assert [one.reason for one in decide_round(WHOLE_ESTATE, seen, named, last)] == expected
    assert set(choose_swept(seen, named)) == (seen & named if named else seen)
