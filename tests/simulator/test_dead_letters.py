"""What Event Grid gives up is in blobs of the storage emulator, in the forms and at the time that Azure documents."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator.build import add_network, add_resource_group, add_virtual_machine, subnet_id
from simulator.dead_letters import outcome_of
from simulator.estate.announce import announce
from simulator.eventgrid import EventSubscription, Schema
from simulator.local import LocalAzure
from simulator.storage import make_container
from tests.simulator.webhook import Webhook, serving

CONTAINER = "given-up"


@pytest.fixture
async def webhook(azure: LocalAzure) -> AsyncIterator[Webhook]:
    async with serving(azure.certificates) as served:
        yield served
    azure.world.event_grid.subscriptions.clear()


def add_vm(azure: LocalAzure) -> str:
    add_resource_group(azure.world, "rg-web")
    subnet = subnet_id(add_network(azure.world, "rg-web", "vnet"))
    return add_virtual_machine(azure.world, "rg-web", "web", subnet=subnet)


async def subscribe(azure: LocalAzure, webhook: Webhook, schema: Schema = "EventGridSchema", **more: Any) -> None:
    await make_container(azure.blobs, CONTAINER)
    subscription = EventSubscription(webhook.url, "OnEvent", schema=schema, dead_letter_container=CONTAINER, **more)
    await azure.world.event_grid.subscribe(subscription)


async def blobs(azure: LocalAzure) -> dict[str, Any]:
    """Give the content of the blobs that are there, by their names."""
    container = azure.blobs.get_container_client(CONTAINER)
    found = [blob.name async for blob in container.list_blobs()]
    return {name: json.loads(await (await container.download_blob(name)).readall()) for name in found}


async def test_an_event_that_is_refused_is_a_blob_after_five_minutes(azure: LocalAzure, webhook: Webhook) -> None:
    await subscribe(azure, webhook)
    webhook.statuses = [400]
    announce(azure.world, add_vm(azure))
    began = azure.world.clock.now()
    await azure.advance(299)
    assert await blobs(azure) == {}
    await azure.advance(1)
    ((name, (letter,)),) = (await blobs(azure)).items()
    now = azure.world.clock.now()
    assert re.fullmatch(rf"ONEVENT/{now.year}/{now.month}/{now.day}/{now.hour}/[0-9a-f-]{{36}}\.json", name)
    zulu = f"{began:%Y-%m-%dT%H:%M:%S}.0000000Z"
    assert letter == azure.world.event_grid.published[0] | {
        "deadLetterReason": "Undeliverable due to client error",
        "deliveryAttempts": 1,
        "lastDeliveryOutcome": "BadRequest",
        "publishTime": zulu,
        "lastDeliveryAttemptTime": zulu,
    }
    assert azure.world.event_grid.dead_letters[0].blob == name


async def test_with_cloud_events_the_blob_tells_in_small_letters(azure: LocalAzure, webhook: Webhook) -> None:
    await subscribe(azure, webhook, "CloudEventSchemaV1_0")
    webhook.statuses = [403]
    announce(azure.world, add_vm(azure))
    await azure.advance(300)
    (((letter,),),) = (tuple((await blobs(azure)).values()),)
    assert letter["specversion"] == "1.0"
    assert letter["deadletterreason"] == "Undeliverable due to client error"
    assert (letter["deliveryattempts"], letter["lastdeliveryoutcome"]) == (1, "Forbidden")
    assert not any(re.search("[A-Z]", name) for name in letter)


async def test_what_is_given_up_at_one_time_is_in_one_blob(azure: LocalAzure, webhook: Webhook) -> None:
    await subscribe(azure, webhook)
    webhook.statuses = [400] * 4
    vm_id = add_vm(azure)
    for _ in range(3):
        announce(azure.world, vm_id)
    await azure.advance(60)
    announce(azure.world, vm_id)
    await azure.advance(3600)
    assert sorted(len(letters) for letters in (await blobs(azure)).values()) == [1, 3]


async def test_what_nobody_takes_for_a_day_is_a_blob_with_every_attempt_counted(
    azure: LocalAzure, webhook: Webhook
) -> None:
    await subscribe(azure, webhook)
    webhook.statuses = [503] * 100
    announce(azure.world, add_vm(azure))
    await azure.advance(30 * 3600)
    ((letter,),) = (await blobs(azure)).values()
    assert (letter["deadLetterReason"], letter["lastDeliveryOutcome"]) == ("TimeToLiveExceeded", "Busy")
    assert letter["deliveryAttempts"] == len(webhook.bodies) > 5


async def test_without_its_container_what_is_given_up_is_lost(azure: LocalAzure, webhook: Webhook) -> None:
    await subscribe(azure, webhook)
    await azure.blobs.delete_container(CONTAINER)
    webhook.statuses = [400]
    announce(azure.world, add_vm(azure))
    await azure.advance(300)
    (letter,) = azure.world.event_grid.dead_letters
    assert letter.blob is None
    assert [one.name async for one in azure.blobs.list_containers()] == []


async def test_a_subscription_without_a_container_writes_nothing(azure: LocalAzure, webhook: Webhook) -> None:
    await make_container(azure.blobs, CONTAINER)
    await azure.world.event_grid.subscribe(EventSubscription(webhook.url, "OnEvent"))
    webhook.statuses = [400]
    announce(azure.world, add_vm(azure))
    await azure.advance(3600)
    assert await blobs(azure) == {}
    assert len(azure.world.event_grid.dead_letters) == 1


OUTCOMES = {
    None: "TimedOut",
    404: "NotFound",
    401: "Unauthorized",
    503: "Busy",
    500: "InternalServerError",
    799: "GenericError",
}


@pytest.mark.parametrize(("status", "outcome"), OUTCOMES.items())
def test_an_outcome_is_told_in_event_grids_words(status: int | None, outcome: str) -> None:
    assert outcome_of(status) == outcome
