"""When a subject is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.decide.looks import decide_look, decide_retry
from shared.model.desired import DesiredState
from shared.model.plan import Action, ActionResult, Finding, Outcome, Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.actions import DELETE_EXTENSION, DELETE_RULE, PATCH, PUT_EXTENSION, PUT_RULE, REFRESH
from tests.decide.estates import AUDITED, ENFORCED, NSG, OBSERVED_AT, VM

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def plan(*reasons: Reason, checks: tuple[ResourceId, ...] = ()) -> Plan:
    return Plan(VM, tuple(Finding(VM, reason, "") for reason in reasons), (), checks)


def looks(asked: Plan, desired: DesiredState = ENFORCED) -> list[timedelta | None]:
    return [decide_look(asked, (), desired, attempt) for attempt in range(13)]


@pytest.mark.parametrize(
    ("reason", "minutes"),
    [
        (Reason.AGENT_NOT_READY, [1, 2, 4, 8, 16, 30, 30]),
        (Reason.VM_NOT_PROVISIONED, [1, 2, 4, 8, 16, 30, 30]),
        (Reason.EXTENSION_INSTALLING, [15, 30, 60, 60]),
        (Reason.EXTENSION_DELETING, [2, 4, 8, 16, 32, 60, 60]),
        (Reason.GATEWAY_SETTLING, [2, 4, 8, 16, 32, 60, 60]),
    ],
)
def test_what_is_on_its_way_is_looked_at_ever_less_often_and_a_dozen_times_at_most(
    reason: Reason, minutes: list[int]
) -> None:
    waits = looks(plan(reason))
    assert waits[: len(minutes)] == [number * MINUTE for number in minutes]
    assert None not in waits[:12]
    assert waits[12] is None


def test_of_several_reasons_the_soonest_counts() -> None:
    assert decide_look(plan(Reason.EXTENSION_INSTALLING, Reason.AGENT_NOT_READY), (), ENFORCED, 0) == MINUTE


@pytest.mark.parametrize(
    "reason",
    [Reason.VM_STOPPED, Reason.EXTENSION_MISSING, Reason.READ_FAILED, Reason.INBOUND_EXPOSED, Reason.EXCLUDED],
)
def test_what_an_event_or_a_person_ends_is_not_looked_at_again(reason: Reason) -> None:
    assert decide_look(plan(reason), (), ENFORCED, 0) is None


def test_a_vm_whose_network_is_about_to_be_opened_is_looked_at_in_case_nobody_brings_it_back() -> None:
    waits = looks(plan(Reason.EXTENSION_MISSING, Reason.OUTBOUND_DENIED, checks=(NSG,)))
    assert waits[:4] == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR]
    assert waits[12] is None


@pytest.mark.parametrize(
    ("asked", "desired"),
    [
        (plan(Reason.OUTBOUND_DENIED, checks=(NSG,)), AUDITED),
        (plan(Reason.OUTBOUND_DENIED), ENFORCED),
        (plan(Reason.INBOUND_DENIED, checks=(NSG,)), ENFORCED),
        (plan(Reason.OUTBOUND_DENIED, checks=(VM,)), ENFORCED),
        (plan(Reason.OUTBOUND_DENIED_DELIBERATELY, checks=(NSG,)), ENFORCED),
    ],
)
def test_one_whose_network_nobody_is_about_to_open_is_not(asked: Plan, desired: DesiredState) -> None:
    assert decide_look(asked, (), desired, 0) is None


@pytest.mark.parametrize(
    ("action", "minutes"),
    [(PUT_EXTENSION, 15), (REFRESH, 15), (DELETE_EXTENSION, 2), (PUT_RULE, 5), (DELETE_RULE, 5), (PATCH, 2)],
)
def test_what_was_started_is_looked_at_should_its_event_get_lost(action: Action, minutes: int) -> None:
    results = {outcome: (ActionResult(action, outcome, ""),) for outcome in Outcome}
    for outcome in Outcome:
        wait = decide_look(plan(), results[outcome], ENFORCED, 0)
        assert wait == (minutes * MINUTE if outcome is Outcome.STARTED else None)
    assert decide_look(plan(), results[Outcome.STARTED], ENFORCED, 11) == HOUR
    assert decide_look(plan(), results[Outcome.STARTED], ENFORCED, 12) is None


@pytest.mark.parametrize(
    ("reasons", "planned", "attempt", "expected"),
    [
        ((), 4 * HOUR, 0, 4 * HOUR),
        ((), 4 * HOUR, 99, 4 * HOUR),
        ((), timedelta(seconds=1), 0, timedelta(seconds=1)),
        ((), timedelta(0), 0, None),
        ((), -MINUTE, 0, None),
        ((Reason.AGENT_NOT_READY,), 4 * HOUR, 0, MINUTE),
        ((Reason.EXTENSION_INSTALLING,), 20 * MINUTE, 1, 20 * MINUTE),
        ((Reason.EXTENSION_INSTALLING,), 20 * MINUTE, 12, 20 * MINUTE),
    ],
)
def test_a_plan_that_says_when_it_can_go_on_is_looked_at_then_at_the_latest(
    reasons: tuple[Reason, ...], planned: timedelta, attempt: int, expected: timedelta | None
) -> None:
    asked = replace(plan(*reasons), look_at=OBSERVED_AT + planned)
    assert decide_look(asked, (), ENFORCED, attempt, OBSERVED_AT) == expected


def test_a_passing_failure_is_tried_again_after_what_azure_asked_for() -> None:
    assert decide_retry(0, timedelta(seconds=7)) == timedelta(seconds=7)
    assert decide_retry(23, timedelta(hours=3)) == timedelta(hours=3)


def test_otherwise_ever_less_often_up_to_an_hour_and_not_without_end() -> None:
    waits = [decide_retry(attempt, None) for attempt in range(24)]
    assert waits[:4] == [timedelta(seconds=15 * 2**attempt) for attempt in range(4)]
    assert waits[8:] == [HOUR] * 16
    assert decide_retry(24, None) is None
    assert decide_retry(24, timedelta(seconds=7)) is None


@pytest.mark.parametrize("nonsense", [timedelta(0), timedelta(seconds=-1)])
def test_azure_can_not_make_us_try_without_a_pause(nonsense: timedelta) -> None:
    assert decide_retry(0, nonsense) == timedelta(seconds=15)
