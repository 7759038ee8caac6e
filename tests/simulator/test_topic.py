"""The Event Grid topic, held against the SDK's own client and the errors that the real one was seen to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridEvent
from azure.eventgrid.aio import EventGridPublisherClient
from azure.identity.aio import ManagedIdentityCredential

from simulator.faults import Fault, FaultKind
from simulator.identity import ARM_AUDIENCES
from simulator.server import ArmServer
from simulator.tls import Certificates
from simulator.topic.gateway import AUDIENCES, BATCH
from simulator.world import World

EVENT = {"specversion": "1.0", "id": "1", "source": "/test", "type": "Test.Happened", "data": {"answer": 42}}


@pytest.fixture
async def publisher(
    server: ArmServer, certificates: Certificates, credential: ManagedIdentityCredential
) -> AsyncIterator[EventGridPublisherClient]:
    trust = str(certificates.ca_file)
    async with EventGridPublisherClient(
        server.topic_url, credential, connection_verify=trust, retry_total=0, read_timeout=1
    ) as client:
        yield client


async def post(
    server: ArmServer,
    certificates: Certificates,
    token: str | None,
    body: Any = None,
    *,
    url: str | None = None,
    content_type: str = BATCH,
) -> tuple[int, dict[str, Any], str]:
    """Post to the topic by hand; give the status, the error and the request id."""
    connector = aiohttp.TCPConnector(ssl=certificates.client_context())
    headers = {"Content-Type": f"{content_type}; charset=utf-8"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    text = body if isinstance(body, str) else aiohttp.payload.JsonPayload(body)
    async with aiohttp.ClientSession(connector=connector) as session:
        address = url or f"{server.topic_url}?api-version=2018-01-01"
        async with session.post(address, data=text, headers=headers) as response:
            document = {} if response.status == 200 else await response.json()
            return response.status, document.get("error", {}), response.headers["x-ms-request-id"]


@pytest.fixture
def token(world: World) -> str:
    return world.identities.issue(AUDIENCES[0], world.identities.system_assigned)


async def test_the_sdk_s_events_are_taken_in_their_order(publisher: EventGridPublisherClient, world: World) -> None:
    await publisher.send([CloudEvent.from_dict(EVENT), CloudEvent.from_dict(EVENT | {"id": "2"})])
    assert [event["id"] for event in world.topic.received] == ["1", "2"]
    assert world.topic.received[0]["data"] == {"answer": 42}
    assert len(world.requests) == 0
    (request,) = world.topic.requests
    assert (request.status, request.caller) == (200, world.identities.system_assigned.client_id)


async def test_a_topic_for_cloud_events_takes_no_other_schema(publisher: EventGridPublisherClient) -> None:
    with pytest.raises(HttpResponseError) as caught:
        await publisher.send(EventGridEvent(subject="s", data={}, event_type="t", data_version="1"))
    assert caught.value.status_code == 415


async def test_whoever_lacks_the_role_is_refused(publisher: EventGridPublisherClient, world: World) -> None:
    world.topic.revoke(world.identities.system_assigned)
    with pytest.raises(HttpResponseError, match="does not have permission to send data") as caught:
        await publisher.send(CloudEvent.from_dict(EVENT))
    assert caught.value.status_code == 403
    assert world.topic.received == []


async def test_a_topic_that_was_deleted_is_not_found(publisher: EventGridPublisherClient, world: World) -> None:
    world.topic.exists = False
    with pytest.raises(ResourceNotFoundError):
        await publisher.send(CloudEvent.from_dict(EVENT))


async def test_too_much_is_refused(publisher: EventGridPublisherClient) -> None:
    with pytest.raises(HttpResponseError, match=r"The maximum size \(1536000\) has been exceeded") as caught:
        await publisher.send(CloudEvent.from_dict(EVENT | {"data": "x" * 1_600_000}))
    assert caught.value.status_code == 413
    with pytest.raises(HttpResponseError, match=r"The maximum size \(1049600\)"):
        await publisher.send(CloudEvent.from_dict(EVENT | {"data": "x" * 1_100_000}))


async def test_of_a_batch_all_is_taken_or_nothing(
    server: ArmServer, certificates: Certificates, token: str, world: World
) -> None:
    status, error, _ = await post(server, certificates, token, [EVENT, {**EVENT, "type": ""}])
    assert (status, error["code"], error["details"][0]["code"]) == (400, "BadRequest", "InputJsonInvalid")
    assert "Required property 'type'" in error["message"]
    assert world.topic.received == []


@pytest.mark.parametrize("body", [EVENT, "no JSON", ["text"], [{**EVENT, "specversion": "0.3"}]])
async def test_what_are_no_cloud_events_is_refused(
    body: object, server: ArmServer, certificates: Certificates, token: str
) -> None:
    assert (await post(server, certificates, token, body))[0] == 400


async def test_who_sends_has_to_be_known(server: ArmServer, certificates: Certificates, world: World) -> None:
    status, error, request_id = await post(server, certificates, None, [EVENT])
    assert (status, error["code"]) == (401, "Unauthorized")
    assert "aeg-sas-token, aeg-sas-key" in error["message"]
    assert f"Report '{request_id}:" in error["message"]
    assert error["details"] == [{"code": "Unauthorized", "message": error["message"]}]
    of_arm = world.identities.issue(ARM_AUDIENCES[0], world.identities.system_assigned)
    assert (await post(server, certificates, of_arm, [EVENT]))[0] == 401


async def test_the_address_has_to_be_right(server: ArmServer, certificates: Certificates, token: str) -> None:
    elsewhere = server.topic_url.replace("/api/events", "/?api-version=2018-01-01")
    status, error, _ = await post(server, certificates, token, [EVENT], url=elsewhere)
    assert (status, error["code"], error["details"][0]["code"]) == (404, "NotFound", "ResourceNotFound")
    assert error["message"].startswith("No HTTP resource was found that matches the request URI 'https://localhost:")
    assert (await post(server, certificates, token, [EVENT], url=server.topic_url))[0] == 400


FAULTS = {
    FaultKind.TOPIC_THROTTLED: 429,
    FaultKind.INTERNAL_ERROR: 500,
    FaultKind.BAD_GATEWAY: 502,
    FaultKind.UNAVAILABLE: 503,
    FaultKind.AUTHORIZATION_FAILED: 403,
    FaultKind.DROPPED_BEFORE: None,
    FaultKind.DROPPED_AFTER: None,
    FaultKind.TIME_OUT: None,
}


@pytest.mark.parametrize(("kind", "status"), FAULTS.items())
async def test_a_fault_strikes_once_and_takes_effect_as_it_says(
    kind: FaultKind, status: int | None, publisher: EventGridPublisherClient, world: World
) -> None:
    world.faults.add(Fault(kind, resource_type="microsoft.eventgrid/topics"))
    with pytest.raises(AzureError) as caught:
        await publisher.send(CloudEvent.from_dict(EVENT))
    assert getattr(caught.value, "status_code", None) == status
    assert not isinstance(caught.value, ClientAuthenticationError)
    assert len(world.topic.received) == (kind is FaultKind.DROPPED_AFTER)
    await publisher.send(CloudEvent.from_dict(EVENT))


async def test_a_throttled_sender_is_told_when_to_come_again(
    publisher: EventGridPublisherClient, world: World
) -> None:
    world.faults.add(Fault(FaultKind.TOPIC_THROTTLED))
    with pytest.raises(HttpResponseError) as caught:
        await publisher.send(CloudEvent.from_dict(EVENT))
    assert getattr(caught.value.response, "headers", {})["Retry-After"] == "10"
