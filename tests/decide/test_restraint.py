"""What keeps a permitted write from being made, each with its finding and how to lift it."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.restraint import Standing, decide_budget, decide_restraint, decide_wait
from shared.decide.setbacks import decide_setback
from shared.model.leash import Failure, Leash, Stop
from shared.model.past import NOTHING, Hold, Loss, Past
from shared.model.plan import DeleteExtension, DeleteSecurityRule, Outcome, Plan, PutSecurityRule
from shared.model.reason import Reason
from tests.decide.estates import ENFORCED, NSG, OBSERVED_AT, VM, allow_out, extension, vm_named

RULE = allow_out("PortForWACService", 199, destination="WindowsAdminCenter", ports="443")
PUT = PutSecurityRule(NSG.child("securityRules", RULE.name), None, RULE)
DELETE = DeleteSecurityRule(PUT.id, RULE)
REINSTALL = DeleteExtension(extension().id, extension(), to_reinstall=True)
PLAN = Plan(NSG, actions=(PUT,))
HOLD = Hold(OBSERVED_AT, "the network team is at it", None)
FAILURES = tuple(Failure(OBSERVED_AT, f"vm-{number}", "refused") for number in range(5))
CONTESTED = Past(contested=True, losses=(Loss(PUT.id, OBSERVED_AT, "terraform"),))


def ago(**before: float) -> datetime:
    return OBSERVED_AT - timedelta(**before)


def refused(pause: timedelta = timedelta(hours=1)) -> Past:
    setback = decide_setback(NOTHING, PUT, Outcome.REFUSED, ago(minutes=10), code="ScopeLocked", message="locked")
    return Past(setbacks=MappingProxyType({PUT.id: replace(setback, until=ago(minutes=10) + pause)}))


def standing(past: Past = NOTHING, leash: Leash = Leash(), **more: Any) -> Standing:  # noqa: B008 - a frozen value
    return Standing(past, leash, more.pop("desired", ENFORCED), OBSERVED_AT, **more)


RESTRAINTS = {
    "a person holds the subject": (standing(Past(hold=HOLD)), Outcome.STOPPED, Reason.HELD, "network team"),
    "what was written there was taken away twice": (
        standing(CONTESTED),
        Outcome.STOPPED,
        Reason.CONTESTED,
        "terraform",
    ),
    "the kill switch is on": (
        standing(leash=Leash(kill_switch=Stop(OBSERVED_AT, "audit week"))),
        Outcome.STOPPED,
        Reason.STOPPED_BY_KILL_SWITCH,
        "audit week",
    ),
    "five writes in a row failed": (
        standing(leash=Leash(failures=FAILURES)),
        Outcome.STOPPED,
        Reason.STOPPED_BY_FAILURES,
        "vm-3: refused",
    ),
    "the subject was written too often": (
        standing(Past(writes=(ago(minutes=30),) * 40)),
        Outcome.POSTPONED,
        Reason.WRITTEN_TOO_OFTEN,
        "rests until 08:30:00",
    ),
    "the budget is spent": (
        standing(leash=Leash(writes=(ago(minutes=45), *[ago(minutes=1)] * 99))),
        Outcome.POSTPONED,
        Reason.BUDGET_SPENT,
        "goes on at 08:15:00",
    ),
    "Azure refused the same before": (standing(refused()), Outcome.REFUSED, Reason.LOCKED, "locked"),
}
UNRESTRAINED = {
    "nothing is known against it": (PUT, standing()),
    "only four writes in a row failed": (PUT, standing(leash=Leash(failures=FAILURES[:4]))),
    "the subject was written often, but not within the hour": (PUT, standing(Past(writes=(ago(hours=1),) * 40))),
    "the budget was spent an hour ago": (PUT, standing(leash=Leash(writes=(ago(hours=1),) * 100))),
    "the pause after a refusal is over": (PUT, standing(refused(timedelta(minutes=10)))),
    "something else was refused there": (replace(PUT, desired=replace(RULE, priority=198)), standing(refused())),
    "a person insists": (PUT, standing(refused(), insists=True)),
    "a rule is taken away from a contested NSG": (DELETE, standing(CONTESTED)),
}


@pytest.mark.parametrize(("at", "outcome", "reason", "told"), RESTRAINTS.values(), ids=RESTRAINTS.keys())
def test_no_write_is_made_when(at: Standing, outcome: Outcome, reason: Reason, told: str) -> None:
    found = decide_restraint(PLAN, PUT, at)
    assert found is not None
    assert found.finding is not None
    assert (found.outcome, found.finding.reason, found.finding.subject) == (outcome, reason, NSG)
    assert told in found.finding.message
    assert (found.until is None) == (outcome is Outcome.STOPPED)


@pytest.mark.parametrize(
    "name", [name for name, (_, outcome, *_) in RESTRAINTS.items() if outcome is not Outcome.REFUSED]
)
def test_every_stop_says_how_to_lift_it_and_holds_for_people_who_insist_too(name: str) -> None:
    at = RESTRAINTS[name][0]
    found = decide_restraint(PLAN, PUT, replace(at, insists=True))
    assert found is not None
    assert found.finding is not None
    assert "/api/lift" in found.finding.message


@pytest.mark.parametrize(("action", "at"), UNRESTRAINED.values(), ids=UNRESTRAINED.keys())
def test_a_write_is_made_when(action: PutSecurityRule | DeleteSecurityRule, at: Standing) -> None:
    assert decide_restraint(replace(PLAN, actions=(action,)), action, at) is None


def test_an_undo_is_made_though_its_subject_is_held_and_contested() -> None:
    past = replace(CONTESTED, hold=HOLD)
    assert decide_restraint(replace(PLAN, undoes="1"), DELETE, standing(past)) is None


def test_a_reinstall_is_no_taking_away_so_that_a_contest_stops_it() -> None:
    found = decide_restraint(Plan(VM, actions=(REINSTALL,)), REINSTALL, standing(CONTESTED))
    assert found is not None
    assert found.outcome is Outcome.STOPPED


def test_a_vm_is_written_ten_times_an_hour_at_most() -> None:
    plan = Plan(VM, actions=(REINSTALL,))
    for written, is_free in ((9, True), (10, False)):
        at = standing(Past(writes=(ago(minutes=5),) * written))
        assert (decide_restraint(plan, REINSTALL, at) is None) is is_free


def test_a_budget_of_nothing_says_that_nothing_is_written() -> None:
    found = decide_budget(NSG, (), replace(ENFORCED, writes_per_hour=0), OBSERVED_AT)
    assert found is not None
    assert found.until is None
    assert "nothing is written" in found.message


@given(
    minutes=st.lists(st.integers(0, 120), max_size=30),
    most=st.integers(1, 12),
)
def test_the_budget_is_free_again_at_the_time_that_it_says(minutes: list[int], most: int) -> None:
    desired = replace(ENFORCED, writes_per_hour=most)
    writes = tuple(ago(minutes=minute) for minute in minutes)
    found = decide_budget(NSG, writes, desired, OBSERVED_AT)
    lately = [minute for minute in minutes if minute < 60]
    assert (found is None) == (len(lately) < most)
    if found is not None and found.until is not None:
        assert decide_budget(NSG, writes, desired, found.until) is None
        assert decide_budget(NSG, writes, desired, found.until - timedelta(seconds=1)) is not None


def test_those_whom_the_budget_keeps_back_look_again_one_after_the_other() -> None:
    at = RESTRAINTS["the budget is spent"][0]
    found = decide_restraint(PLAN, PUT, at)
    assert found is not None
    waits = [decide_wait(vm_named(f"vm-{number}"), found, OBSERVED_AT) for number in range(60)]
    minutes = sorted(wait / timedelta(minutes=1) for wait in waits if wait is not None)
    assert len(minutes) == 60
    assert minutes[0] >= 15
    assert minutes[-1] < 45
    assert max(later - earlier for earlier, later in itertools.pairwise(minutes)) < 5
    assert decide_wait(vm_named("VM-7"), found, OBSERVED_AT) == waits[7]


def test_who_waits_for_something_else_looks_again_at_once_then() -> None:
    found = decide_restraint(PLAN, PUT, RESTRAINTS["the subject was written too often"][0])
    assert found is not None
    assert decide_wait(NSG, found, OBSERVED_AT) == timedelta(minutes=30)


def test_what_is_refused_again_and_again_is_tried_ever_more_rarely_up_to_once_a_day() -> None:
    past, pauses = NOTHING, []
    for _ in range(7):
        setback = decide_setback(past, PUT, Outcome.REFUSED, OBSERVED_AT, code="ScopeLocked", message="locked")
        past = Past(setbacks=MappingProxyType({PUT.id: setback}))
        pauses.append(setback.pause / timedelta(hours=1))
    assert pauses == [1, 2, 4, 8, 16, 24, 24]


def test_what_is_busy_waits_as_long_as_azure_asks_and_begins_anew_after_a_refusal() -> None:
    first = decide_setback(
        refused(), PUT, Outcome.POSTPONED, OBSERVED_AT, code="", message="busy", retry_after=timedelta(seconds=40)
    )
    assert first.until == OBSERVED_AT + timedelta(seconds=40)
    again = decide_setback(
        Past(setbacks=MappingProxyType({PUT.id: first})), PUT, Outcome.POSTPONED, OBSERVED_AT, code="", message="busy"
    )
    assert again.pause == timedelta(seconds=80)
