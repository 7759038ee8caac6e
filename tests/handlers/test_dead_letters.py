"""What Event Grid gave up is shown, taken up and deleted in that order; whatever ends it, nothing is lost."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest

from handlers import dead_letters
from handlers.answers import Answer
from handlers.dead_letters import order_take_up, show_dead_letters
from handlers.guard import Guard
from shared.azure.clients import AzureClients
from shared.azure.dead_letters import CONTAINER
from shared.model.check import Check
from shared.model.reason import Status
from simulator.arm_events import as_cloud_event
from simulator.estate.announce import announce
from simulator.local import LocalAzure
from simulator.storage import make_container, put_blob
from simulator.world import SUBSCRIPTION_ID
from tests.azure.recordings import Answer as Recorded
from tests.azure.recordings import Replay
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import build_site
from tests.handlers.outages import Broken, Outage, Strike
from tests.handlers.queue_work import work_for, work_off
from tests.handlers.requesting import read, take
from tests.handlers.trails import past_of

type Event = dict[str, Any]

HALF_PAST_NINE = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-web/providers"
NSG = f"{GROUP}/Microsoft.Network/networkSecurityGroups/nsg"
NAME = "VIRTUAL_MACHINE_EVENTS/2026/11/2/9/0d2b3ad5-4c62-4d9b-8a3a-7c2f5f0f6a11.json"


def vm(name: str) -> str:
    return f"{GROUP}/Microsoft.Compute/virtualMachines/{name}"


def given_up(name: str = "web", minutes: int = 0, **changes: Any) -> Event:
    """Make an event of a VM, given up after a day of trying."""
    event = {
        "id": f"{name}-{minutes}",
        "topic": f"/subscriptions/{SUBSCRIPTION_ID}",
        "subject": vm(name),
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "eventTime": (HALF_PAST_NINE + timedelta(minutes=minutes)).isoformat(),
        "dataVersion": "2",
        "metadataVersion": "1",
        "data": {
            "operationName": "Microsoft.Compute/virtualMachines/write",
            "correlationId": f"c-{name}-{minutes}",
            "claims": {"name": "Erika Mustermann"},
        },
    }
    told = {"deadLetterReason": "TimeToLiveExceeded", "deliveryAttempts": 11, "lastDeliveryOutcome": "NotFound"}
    return event | told | changes


@pytest.fixture
async def azure(azure: LocalAzure) -> LocalAzure:
    """The local Azure with the container that a deployment makes."""
    await make_container(azure.blobs, CONTAINER)
    return azure


async def put(azure: LocalAzure, content: object, name: str = NAME) -> None:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    assert await put_blob(azure.blobs, CONTAINER, name, text)


async def names(azure: LocalAzure) -> list[str]:
    """Give the blobs that are there."""
    return [blob.name async for blob in azure.blobs.get_container_client(CONTAINER).list_blobs()]


async def taken(azure: LocalAzure) -> list[Check]:
    """Take the checks that are queued, by the time of their events: they are sent several at once."""
    try:
        checks = await take(azure)
    except ResourceNotFoundError:
        return []
    return sorted(checks, key=lambda check: (check.asked_at or HALF_PAST_NINE, str(check.subject)))


async def show(guard: Guard) -> dict[str, Any]:
    answer = await show_dead_letters(guard, {})
    assert answer.status == 200, answer.body
    return read(answer)


async def take_up(guard: Guard, body: bytes = b"") -> dict[str, Any]:
    answer = await order_take_up(guard, body)
    assert answer.status == 202, answer.body
    return read(answer)


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


# What fails, with how many checks it has queued by then; a 503 says to ask again.
OUTAGES = {
    "listing": (Outage(Broken.UNAVAILABLE, "comp=list", is_write=False), 0),
    "listing, without an answer": (Outage(Broken.DROPPED_BEFORE, "comp=list", is_write=False), 0),
    "reading": (Outage(Broken.THROTTLED, ".json", is_write=False), 0),
    "reading the second blob": (Outage(Broken.INTERNAL_ERROR, ".json", is_write=False, begin=2), 0),
    "queuing": (Outage(Broken.UNAVAILABLE, "/messages", is_write=True), 0),
    "queuing, though it is done": (Outage(Broken.DROPPED_AFTER, "/messages", is_write=True), 2),
    "deleting": (Outage(Broken.UNAVAILABLE, ".json", is_write=True), 2),
    "deleting, without an answer": (Outage(Broken.DROPPED_BEFORE, ".json", is_write=True), 2),
    "deleting, though it is done": (Outage(Broken.DROPPED_AFTER, ".json", is_write=True), 2),
}


@pytest.mark.parametrize("name", OUTAGES)
async def test_whatever_fails_nothing_is_lost_and_asking_again_takes_up_the_rest(
    azure: LocalAzure, auditing: Guard, struck: Strike, name: str
) -> None:
    outage, least = OUTAGES[name]
    await put(azure, [given_up("web")], "A/2026/11/2/9/a.json")
    await put(azure, [given_up("db", 1)], "A/2026/11/2/9/b.json")
    async with struck(auditing, outage) as unlucky:
        answer = await order_take_up(unlucky, b"")
        assert outage.struck
        told = read(answer)
    queued = {check.subject.name for check in await taken(azure)}
    waiting = await names(azure)
    assert len(queued) >= least
    assert queued == {"web", "db"} or len(waiting) == 2
    if answer.status == 503:
        assert "Nothing is lost by asking again." in told["detail"]
        assert answer.headers["Retry-After"]
    await take_up(auditing)
    assert queued | {check.subject.name for check in await taken(azure)} == {"web", "db"}
    assert await names(azure) == []


@pytest.mark.parametrize("kind", Broken)
async def test_a_blob_whose_deleting_fails_costs_a_second_look_that_finds_nothing_to_do(
    azure: LocalAzure, enforcing: Guard, struck: Strike, kind: Broken
) -> None:
    site = build_site(azure.world, "web")
    announce(azure.world, site.vm_id)
    event = azure.world.event_grid.published[-1]
    await put(azure, [event | {"deadLetterReason": "TimeToLiveExceeded"}])
    async with struck(enforcing, Outage(kind, ".json", is_write=True)) as unlucky:
        await order_take_up(unlucky, b"")
        await work_off(azure, unlucky)
    await take_up(enforcing)
    await work_for(azure, enforcing, 3600)
    assert len(azure.world.installs) == 1
    assert (await past_of(enforcing, site.vm_id)).status is Status.COMPLIANT
    assert await names(azure) == []


class _Meanwhile(AioHttpTransport):  # type: ignore[misc]  # azure-core makes it on demand, without a type
    """Has something happen right before the first blob is deleted."""

    def __init__(self, happen: Callable[[], Awaitable[object]], **options: Any) -> None:
        super().__init__(**options)
        self._happen: Callable[[], Awaitable[object]] | None = happen

    async def send(self, request: HttpRequest, **options: Any) -> Any:
        if request.method == "DELETE" and (happen := self._happen):
            self._happen = None
            await happen()
        return await super().send(request, **options)


@asynccontextmanager
async def meanwhile(guard: Guard, happen: Callable[[], Awaitable[object]]) -> AsyncIterator[Guard]:
    clients = AzureClients(guard.settings, transport=partial(_Meanwhile, happen))
    yield replace(guard, clients=clients)
    await clients.close()


async def test_a_blob_that_changed_after_it_was_read_is_left_and_told(azure: LocalAzure, auditing: Guard) -> None:
    await put(azure, [given_up("web")])
    async with meanwhile(auditing, lambda: put(azure, [given_up("web"), given_up("db", 1)])) as guard:
        done = await take_up(guard)
    assert (done["blobs"], done["queued"], done["more"]) == (0, 1, True)
    assert [(one["blob"], "changed" in one["reason"]) for one in done["left"]] == [(NAME, True)]
    assert (await take_up(auditing))["queued"] == 2
    assert await names(azure) == []


async def test_whoever_is_overtaken_by_another_request_finds_nothing_left_to_delete(
    azure: LocalAzure, auditing: Guard
) -> None:
    await put(azure, [given_up("web")])
    async with meanwhile(auditing, lambda: take_up(auditing)) as guard:
        done = await take_up(guard)
    assert (done["queued"], done["left"], done["more"]) == (1, [], False)
    assert [check.subject.name for check in await taken(azure)] == ["web", "web"]
    assert await names(azure) == []


async def ask_both(guard: Guard) -> list[Answer]:
    return [await show_dead_letters(guard, {}), await order_take_up(guard, b"{}")]


async def test_without_the_container_it_is_said_what_that_costs_and_what_to_make(
    azure: LocalAzure, auditing: Guard
) -> None:
    await azure.blobs.delete_container(CONTAINER)
    for answer in await ask_both(auditing):
        problem = read(answer)
        assert (answer.status, problem["title"]) == (404, "There is no container of dead letters")
        assert f"`{CONTAINER}`" in problem["detail"]
        assert "Event Grid drops what it gives up" in problem["detail"]


async def test_storage_that_refuses_the_app_is_said_with_the_role_to_grant(
    azure: LocalAzure, make: MakeGuard
) -> None:
    denied = b"""<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthorizationPermissionMismatch</Code>
