"""What a failed request means, by what there is of it: an error of the SDK, or an answer like none documented."""

import socket
from datetime import timedelta
from typing import Any

import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from shared.azure.clients import AzureClients
from shared.azure.failures import Absent, PassingFailure, Refusal, explain_failure, explained
from shared.settings import parse_settings
from simulator.local import LocalAzure
from tests.azure.conftest import Give
from tests.azure.recordings import Answer

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
BINARY = {"Content-Type": "application/octet-stream"}
ERROR = {"error": {"code": "Said", "message": "said so"}}


async def read(clients: AzureClients) -> None:
    with explained():
        await clients.network("s").network_security_groups.get("g", "n")


NO_ANSWER = {
    "it could not be sent": ServiceRequestError("said so"),
    "nobody took the connection": ServiceRequestTimeoutError("said so"),
    "the connection dropped": ServiceResponseError("said so"),
    "it was never answered": ServiceResponseTimeoutError("said so"),
    "the answer was cut off": IncompleteReadError("said so"),
    "the answer made no sense": DecodeError("said so"),
    "something else in the SDK": AzureError("said so"),
    "an error without an answer": HttpResponseError("said so"),
}


@pytest.mark.parametrize("error", NO_ANSWER.values(), ids=NO_ANSWER.keys())
def test_without_an_answer_it_may_pass(error: AzureError) -> None:
    failure = explain_failure(error)
    assert type(failure) is PassingFailure
    assert (str(failure), failure.retry_after) == ("No answer from Azure: said so", None)
    assert (failure.request_id, failure.may_have_taken_effect) == (None, True)


def test_without_a_token_it_may_pass_and_is_told_as_that() -> None:
    failure = explain_failure(ClientAuthenticationError("no identity"))
    assert type(failure) is PassingFailure
    assert str(failure) == "No token for Azure: no identity"
    assert not failure.may_have_taken_effect


def test_what_the_sdk_raised_is_kept_as_the_cause() -> None:
    error = ServiceRequestError("said so")
    with pytest.raises(PassingFailure) as caught, explained():
        raise error
    assert caught.value.__cause__ is error


def test_what_is_no_error_of_the_sdk_is_a_bug_and_goes_on() -> None:
    with pytest.raises(KeyError), explained():
        raise KeyError("a bug")


ANSWERS: dict[str, tuple[Answer, type[Exception], str]] = {
    "401": (Answer(401, ERROR, JSON), PassingFailure, "401 Said: said so"),
    "408": (Answer(408, ERROR, JSON), PassingFailure, "408 Said: said so"),
    "412": (Answer(412, ERROR, JSON), PassingFailure, "412 Said: said so"),
    "504": (Answer(504, ERROR, JSON), PassingFailure, "504 Said: said so"),
    "503 without a body": (Answer(503), PassingFailure, "503 Service Unavailable: Operation returned an invalid"),
    "403 without a body": (Answer(403), Refusal, "Forbidden: Operation returned an invalid status 'Forbidden'"),
    "403 without a code": (Answer(403, {"error": {}}, JSON), Refusal, "Forbidden: Operation returned an invalid"),
    "403 with something else in it": (Answer(403, ["no"], JSON), Refusal, "Forbidden: "),
    "403 of a firewall on the way": (Answer(403, "Blocked", HTML), Refusal, "Forbidden: "),
    "404 without a body": (Answer(404), Absent, "Operation returned an invalid status 'Not Found'"),
    "a refusal that can't be read": (
        Answer(403, "no", BINARY),
        PassingFailure,
        "No answer from Azure: Cannot deseria",
    ),
    "a success that can't be read": (
        Answer(200, "yes", BINARY),
        PassingFailure,
        "No answer from Azure: Cannot deseri",
    ),
    "an error without its envelope": (Answer(400, ERROR["error"], JSON), Refusal, "Said: said so"),
}


