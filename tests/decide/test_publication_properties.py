"""Whatever is found, and whenever a process ends: subscribers end with the picture that the reports show."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.decide.memory import remember_report
from shared.decide.publication import (
    decide_news,
)
from shared.model.past import NOTHING
from shared.model.plan import Report
from shared.model.publication import Found, Halted, Publication, Resolved
from shared.model.reason import Reason, Status
from tests.decide.estates import OBSERVED_AT
from tests.decide.telling import DAY, MINUTE, OF_THE_APP, look, report

# A reason of each kind, two of the one that matters most.
REASONS = (
    Reason.OUTBOUND_DENIED,
    Reason.EXTENSION_MISSING,
    Reason.CONTESTED,
    Reason.TRAFFIC_UNKNOWN,
    Reason.READ_FAILED,
    Reason.VM_STOPPED,
    Reason.EXCLUDED,
    Reason.BUDGET_SPENT,
)


@st.composite
def looks(draw: st.DrawFn) -> list[tuple[Report, bool, bool]]:
    """Draw reports, one after the other, and where the process ends: before the events are queued, or after it."""
    drawn, at = [], OBSERVED_AT
    for _ in range(draw(st.integers(1, 8))):
        at += timedelta(seconds=draw(st.integers(0, 3)))
        reasons = draw(st.lists(st.sampled_from(REASONS), unique=True, max_size=4))
        is_blind = draw(st.booleans()) and draw(st.booleans())
        seen = report(Reason.READ_FAILED, at=None) if is_blind else report(*reasons, at=at)
        drawn.append((seen, draw(st.booleans()), draw(st.booleans())))
    return drawn


class Subscriber:
    """Keeps, by the events alone, what is found: each event once, whatever comes again."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.found: dict[Reason, datetime] = {}
        self.times: list[datetime] = []

    def hear(self, publications: Sequence[Publication]) -> None:
        for one in publications:
            if one.id in self.seen:
                continue
            self.seen.add(one.id)
            if isinstance(one, Found):
                self.found[one.reason] = one.at
            elif isinstance(one, Resolved):
                self.found.pop(one.reason, None)


def to_be_seen_to(seen: Report) -> set[Reason]:
    return {one.reason for one in seen.findings if one.status is Status.NON_COMPLIANT} - set(OF_THE_APP)


def doubts(seen: Report) -> set[Reason]:
    return {one.reason for one in seen.findings if one.status is Status.UNKNOWN}


@given(looks())
def test_a_subscriber_s_picture_is_always_what_the_report_shows(told: list[tuple[Report, bool, bool]]) -> None:
    past, subscriber = NOTHING, Subscriber()
    known = set[Reason]()
    for seen, _, _ in told:
        was_unknown = past.status is Status.UNKNOWN
        news, past = look(past, seen)
        subscriber.hear(news.publications)
        # What was known before counts for as long as nobody can tell that it is over.
        known = to_be_seen_to(seen) | (known if seen.status is Status.UNKNOWN else set())
        found = set(subscriber.found)
        assert {one for one in found if one.status is Status.NON_COMPLIANT} == known
        assert {one for one in found if one.status is Status.UNKNOWN} <= doubts(seen)
        if was_unknown:
            assert doubts(seen) <= found
        assert subscriber.found == dict(past.told.found)
        assert (past.told.finding, past.told.resolving) == ({}, {})


@given(looks())
def test_who_looks_again_and_sees_the_same_has_nothing_to_tell(told: list[tuple[Report, bool, bool]]) -> None:
    past = NOTHING
    for seen, _, _ in told:
        _, past = look(past, seen)
        if seen.status is Status.UNKNOWN:
            _, past = look(past, seen)
        news, after = look(past, seen)
        assert [one for one in news.publications if not isinstance(one, Halted)] == []
        assert (news.before, after.told) == (past.told, past.told)


@given(looks())
def test_whoever_dies_before_or_after_telling_tells_the_same_by_the_same_ids(
    told: list[tuple[Report, bool, bool]],
) -> None:
    past = NOTHING
    for seen, _, _ in told:
        news = decide_news(past, seen, (), OBSERVED_AT)
        broken_off = replace(past, told=news.before)
        later = replace(seen, observed_at=seen.observed_at and seen.observed_at + MINUTE)
        again = decide_news(broken_off, later, (), OBSERVED_AT + MINUTE)
        assert [one.id for one in again.publications] == [one.id for one in news.publications]
        assert again.before == replace(news.before, at=again.before.at)
        past = remember_report(replace(past, told=news.after), seen, None)


@given(looks(), st.lists(st.sampled_from(REASONS[:5]), unique=True))
def test_whatever_dies_in_between_the_picture_ends_right(
    told: list[tuple[Report, bool, bool]], last: list[Reason]
) -> None:
    past, subscriber = NOTHING, Subscriber()
    for seen, dies, is_heard in told:
        news = decide_news(past, seen, (), OBSERVED_AT)
        if is_heard or not dies:
            subscriber.hear(news.publications)
        past = replace(past, told=news.before if dies else news.after)
        if not dies:
            past = remember_report(past, seen, None)
    end = report(*(one for one in last if one.status is Status.NON_COMPLIANT), at=OBSERVED_AT + DAY)
    news, past = look(past, end)
    subscriber.hear(news.publications)
    assert set(subscriber.found) == to_be_seen_to(end)
    assert set(past.told.found) == set(subscriber.found)
    assert (past.told.finding, past.told.resolving) == ({}, {})