<Message>This request is not authorized to perform this operation using this permission.</Message></Error>"""
    headers = {"Content-Type": "application/xml", "x-ms-error-code": "AuthorizationPermissionMismatch"}
    async with Replay(azure.certificates) as storage:
        storage.give(Recorded(403, denied, headers), Recorded(403, denied, headers))
        guard = await make(AzureWebJobsStorage__blobServiceUri=storage.url)
        for answer in await ask_both(guard):
            problem = read(answer)
            assert (answer.status, problem["title"]) == (500, "The app's storage refuses the app")
            assert "not authorized to perform this operation using this permission" in problem["detail"]
            assert "`Storage Blob Data Contributor`, for dead letters" in problem["detail"]


async def test_storage_that_cannot_be_reached_is_said_with_when_to_ask_again(
    azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(AzureWebJobsStorage__blobServiceUri="https://localhost:1/account")
    for answer in await ask_both(guard):
        assert (answer.status, read(answer)["title"]) == (503, "The app's storage can't be reached now")
        assert answer.headers == {"Retry-After": "10"}


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"blobs": 5}'])
async def test_an_order_with_more_in_it_is_refused_and_takes_up_nothing(
    azure: LocalAzure, auditing: Guard, body: bytes
) -> None:
    await put(azure, [given_up("web")])
    answer = await order_take_up(auditing, body)
    assert (answer.status, read(answer)["title"]) == (400, "The request is no order to take up dead letters")
    assert (await show_dead_letters(auditing, {"subject": NSG})).status == 400
    assert await names(azure) == [NAME]