@pytest.mark.parametrize(("answer", "meaning", "told"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_an_answer_is_judged_by_its_status_however_little_else_it_has(
    answer: Answer, meaning: type[Exception], told: str, give: Give
) -> None:
    with pytest.raises(meaning) as caught:
        await read(give(answer))
    assert type(caught.value) is meaning
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize("status", [401, 404, 403, 408, 409, 412, 429, 500, 502, 503, 504])
async def test_an_answer_tells_its_request_id_and_whether_a_write_may_have_got_through(
    status: int, give: Give
) -> None:
    with pytest.raises((Absent, PassingFailure, Refusal)) as caught:
        await read(give(Answer(status, ERROR, JSON | {"x-ms-request-id": "4f1c"})))
    assert isinstance(caught.value, Absent | PassingFailure | Refusal)
    assert caught.value.request_id == "4f1c"
    if isinstance(caught.value, PassingFailure):
        assert caught.value.may_have_taken_effect is (status in (408, 500, 502, 503, 504))


def violation(**info: Any) -> dict[str, Any]:
    return {"type": "PolicyViolation", "info": info}


DETAILS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing more": ({}, {}),
    "one policy": (
        {"additionalInfo": [violation(policyAssignmentName="a", policyDefinitionName="d")]},
        {"policyAssignmentName": "a", "policyDefinitionName": "d"},
    ),
    "two policies, of one effect": (
        {
            "additionalInfo": [
                violation(policyAssignmentName="a", policyDefinitionEffect="deny"),
                violation(policyAssignmentName="b", policyDefinitionEffect="deny"),
            ]
        },
        {"policyAssignmentName": ["a", "b"], "policyDefinitionEffect": "deny"},
    ),
    "long evaluations are left out": (
        {
            "additionalInfo": [
                violation(policyAssignmentName="a", evaluationDetails={"x": [1]}, exemptions=[], n=None)
            ]
        },
        {"policyAssignmentName": "a"},
    ),
    "what is said of an error within": (
        {"details": [{"code": "c", "message": "m", "additionalInfo": [violation(policyAssignmentName="a")]}]},
        {"policyAssignmentName": "a"},
    ),
    "infos that are none": ({"additionalInfo": [{"type": "Other", "info": "text"}]}, {}),
}


@pytest.mark.parametrize(("more", "details"), DETAILS.values(), ids=DETAILS.keys())
async def test_a_refusal_keeps_the_short_part_of_what_azure_adds(
    more: dict[str, Any], details: dict[str, Any], give: Give
) -> None:
    body = {"error": {"code": "RequestDisallowedByPolicy", "message": "said so", **more}}
    with pytest.raises(Refusal) as caught:
        await read(give(Answer(403, body, JSON)))
    assert (caught.value.code, caught.value.details) == ("RequestDisallowedByPolicy", details)
    assert str(caught.value) == "RequestDisallowedByPolicy: said so"


WAITS = {
    "17": timedelta(seconds=17),
    "0": timedelta(0),
    "3600": timedelta(hours=1),
    "": None,
    "soon": None,
    "-1": None,
    "1.5": None,
    "²": None,
    "9" * 30: None,
    "Wed, 21 Oct 2026 07:28:00 GMT": None,
}


@pytest.mark.parametrize(("asked", "wait"), WAITS.items(), ids=[text or "nothing" for text in WAITS])
async def test_the_wait_is_what_azure_asked_for_in_seconds(asked: str, wait: timedelta | None, give: Give) -> None:
    with pytest.raises(PassingFailure) as caught:
        await read(give(Answer(429, ERROR, JSON | {"Retry-After": asked})))
    assert caught.value.retry_after == wait


async def test_where_nobody_listens_it_may_pass(running_azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = running_azure.environment()
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"https://localhost:{nobody.getsockname()[1]}"
        clients = AzureClients(parse_settings(environment | {"WAC_ARM_ENDPOINT": url}))
        with pytest.raises(PassingFailure, match="No answer from Azure: Cannot connect to host"):
            await read(clients)
        await clients.close()
