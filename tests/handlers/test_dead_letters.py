"""What Event Grid gave up is shown, and taken up: each subject once, the oldest first, and nothing is lost."""

import logging
from datetime import timedelta

import pytest

from handlers import dead_letters
from handlers.dead_letters import show_dead_letters
from handlers.guard import Guard
from shared.azure.dead_letters import CONTAINER
from simulator.arm_events import as_cloud_event
from simulator.local import LocalAzure
from simulator.storage import make_container
from tests.handlers.conftest import MakeGuard
from tests.handlers.letters import (
    HALF_PAST_NINE,
    NAME,
    given_up,
    names,
    put,
    show,
    take_up,
    taken,
    vm,
)
from tests.handlers.requesting import read


@pytest.fixture
async def azure(azure: LocalAzure) -> LocalAzure:
    """The local Azure with the container that a deployment makes."""
    await make_container(azure.blobs, CONTAINER)
    return azure


async def test_where_nothing_waits_that_is_said(azure: LocalAzure, auditing: Guard) -> None:
    shown = await show(auditing)
    assert (shown["blobs"], shown["events"], shown["oldest"], shown["more"]) == (0, 0, None, False)
    assert shown["message"] == "Nothing waits: there is no dead letter."
    done = await take_up(auditing)
    assert (done["blobs"], done["queued"], done["more"]) == (0, 0, False)
    assert await taken(azure) == []


async def test_what_waits_is_shown_the_oldest_first_without_anybodys_name_and_nothing_is_changed(
    azure: LocalAzure, auditing: Guard
) -> None:
    await put(azure, [given_up("late", 5), given_up("early", 1)])
    cloud_event = as_cloud_event(given_up("cloud", 3)) | {"deadletterreason": "MaxDeliveryAttemptsExceeded"}
    await put(azure, [cloud_event], "NETWORK_EVENTS/2026/11/2/9/a.json")
    answer = await show_dead_letters(auditing, {"code": "the key"})
    assert "Erika" not in answer.body
    shown = read(answer)
    assert [one["subject"] for one in shown["dead_letters"]] == [vm("early"), vm("cloud"), vm("late")]
    assert shown["dead_letters"][0] == {
        "blob": NAME,
        "subject": vm("early"),
        "operation": "Microsoft.Compute/virtualMachines/write",
        "event_time": "2026-11-02T09:31:00+00:00",
        "dead_letter_reason": "TimeToLiveExceeded",
        "attempts": 11,
        "last_delivery_outcome": "NotFound",
        "check": vm("early"),
        "dropped": None,
    }
    assert shown["reasons"] == {"TimeToLiveExceeded": 2, "MaxDeliveryAttemptsExceeded": 1}
    assert (shown["blobs"], shown["blobs_read"], shown["events"], shown["checks"]) == (2, 2, 3, 3)
    assert (shown["oldest"], shown["more"], shown["left"]) == ("2026-11-02T09:31:00Z", False, [])
    assert len(await names(azure)) == 2
    assert await taken(azure) == []


