"""What Event Grid could not deliver, for whatever reason, ends as well as if it had, once somebody says so."""

from collections.abc import AsyncIterator

import pytest

from shared.azure.dead_letters import CONTAINER
from simulator.estate.announce import announce
from simulator.local import LocalAzure
from tests.flows.azure_with_app import AzureWithApp
from tests.flows.test_deliveries import build_vm
from tests.simulator.webhook import Webhook, serving

HOUR = 3600.0


@pytest.fixture
async def gateway(app: AzureWithApp) -> AsyncIterator[Webhook]:
    """What stands before the app and takes its events, until it is out of the way."""
    async with serving(app.azure.certificates) as served:
        webhooks = app.world.event_grid.webhooks
        past, webhooks.balance = webhooks.balance, lambda _endpoint: served.url
        yield served
        webhooks.balance = past


async def waiting(azure: LocalAzure) -> list[str]:
    return [blob.name async for blob in azure.blobs.get_container_client(CONTAINER).list_blobs()]


@pytest.mark.parametrize("statuses", [[400], [503] * 100], ids=["refused at once", "down for a day"])
async def test_a_vm_that_the_app_was_not_told_of_is_compliant_when_its_dead_letter_is_taken_up(
    app: AzureWithApp, gateway: Webhook, statuses: list[int]
) -> None:
    gateway.statuses = statuses
    vm_id = build_vm(app)
    announce(app.world, vm_id)
    await app.azure.settle_for(30 * HOUR)
    assert app.installs(vm_id) == 0
    (blob,) = await waiting(app.azure)
    status, shown = await app.get("dead-letters")
    (letter,) = shown["dead_letters"]
    assert (status, letter["blob"], letter["check"], shown["more"]) == (200, blob, vm_id, False)

    gateway.statuses = []
    app.world.event_grid.webhooks.balance = lambda endpoint: endpoint
    status, taken = await app.post("dead-letters", {})
    assert (status, taken["blobs"], taken["queued"], taken["left"]) == (202, 1, 1, [])
    tally = await app.azure.settle_for(HOUR)

    assert tally.failed == 0
    assert app.installs(vm_id) == 1
    assert (await app.report(vm_id))["status"] == "COMPLIANT"
    assert await waiting(app.azure) == []
    assert (await app.get("dead-letters"))[1]["events"] == 0
    assert len(await app.log_lines("Dead letters taken up")) == 1


@pytest.fixture
async def told_in_cloud_events(app: AzureWithApp, gateway: Webhook) -> AsyncIterator[None]:
    """The app's event subscriptions in the other schema."""
    grid = app.world.event_grid
    told, grid.subscriptions = grid.subscriptions, []
    await app.subscribe("CloudEventSchemaV1_0")
    yield
    grid.subscriptions = told


@pytest.mark.usefixtures("told_in_cloud_events")
async def test_dead_letters_of_cloud_events_are_taken_up_as_well(app: AzureWithApp, gateway: Webhook) -> None:
    gateway.statuses = [413]
    vm_id = build_vm(app)
    announce(app.world, vm_id)
    await app.azure.settle_for(HOUR)
    (letter,) = (await app.get("dead-letters"))[1]["dead_letters"]
    assert (letter["check"], letter["last_delivery_outcome"]) == (vm_id, "RequestEntityTooLarge")

    await app.post("dead-letters", {})
    await app.azure.settle_for(HOUR)

    assert app.installs(vm_id) == 1
    assert await waiting(app.azure) == []
