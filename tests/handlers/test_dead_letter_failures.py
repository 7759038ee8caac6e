"""Dead letters are shown, taken up and deleted in that order; whatever fails or ends it, nothing is lost."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest

from handlers.answers import Answer
from handlers.dead_letters import order_take_up, show_dead_letters
from handlers.guard import Guard
from shared.azure.clients import AzureClients
from shared.azure.dead_letters import CONTAINER
from shared.model.reason import Status
from simulator.estate.announce import announce
from simulator.local import LocalAzure
from simulator.storage import make_container
from tests.azure.recordings import Answer as Recorded
from tests.azure.recordings import Replay
from tests.handlers.conftest import MakeGuard
from tests.handlers.letters import NAME, NSG, given_up, names, put, take_up, taken
from tests.handlers.looking import build_site
from tests.handlers.outages import Broken, Outage, Strike
from tests.handlers.queue_work import work_for, work_off
from tests.handlers.requesting import read
from tests.handlers.trails import past_of


@pytest.fixture
async def azure(azure: LocalAzure) -> LocalAzure:
    """The local Azure with the container that a deployment makes."""
    await make_container(azure.blobs, CONTAINER)
    return azure


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
