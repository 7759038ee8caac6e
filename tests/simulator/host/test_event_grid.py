from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.simulator.host.conftest import Host

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVENT: dict[str, Any] = {
    "id": "1",
    "topic": "/subscriptions/s",
    "subject": "/subscriptions/s/resourceGroups/r",
    "eventType": "Microsoft.Resources.ResourceWriteSuccess",
    "eventTime": "2026-01-05T08:00:00.1234567Z",
    "dataVersion": "2",
    "metadataVersion": "1",
    "data": {"name": "ä"},
}
CLOUD_EVENT: dict[str, Any] = {"specversion": "1.0", "id": "2", "source": "/s", "type": "t", "data": {"x": 1}}


async def post(
    host: Host, body: object, *, kind: str | None = "Notification", function: str = "on_event", key: str | None = None
) -> aiohttp.ClientResponse:
    headers = {"aeg-event-type": kind} if kind else {}
    data = body if isinstance(body, str) else json.dumps(body)
    query = {"functionName": function, "code": host.process.event_grid_key if key is None else key}
    return await host.send("POST", "/runtime/webhooks/eventgrid", params=query, data=data, headers=headers)


def received(host: Host) -> list[Any]:
    return [json.loads(line["raw"]) for line in host.lines("event")]


async def test_a_notification_is_accepted_after_one_invocation_for_each_event_of_the_batch(host: Host) -> None:
    answer = await post(host, [EVENT, EVENT | {"id": "7"}])
    assert (answer.status, await answer.read()) == (202, b"")
    assert received(host) == [EVENT, EVENT | {"id": "7"}]


async def test_one_failure_in_a_batch_fails_the_whole_of_it(host: Host) -> None:
    answer = await post(host, [EVENT, EVENT | {"id": "poison"}])
    assert answer.status == 500
    assert len(received(host)) == 2


@pytest.mark.parametrize("body", [CLOUD_EVENT, [CLOUD_EVENT, CLOUD_EVENT]])
async def test_cloud_events_pass_alone_and_in_batches(host: Host, body: object) -> None:
    assert (await post(host, body)).status == 202
    assert received(host) == (body if isinstance(body, list) else [body])


async def test_a_function_that_takes_text_gets_whatever_json_an_event_is(host: Host) -> None:
    assert (await post(host, [None, 3, ["a"], {"eventTime": "never"}])).status == 202
    assert received(host) == [None, 3, ["a"], {"eventTime": "never"}]


async def test_a_typed_function_gets_the_librarys_event(host: Host) -> None:
    assert (await post(host, [EVENT], function="on_typed_event")).status == 202
    [line] = host.lines("typed event")
    assert (line["event_id"], line["data"]) == ("1", {"name": "ä"})


@pytest.mark.parametrize("body", ["not json", '"a text"', "3"])
async def test_a_notification_that_is_no_object_or_array_is_a_500(host: Host, body: str) -> None:
    assert (await post(host, body)).status == 500
    assert received(host) == []


async def test_the_handshake_gives_the_code_back(host: Host) -> None:
    answer = await post(host, [EVENT | {"data": {"validationCode": "c0de"}}], kind="SubscriptionValidation")
    assert (answer.status, json.loads(await answer.read())) == (200, {"validationResponse": "c0de"})
    assert received(host) == []


async def test_a_handshake_without_a_code_is_a_500(host: Host) -> None:
    assert (await post(host, [], kind="SubscriptionValidation")).status == 500


async def test_the_handshake_of_a_cloud_event_has_its_data_as_text(host: Host) -> None:
    event = CLOUD_EVENT | {"data": json.dumps({"validationCode": "c0de"})}
    answer = await post(host, event, kind="SubscriptionValidation")
    assert (answer.status, json.loads(await answer.read())) == (200, {"validationResponse": "c0de"})


@pytest.mark.parametrize(
    ("asked", "allowed"), [("eventgrid.azure.net", "eventgrid.azure.net"), ("evil.example", "eventgrid.azure.net")]
)
async def test_cloud_events_own_handshake_allows_event_grids_origin(host: Host, asked: str, allowed: str) -> None:
    query = {"functionName": "on_event", "code": host.process.event_grid_key}
    answer = await host.send(
        "OPTIONS", "/runtime/webhooks/eventgrid", params=query, headers={"WebHook-Request-Origin": asked}
    )
    assert (answer.status, answer.headers["Webhook-Allowed-Origin"]) == (200, allowed)


async def test_unsubscribing_is_accepted(host: Host) -> None:
    assert (await post(host, [], kind="Unsubscribe")).status == 202


@pytest.mark.parametrize("kind", [None, "Something"])
async def test_a_request_of_no_known_kind_is_a_bad_request(host: Host, kind: str | None) -> None:
    assert (await post(host, [EVENT], kind=kind)).status == 400


@pytest.mark.parametrize("function", ["", "nothing", "echo"])
async def test_a_function_that_takes_no_events_is_not_found(host: Host, function: str) -> None:
    answer = await post(host, [EVENT], function=function)
    assert (answer.status, await answer.text()) == (404, f"cannot find function: '{function}'")


async def test_without_the_right_key_nothing_is_let_in(host: Host) -> None:
    assert (await post(host, [EVENT], key="")).status == 401
    assert (await post(host, [EVENT], key="wrong")).status == 401
    assert (await post(host, [EVENT], key=host.process.function_key)).status == 403
    assert received(host) == []


async def test_the_master_key_is_let_in(host: Host) -> None:
    assert (await post(host, [EVENT], key=host.process.master_key)).status == 202
