"""What answers of Microsoft Graph mean that say no, or say nothing that can be read."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from shared.azure.clients import AzureClients
from shared.azure.directory import Directory
from shared.azure.failures import PassingFailure, Refusal
from shared.azure.parse_application import application_id
from shared.azure.patch_application import patch_application
from shared.model.application import RedirectSettings
from shared.model.plan import PatchApplication
from tests.azure.conftest import Give
from tests.azure.recordings import Answer, Replay

APP = application_id("8a0ce4ff-94c8-4b8f-8c0e-bde7e1b5a0b4")
PATCH = PatchApplication(APP, RedirectSettings((), ()), RedirectSettings((), ("https://wac.contoso.com",)))
LINK = "https://graph.microsoft.com/v1.0/applications/delta?$skiptoken=x"
JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
CODE = "Directory_ConcurrencyViolation"
ERROR = {"error": {"code": CODE, "message": "said so"}}

# What no answer of Graph's is like, but one of something in between may be, or one that is cut off.
UNREADABLE = {
    "a page for people": Answer(200, b"<html>Sign in to the proxy</html>", HTML),
    "the beginning of an answer": Answer(200, b'{"id": "8a0ce4ff-94c8', JSON),
    "a list": Answer(200, [], JSON),
    "an object of nothing": Answer(200, {}, JSON),
    "something of another type": Answer(200, {"id": str(APP.name), "web": {"redirectUris": "none"}}, JSON),
    "no body": Answer(200, None, JSON),
    "no body, and that is said": Answer(204),
    "nothing new": Answer(304),
    "a redirect to nowhere": Answer(302),
}
PASSING = {
    "a gateway's page for people": Answer(502, b"<html>Bad gateway</html>", HTML),
    "an error of which half is missing": Answer(503, b'{"error": {"co', JSON),
    "an error that is a list": Answer(500, [], JSON),
    "a status alone": Answer(504),
}


type Read = Callable[[AzureClients], Awaitable[None]]


async def read_one(clients: AzureClients) -> None:
    directory = Directory(clients)
    await directory.read_application(APP)
    reason = directory.estate().unreadable.get(APP)
    if reason is not None:
        raise Refusal("", reason)


async def read_page(clients: AzureClients) -> None:
    await Directory(clients).read_changes(APP, None)


@pytest.mark.parametrize("read", [read_one, read_page])
@pytest.mark.parametrize("answer", (UNREADABLE | PASSING).values(), ids=(UNREADABLE | PASSING).keys())
async def test_an_answer_that_cannot_be_read_tells_nothing_and_may_pass(
    answer: Answer, read: Read, give: Give, replay: tuple[Replay, AzureClients]
) -> None:
    with pytest.raises(PassingFailure):
        await read(give(answer))
    assert replay[0].asked == ["GET"]


async def test_a_page_without_its_items_is_not_taken_for_an_empty_one(give: Give) -> None:
    with pytest.raises(PassingFailure):
        await read_page(give(Answer(200, {"@odata.nextLink": LINK}, JSON)))


@pytest.mark.parametrize("answer", PASSING.values(), ids=PASSING.keys())
async def test_of_a_write_whose_answer_says_nothing_nobody_can_tell_and_it_is_not_sent_again(
    answer: Answer, give: Give, replay: tuple[Replay, AzureClients]
) -> None:
    with pytest.raises(PassingFailure) as caught:
        await patch_application(give(answer), PATCH)
    assert caught.value.may_have_taken_effect
    assert replay[0].asked == ["PATCH"]


@pytest.mark.parametrize("status", [409, 412, 423, 429])
async def test_a_write_that_somebody_else_was_in_the_way_of_has_had_no_effect(status: int, give: Give) -> None:
    with pytest.raises(PassingFailure, match=f"{status} {CODE}: said so") as caught:
        await patch_application(give(Answer(status, ERROR, JSON | {"Retry-After": "7"})), PATCH)
    assert (caught.value.may_have_taken_effect, caught.value.retry_after) == (False, timedelta(seconds=7))


@pytest.mark.parametrize("status", [400, 403, 422])
async def test_a_refusal_has_graphs_code_and_the_id_of_the_request(status: int, give: Give) -> None:
    with pytest.raises(Refusal) as caught:
        await patch_application(give(Answer(status, ERROR, JSON | {"request-id": "r-1"})), PATCH)
    assert (caught.value.code, caught.value.request_id) == (CODE, "r-1")
    assert str(caught.value) == f"{CODE}: said so"


async def test_a_link_that_has_expired_is_only_followed_from_the_beginning_once(
    give: Give, replay: tuple[Replay, AzureClients]
) -> None:
    gone = Answer(410, {"error": {"code": "syncStateNotFound", "message": "begin anew"}}, JSON)
    with pytest.raises(PassingFailure):
        await Directory(give(gone, gone)).read_changes(APP, None)
    assert replay[0].asked == ["GET", "GET"]


async def test_what_is_gone_where_nothing_expires_is_no_error_of_ours(give: Give) -> None:
    with pytest.raises(PassingFailure):
        await read_one(give(Answer(410, ERROR, JSON)))
