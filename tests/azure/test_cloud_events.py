"""Whatever stands in a finding or in a write, its event is one that the queue and Event Grid take."""

from dataclasses import replace
from datetime import timedelta

import pytest
from azure.core.messaging import CloudEvent
from hypothesis import example, given
from hypothesis import strategies as st

from shared.azure.cloud_events import SOURCE, write_event
from shared.azure.outbox import EventsMessage, parse_batch
from shared.decide.publication import decide_news
from shared.model.past import NOTHING
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.write import Fate
from tests.decide.estates import OBSERVED_AT, VM
from tests.decide.telling import report
from tests.decide.test_memory import PUT, write

ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=30)
LONGEST = 64 * 1024
WIKI = "https://wiki.contoso.com/wac"


@given(st.lists(ANYTHING, min_size=1, max_size=5), st.integers(1, 5000), ANYTHING)
@example(["\ud800"], 30_000, "\udfff")
@example(["\U0001f600"], 30_000, "")
@example(['"', "\\", "\n"], 30_000, "")
def test_an_event_fits_into_a_message_and_says_all_that_there_is_room_for(
    texts: list[str], times: int, cause: str
) -> None:
    messages = [text * times for text in texts]
    findings = tuple(
        Finding(VM, reason, message)
        for reason in (Reason.OUTBOUND_DENIED, Reason.BUDGET_SPENT)
        for message in messages
    )
    seen = replace(report(Reason.OUTBOUND_DENIED), findings=findings)
    seen = replace(seen, check=replace(seen.check, cause=cause))
    ended = replace(write(PUT, Fate.REFUSED), message=messages[0], cause=cause, concluded_at=OBSERVED_AT)
    for one in decide_news(NOTHING, seen, (ended,), OBSERVED_AT).publications:
        event = write_event(one, seen.check, f"https://wiki.contoso.com/{'a' * 475}")
        message = EventsMessage(subject=str(VM), correlation_id="1", attempt=0, events=[event])
        text = message.model_dump_json(ensure_ascii=True)
        assert text.isascii()
        assert len(text) <= LONGEST
        assert parse_batch(text).events == [event]
        assert CloudEvent.from_dict(event).id == one.id


@given(st.lists(st.text(max_size=50), min_size=1, max_size=5, unique=True))
def test_what_is_short_is_told_as_it_is(messages: list[str]) -> None:
    findings = tuple(Finding(VM, Reason.OUTBOUND_DENIED, message) for message in messages)
    seen = replace(report(Reason.OUTBOUND_DENIED), findings=findings)
    (one,) = decide_news(NOTHING, seen, (), OBSERVED_AT).publications
    assert write_event(one, seen.check)["data"]["messages"] == messages


def test_an_event_has_what_a_cloud_event_has_to_have() -> None:
    seen = report(Reason.OUTBOUND_DENIED, at=OBSERVED_AT + timedelta(microseconds=1))
    (one,) = decide_news(NOTHING, seen, (), OBSERVED_AT).publications
    event = write_event(one, seen.check)
    read: CloudEvent[object] = CloudEvent.from_dict(event)
    assert (read.source, read.type, read.subject) == (SOURCE, "WacGuard.FindingFound", str(VM))
    assert read.time == OBSERVED_AT + timedelta(microseconds=1)
    assert read.datacontenttype == "application/json"


@pytest.mark.parametrize(("documentation", "folder"), [(None, "docs"), (WIKI, WIKI)])
def test_an_event_that_tells_of_a_reason_says_where_people_read_of_it(documentation: str | None, folder: str) -> None:
    seen = report(Reason.OUTBOUND_DENIED, Reason.BUDGET_SPENT)
    told = decide_news(NOTHING, seen, (), OBSERVED_AT).publications
    data = [write_event(one, seen.check, documentation)["data"] for one in told]
    assert {one["reason"]: one["page"] for one in data} == {
        "OUTBOUND_DENIED": f"{folder}/findings.md#outbound_denied",
        "BUDGET_SPENT": f"{folder}/findings.md#budget_spent",
    }