async def test_each_event_of_either_schema_is_queued_as_if_it_had_come_and_its_blob_is_gone(
    azure: LocalAzure, auditing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    await put(azure, [given_up("web", 0), as_cloud_event(given_up("cloud", 1)) | {"deadletterreason": "x"}])
    with caplog.at_level(logging.INFO):
        done = await take_up(auditing)
    checks = await taken(azure)
    assert [(str(check.subject), check.correlation_id, check.by) for check in checks] == [
        (vm("web"), "c-web-0", None),
        (vm("cloud"), "c-cloud-1", None),
    ]
    assert [check.asked_at for check in checks] == [HALF_PAST_NINE, HALF_PAST_NINE + timedelta(minutes=1)]
    assert {check.cause for check in checks} == {"event Microsoft.Compute/virtualMachines/write"}
    assert await names(azure) == []
    assert (done["blobs"], done["events"], done["dropped"], done["queued"]) == (1, 2, 0, 2)
    assert [one["correlation_id"] for one in done["checks"]] == ["c-web-0", "c-cloud-1"]
    (line,) = [vars(record) for record in caplog.records if record.message == "Dead letters taken up"]
    assert (line["blobs"], line["events"], line["queued"]) == (1, 2, 2)
    assert sum(record.message == "Check queued" for record in caplog.records) == 2


async def test_a_subject_is_checked_once_for_its_newest_event_whatever_blob_that_is_in(
    azure: LocalAzure, auditing: Guard
) -> None:
    await put(azure, [given_up("web", 1), given_up("web", 9), given_up("web", 3)], "A/2026/11/2/9/a.json")
    await put(azure, [given_up("web", 5) | {"subject": vm("WEB")}, given_up("db", 2)], "B/2026/11/2/9/b.json")
    done = await take_up(auditing)
    assert [check.correlation_id for check in await taken(azure)] == ["c-db-2", "c-web-9"]
    assert (done["blobs"], done["events"], done["queued"]) == (2, 5, 2)


async def test_what_is_no_reason_to_look_is_told_with_its_reason_and_is_gone_with_its_blob(
    azure: LocalAzure, auditing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    foreign = given_up("web") | {"data": {"operationName": "Microsoft.Storage/storageAccounts/write"}}
    await put(azure, [foreign, 7, given_up("web") | {"subject": "web"}, given_up("web", eventTime=None)])
    shown = await show(auditing)
    assert "none of those that are looked at" in shown["dead_letters"][0]["dropped"]
    done = await take_up(auditing)
    dropped = [vars(record) for record in caplog.records if record.message == "Event dropped"]
    assert len(dropped) == done["dropped"] == 4
    assert all(line["reason"] and line["subject"] and line["correlation_id"] for line in dropped)
    assert not any("Erika" in line["reason"] for line in dropped)
    assert (done["queued"], done["left"]) == (0, [])
    assert await names(azure) == []
    assert await taken(azure) == []


async def test_events_of_a_subscription_that_is_not_watched_are_dropped(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await make(WAC_SUBSCRIPTIONS="99999999-2222-3333-4444-555555555555")
    await put(azure, [given_up("web")])
    assert (await take_up(guard))["dropped"] == 1
    assert await taken(azure) == []


@pytest.mark.parametrize("content", [b"", b"hello", b'[{"id": "1", "sub', b"7"])
async def test_a_blob_that_cannot_be_read_is_left_with_what_to_do_and_keeps_nothing_else_back(
    azure: LocalAzure, auditing: Guard, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    await put(azure, content, "a-note.txt")
    await put(azure, [given_up("web")])
    (left,) = (await show(auditing))["left"]
    done = await take_up(auditing)
    assert done["left"] == [left]
    assert left["blob"] == "a-note.txt"
    assert "JSON" in left["reason"]
    assert "POST /api/checks" in left["message"]
    assert (done["blobs"], done["queued"], done["more"]) == (1, 1, False)
    assert await names(azure) == ["a-note.txt"]
    (line,) = [vars(record) for record in caplog.records if record.message == "Dead letter left"]
    assert (line["blob"], line["reason"]) == ("a-note.txt", left["reason"])


async def test_so_much_at_a_time_is_taken_up_the_oldest_first_until_all_is(
    azure: LocalAzure, auditing: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "_MOST_BLOBS", 2)
    for number in range(5):
        await put(azure, [given_up(f"vm{number}", number)], f"A/2026/11/2/{9 - number}/a.json")
        await azure.advance(1)
    await put(azure, b"a note", "a-note.txt")
    shown = await show(auditing)
    assert (shown["blobs"], shown["blobs_read"], shown["more"]) == (6, 2, True)
    for queued, more in ((["vm0", "vm1"], True), (["vm2", "vm3"], True), (["vm4"], False)):
        done = await take_up(auditing)
        assert [check.subject.name for check in await taken(azure)] == queued
        assert (done["more"], "ask again" in done["message"]) == (more, more)
    assert await names(azure) == ["a-note.txt"]


async def test_what_cannot_be_read_never_keeps_back_what_can(
    azure: LocalAzure, auditing: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "_MOST_BLOBS", 2)
    monkeypatch.setattr(dead_letters, "_MOST_BYTES", 1000)
    monkeypatch.setattr(dead_letters, "_LARGEST", 4000)
    for number in range(5):
        await put(azure, b"x" * 990, f"note-{number}.txt")
    await put(azure, b"x" * 5000, "film.mp4")
    await azure.advance(1)
    await put(azure, [given_up("web")])
    done = await take_up(auditing)
    assert [check.subject.name for check in await taken(azure)] == ["web"]
    assert {one["blob"] for one in done["left"]} == {"film.mp4", *(f"note-{number}.txt" for number in range(5))}
    assert not done["more"]


async def test_many_bytes_are_taken_up_a_part_at_a_time_and_one_large_blob_by_itself(
    azure: LocalAzure, auditing: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "_MOST_BYTES", 2000)
    await put(azure, [given_up(f"vm{number}", number) for number in range(8)], "A/2026/11/2/9/a.json")
    await azure.advance(1)
    await put(azure, [given_up("last", 9)], "A/2026/11/2/9/b.json")
    assert [(one["blobs"], one["more"]) for one in [await take_up(auditing), await take_up(auditing)]] == [
        (1, True),
        (1, False),
    ]
    assert len(await taken(azure)) == 9


async def test_thousands_of_events_in_one_blob_are_taken_up_at_once(azure: LocalAzure, auditing: Guard) -> None:
    await put(azure, [given_up(f"vm{number % 50}", number) for number in range(3000)])
    shown = await show(auditing)
    assert (shown["events"], shown["checks"], len(shown["dead_letters"])) == (3000, 50, 50)
    done = await take_up(auditing)
    assert (done["events"], done["queued"]) == (3000, 50)
    assert len(await taken(azure)) == 50
