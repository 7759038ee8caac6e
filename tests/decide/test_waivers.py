"""What a person accepts is told as before, and not counted as long as the waiver runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.outcome import decide_status
from shared.decide.waivers import LONGEST, decide_waived, explain_term, explain_unwaivable
from shared.model.check import Check
from shared.model.plan import ActionResult, Finding, Outcome, Report
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.waiver import Waiver
from tests.decide.actions import PUT_EXTENSION
from tests.decide.applications import APP
from tests.decide.estates import GROUP, NSG, OBSERVED_AT, VM

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DENIED, MISSING = Reason.OUTBOUND_DENIED_DELIBERATELY, Reason.EXTENSION_MISSING
OTHER_GROUP = ResourceId(f"{GROUP}-2")
NOT_ACCEPTED = [reason for reason in Reason if explain_unwaivable(reason) is not None]
ACCEPTED = [reason for reason in Reason if explain_unwaivable(reason) is None]

REASONS = st.sampled_from(Reason)
SUBJECTS = st.sampled_from([VM, NSG, APP, GROUP, OTHER_GROUP, ResourceId(str(VM).upper())])
# Before, at and after the observation.
TIMES = st.sampled_from([OBSERVED_AT + HOUR * hours for hours in (-5, -1, 0, 1, 30, 9000)])
WAIVERS = st.lists(
    st.builds(Waiver, SUBJECTS, st.sampled_from(ACCEPTED) | REASONS, TIMES, st.text(), st.text(), TIMES), max_size=6
)
RESULTS = st.lists(
    st.builds(ActionResult, st.just(PUT_EXTENSION), st.sampled_from(Outcome), st.just("")), max_size=1
).map(tuple)
WAITS = st.none() | st.timedeltas(timedelta(seconds=1), timedelta(days=3))


def waiver(
    reason: Reason = DENIED, subject: ResourceId = VM, hours: float = 1, by: str = "Ada", why: str = "change 4711"
) -> Waiver:
    return Waiver(subject, reason, OBSERVED_AT + HOUR * hours, by, why, OBSERVED_AT - DAY)


def report_of(*reasons: Reason, subject: ResourceId = VM, results: tuple[ActionResult, ...] = ()) -> Report:
    findings = tuple(Finding(subject, reason, f"{reason} of it") for reason in reasons)
    check = Check(subject, "test", "c", None)
    return Report(check, decide_status(findings, results), OBSERVED_AT, findings, results)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    made = report_of(
        *draw(st.lists(REASONS, max_size=4)), subject=draw(st.sampled_from([VM, NSG, APP])), results=draw(RESULTS)
    )
    return replace(made, look_again_after=draw(WAITS))


@given(report=reports(), waivers=WAIVERS)
def test_a_waiver_hides_nothing(report: Report, waivers: list[Waiver]) -> None:
    waived = decide_waived(report, waivers)
    assert [replace(one, waiver=None) for one in waived.findings] == list(report.findings)
    assert (waived.check, waived.observed_at, waived.actions) == (report.check, report.observed_at, report.actions)


@given(report=reports(), waivers=WAIVERS)
def test_a_subject_is_as_bad_as_what_nobody_accepts(report: Report, waivers: list[Waiver]) -> None:
    waived = decide_waived(report, waivers)
    counted = [one for one in waived.findings if one.waiver is None]
    assert waived.status is decide_status(counted, report.actions) <= report.status
    assert all(one.status is Status.NON_COMPLIANT for one in waived.findings if one.waiver is not None)
    if report.status is Status.UNKNOWN:
        assert waived.status is Status.UNKNOWN


@given(report=reports(), waivers=WAIVERS)
def test_what_is_accepted_is_so_by_a_running_waiver_of_that_reason_and_subject_and_nothing_else_is(
    report: Report, waivers: list[Waiver]
) -> None:
    for found in decide_waived(report, waivers).findings:
        fitting = [
            one
            for one in waivers
            if one.until > OBSERVED_AT
            and one.reason is found.reason
            and (one.subject == found.subject or (one.subject == GROUP and found.subject != APP))
        ]
        if found.waiver is None:
            assert not fitting or found.reason in NOT_ACCEPTED
        else:
            assert found.waiver in fitting
            assert found.waiver.until == max(one.until for one in fitting)


@given(report=reports(), waivers=WAIVERS)
def test_whoever_has_a_waiver_is_looked_at_when_it_ends_and_once_a_day(report: Report, waivers: list[Waiver]) -> None:
    waived = decide_waived(report, waivers)
    ends = [one.waiver.until for one in waived.findings if one.waiver is not None]
    if not ends:
        assert waived == report
        return
    assert waived.look_again_after is not None
    waits = [min(ends) - OBSERVED_AT, DAY, *filter(None, [report.look_again_after])]
    assert waived.look_again_after == min(waits)
    # A chain of looks for something else, which ends after a dozen, is not made longer by those of a waiver.
    assert waived.goes_on is (waived.look_again_after != report.look_again_after)


@pytest.mark.parametrize(
    ("found", "accepted", "status"),
    [
        ([DENIED], [], Status.NON_COMPLIANT),
        ([DENIED], [waiver()], Status.COMPLIANT),
        ([DENIED], [waiver(MISSING)], Status.NON_COMPLIANT),
        ([DENIED, MISSING], [waiver()], Status.NON_COMPLIANT),
        ([DENIED, MISSING], [waiver(), waiver(MISSING)], Status.COMPLIANT),
        ([DENIED, Reason.VM_STOPPED], [waiver()], Status.PENDING),
        ([DENIED, Reason.TRAFFIC_UNKNOWN], [waiver(), waiver(Reason.TRAFFIC_UNKNOWN)], Status.UNKNOWN),
        ([Reason.READ_FAILED], [waiver(Reason.READ_FAILED)], Status.UNKNOWN),
        ([Reason.STOPPED_BY_KILL_SWITCH], [waiver(Reason.STOPPED_BY_KILL_SWITCH)], Status.NON_COMPLIANT),
        ([DENIED, Reason.HELD], [waiver()], Status.NOT_APPLICABLE),
        ([DENIED, DENIED], [waiver()], Status.COMPLIANT),
        ([DENIED], [waiver(subject=ResourceId(str(VM).upper()))], Status.COMPLIANT),
        ([DENIED], [waiver(subject=GROUP)], Status.COMPLIANT),
        ([DENIED], [waiver(subject=OTHER_GROUP)], Status.NON_COMPLIANT),
        ([DENIED], [waiver(subject=NSG)], Status.NON_COMPLIANT),
        ([DENIED], [waiver(hours=0)], Status.NON_COMPLIANT),
        ([DENIED], [waiver(hours=1 / 3600)], Status.COMPLIANT),
        ([DENIED], [waiver(hours=-1), waiver(subject=GROUP)], Status.COMPLIANT),
    ],
)
def test_the_status_is_the_worst_of_what_is_not_accepted(
    found: list[Reason], accepted: list[Waiver], status: Status
) -> None:
    assert decide_waived(report_of(*found), accepted).status is status


def test_what_is_just_mended_is_on_its_way_beside_what_is_accepted() -> None:
    started = (ActionResult(PUT_EXTENSION, Outcome.STARTED, ""),)
    assert decide_waived(report_of(MISSING, DENIED, results=started), [waiver()]).status is Status.PENDING


def test_an_app_registration_lies_in_no_group_that_is_accepted() -> None:
    reason = Reason.GATEWAY_REDIRECT_LEFTOVER
    of_the_group = decide_waived(report_of(reason, subject=APP), [waiver(reason, GROUP)])
    assert of_the_group.status is Status.NON_COMPLIANT
    assert decide_waived(report_of(reason, subject=APP), [waiver(reason, APP)]).status is Status.COMPLIANT


def test_of_what_was_not_observed_nothing_is_accepted() -> None:
    unobserved = replace(report_of(DENIED), observed_at=None)
    assert decide_waived(unobserved, [waiver()]) == unobserved


def test_what_can_be_accepted_is_non_compliant_and_no_stop_of_the_app() -> None:
    assert {DENIED, MISSING, Reason.EXTENSION_OUTDATED, Reason.INBOUND_EXPOSED, Reason.LOCKED} < set(ACCEPTED)
    assert {reason.status for reason in ACCEPTED} == {Status.NON_COMPLIANT}
    assert {reason for reason in NOT_ACCEPTED if reason.status is Status.NON_COMPLIANT} == {
        Reason.STOPPED_BY_KILL_SWITCH,
        Reason.STOPPED_BY_FAILURES,
        Reason.BUDGET_SPENT,
        Reason.WRITTEN_TOO_OFTEN,
        Reason.UNDO_NOT_POSSIBLE,
        Reason.SWEEP_BRAKED,
    }


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (Reason.READ_FAILED, "what is not known is never accepted"),
        (Reason.CHECK_FAILED, "what is not known is never accepted"),
        (Reason.TRAFFIC_UNKNOWN, "what is not known is never accepted"),
        (Reason.VM_STOPPED, "VM_STOPPED is PENDING: only what is NON_COMPLIANT counts"),
        (Reason.EXCLUDED, "EXCLUDED is NOT_APPLICABLE: only"),
        (Reason.OUTBOUND_THROUGH_APPLIANCE, "is COMPLIANT: only"),
        (Reason.BUDGET_SPENT, "lift it by POST /api/lift"),
    ],
)
def test_whatever_nobody_can_accept_says_why(reason: Reason, told: str) -> None:
    assert told in (explain_unwaivable(reason) or "")


@pytest.mark.parametrize(
    ("now", "latest", "too_late"),
    [
        ((2026, 11, 29), (2027, 11, 30), "send 2027-11-29 at the latest"),
        ((2027, 11, 29), (2028, 11, 29), "send 2028-11-28 at the latest"),
        ((2027, 12, 31), (2028, 12, 31), "send 2028-12-30 at the latest"),
    ],
)
def test_nothing_is_accepted_for_more_than_a_year(
    now: tuple[int, int, int], latest: tuple[int, int, int], too_late: str
) -> None:
    at, end = datetime(*now, 13, 30, tzinfo=UTC), datetime(*latest, tzinfo=UTC)
    assert explain_term(end, at) is None
    assert explain_term(at + LONGEST, at) is None
    assert too_late in (explain_term(at + LONGEST + timedelta(seconds=1), at) or "")


@pytest.mark.parametrize("ago", [timedelta(), timedelta(seconds=1), timedelta(days=400)])
def test_nothing_is_accepted_until_a_time_that_is_over(ago: timedelta) -> None:
    assert "send 2026-11-22 or a later day" in (explain_term(OBSERVED_AT - ago, OBSERVED_AT) or "")
    assert explain_term(OBSERVED_AT + timedelta(seconds=1), OBSERVED_AT) is None


@given(
    ahead=st.timedeltas(timedelta(days=-800), timedelta(days=800)),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),
)
def test_the_day_that_is_said_to_be_sent_is_accepted_to_its_end(ahead: timedelta, now: datetime) -> None:
    told = explain_term(now + ahead, now)
    if told is not None:
        day = datetime.fromisoformat(told.rsplit("send ", 1)[1][:10]).replace(tzinfo=UTC)
        assert explain_term(day + DAY, now) is None
