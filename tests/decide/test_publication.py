"""What subscribers are told: what changed and nothing else, and by the same ids when it is told once more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.memory import remember_settlement
from shared.decide.publication import (
    decide_news,
    decide_redelivery,
    decide_redelivery_of_refused,
)
from shared.decide.waivers import decide_waived
from shared.model.past import NOTHING
from shared.model.plan import Report
from shared.model.publication import Concluded, EventType, Found, Halted, Resolved
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.waiver import Waiver
from shared.model.write import Fate
from tests.decide.estates import NSG, OBSERVED_AT, VM
from tests.decide.telling import DAY, HOUR, MINUTE, OF_THE_APP, look, report, types
from tests.decide.test_memory import PUT, write

TYPES = {
    Reason.OUTBOUND_DENIED: EventType.FINDING_FOUND,
    Reason.WRITTEN_TOO_OFTEN: EventType.FINDING_FOUND,
    Reason.CONTESTED: EventType.SUBJECT_CONTESTED,
    Reason.SWEEP_BRAKED: EventType.SWEEP_BRAKED,
    Reason.BUDGET_SPENT: EventType.BUDGET_SPENT,
    Reason.STOPPED_BY_FAILURES: EventType.WRITES_STOPPED,
    Reason.STOPPED_BY_KILL_SWITCH: EventType.WRITES_STOPPED,
}


@pytest.mark.parametrize(("reason", "event_type"), TYPES.items())
def test_a_finding_is_told_by_the_type_of_its_reason(reason: Reason, event_type: EventType) -> None:
    news, _ = look(NOTHING, report(reason))
    assert types(news.publications) == [(event_type, reason)]


def test_a_finding_says_since_when_and_all_that_was_found_of_it() -> None:
    past = replace(NOTHING, since={Reason.OUTBOUND_DENIED: OBSERVED_AT - DAY})
    seen = report(Reason.OUTBOUND_DENIED)
    more = replace(seen.findings[0], message="And so is the other.")
    (found,) = decide_news(past, replace(seen, findings=(*seen.findings, more)), (), OBSERVED_AT).publications
    assert isinstance(found, Found)
    assert (found.subject, found.since, found.at) == (VM, OBSERVED_AT - DAY, OBSERVED_AT)
    assert found.messages == ("It is OUTBOUND_DENIED.", "And so is the other.")
    assert found.subject_status is Status.NON_COMPLIANT


def test_what_is_found_no_more_is_resolved_and_names_the_event_that_told_of_it() -> None:
    told, past = look(NOTHING, report(Reason.OUTBOUND_DENIED))
    (resolved,) = look(past, report(at=OBSERVED_AT + MINUTE))[0].publications
    assert isinstance(resolved, Resolved)
    assert (resolved.found, resolved.found_at) == (told.publications[0].id, OBSERVED_AT)
    assert (resolved.at, resolved.subject_status) == (OBSERVED_AT + MINUTE, Status.COMPLIANT)


NOT_TOLD = [reason for reason in Reason if reason.status not in (Status.NON_COMPLIANT, Status.UNKNOWN)]


@pytest.mark.parametrize("reason", NOT_TOLD)
def test_what_nobody_has_to_see_to_is_not_told(reason: Reason) -> None:
    news, past = look(NOTHING, report(reason))
    assert news.publications == ()
    assert look(past, report())[0].publications == ()


DOUBTS = [one for one in Reason if one.status is Status.UNKNOWN and one is not Reason.CHECK_FAILED]


def test_what_somebody_accepts_is_not_told_and_what_was_told_before_is_resolved() -> None:
    reason = Reason.OUTBOUND_DENIED_DELIBERATELY
    waiver = Waiver(VM, reason, OBSERVED_AT + DAY, "ann", "by design", OBSERVED_AT)
    accepted = decide_waived(report(reason), [waiver])
    assert look(NOTHING, accepted)[0].publications == ()
    _, past = look(NOTHING, report(reason))
    assert types(look(past, accepted)[0].publications) == [(EventType.FINDING_RESOLVED, reason)]
    _, past = look(past, accepted)
    assert types(look(past, report(reason))[0].publications) == [(EventType.FINDING_FOUND, reason)]


def test_a_check_that_was_given_up_is_told_at_once() -> None:
    news, past = look(NOTHING, report(Reason.CHECK_FAILED))
    assert types(news.publications) == [(EventType.FINDING_FOUND, Reason.CHECK_FAILED)]
    assert types(look(past, report())[0].publications) == [(EventType.FINDING_RESOLVED, Reason.CHECK_FAILED)]


@pytest.mark.parametrize("reason", DOUBTS)
@pytest.mark.parametrize("at", [OBSERVED_AT, None])
def test_what_can_t_be_told_is_told_when_the_next_look_can_t_tell_either(reason: Reason, at: datetime | None) -> None:
    first, past = look(NOTHING, report(reason, at=at))
    assert first.publications == ()
    second, past = look(past, report(reason, at=at))
    assert types(second.publications) == [(EventType.FINDING_FOUND, reason)]
    third, past = look(past, report(reason, at=at))
    assert third.publications == ()
    over, past = look(past, report())
    assert types(over.publications) == [(EventType.FINDING_RESOLVED, reason)]
    assert look(past, report(reason, at=at))[0].publications == ()


def test_a_failed_read_resolves_nothing() -> None:
    _, past = look(NOTHING, report(Reason.OUTBOUND_DENIED))
    for at in (None, OBSERVED_AT + MINUTE):
        news, after = look(past, report(Reason.READ_FAILED, at=at))
        assert news.publications == ()
        assert types(look(after, report())[0].publications) == [(EventType.FINDING_RESOLVED, Reason.OUTBOUND_DENIED)]


def test_a_subject_that_is_gone_has_nothing_left_to_see_to() -> None:
    _, past = look(NOTHING, report(Reason.OUTBOUND_DENIED, Reason.EXTENSION_MISSING))
    news, _ = look(past, report(Reason.GONE))
    assert {one.type for one in news.publications} == {EventType.FINDING_RESOLVED}
    assert len(news.publications) == 2


def test_what_stops_the_whole_app_is_told_once_by_whomever_it_is_seen_of() -> None:
    for reason in OF_THE_APP:
        of_vm = decide_news(NOTHING, report(reason), (), OBSERVED_AT)
        of_nsg = decide_news(NOTHING, report(reason, subject=NSG, at=OBSERVED_AT + MINUTE), (), OBSERVED_AT)
        (one,), (other,) = of_vm.publications, of_nsg.publications
        assert isinstance(one, Halted)
        assert one.id == other.id
        assert of_vm.after == NOTHING.told


def test_a_spent_budget_is_told_anew_in_another_hour_and_a_stop_when_it_is_another() -> None:
    def told(seen: Report) -> str:
        (one,) = decide_news(NOTHING, seen, (), OBSERVED_AT).publications
        return one.id

    assert told(report(Reason.BUDGET_SPENT)) != told(report(Reason.BUDGET_SPENT, at=OBSERVED_AT + HOUR))
    stop = report(Reason.STOPPED_BY_KILL_SWITCH)
    another = replace(stop, findings=(replace(stop.findings[0], message="Since yesterday."),))
    assert told(stop) == told(replace(stop, observed_at=OBSERVED_AT + HOUR)) != told(another)


ENDS = {
    Fate.DONE: EventType.FIXED,
    Fate.FAILED: EventType.FIX_FAILED,
    Fate.REFUSED: EventType.FIX_FAILED,
} | dict.fromkeys((Fate.NOT_DONE, Fate.REPLACED, Fate.ACCEPTED, Fate.UNKNOWN, Fate.POSTPONED, Fate.INTENDED))


@pytest.mark.parametrize(("fate", "event_type"), ENDS.items())
def test_a_write_is_told_when_it_was_seen_to_have_ended_well_or_not(fate: Fate, event_type: EventType | None) -> None:
    ended = replace(write(PUT, fate), concluded_at=OBSERVED_AT + MINUTE)
    past = remember_settlement(replace(NOTHING, unsettled=(ended.id,)), ended)
    assert past.untold == (() if event_type is None else (ended.id,))
    told = decide_news(past, report(subject=NSG), (ended,), OBSERVED_AT).publications
    assert types(told) == ([] if event_type is None else [(event_type, None)])
    again = decide_news(NOTHING, report(Reason.READ_FAILED, subject=NSG, at=None), (ended,), OBSERVED_AT + DAY)
    assert [one.id for one in again.publications] == [one.id for one in told]
    for one in told:
        assert isinstance(one, Concluded)
        assert one.at == OBSERVED_AT + MINUTE


def test_events_of_a_subject_are_in_the_order_of_their_times_though_all_happens_at_once() -> None:
    past, times, ids = NOTHING, [], []
    for reasons in ((Reason.OUTBOUND_DENIED,), (), (Reason.OUTBOUND_DENIED,), ()):
        news, past = look(past, report(*reasons))
        (one,) = news.publications
        times.append(one.at)
        ids.append(one.id)
    assert times == sorted(set(times))
    assert len(set(ids)) == 4


def test_the_case_of_an_id_makes_no_other_event() -> None:
    upper = ResourceId(str(VM).upper())
    (one,) = decide_news(NOTHING, report(Reason.OUTBOUND_DENIED), (), OBSERVED_AT).publications
    (other,) = decide_news(NOTHING, report(Reason.OUTBOUND_DENIED, subject=upper), (), OBSERVED_AT).publications
    assert one.id == other.id


@given(st.integers(0, 100_000), st.none() | st.timedeltas(timedelta(0), timedelta(days=365)))
def test_a_topic_out_of_reach_is_tried_again_within_the_hour_for_ever(attempt: int, asked: timedelta | None) -> None:
    wait = decide_redelivery(attempt, asked)
    assert timedelta(0) < wait <= HOUR
    if asked:
        assert wait == min(asked, HOUR)


@given(st.integers(0, 100_000))
def test_a_topic_that_refuses_is_tried_again_ever_more_rarely_and_daily_at_least(attempt: int) -> None:
    wait = decide_redelivery_of_refused(attempt)
    assert decide_redelivery(attempt, None) < wait <= decide_redelivery_of_refused(attempt + 1) <= DAY


def test_what_is_remembered_is_not_changed_by_telling() -> None:
    told = MappingProxyType({Reason.OUTBOUND_DENIED: OBSERVED_AT.astimezone(UTC)})
    past = replace(NOTHING, told=replace(NOTHING.told, found=told))
    decide_news(past, report(), (), OBSERVED_AT)
    assert dict(past.told.found) == dict(told)
