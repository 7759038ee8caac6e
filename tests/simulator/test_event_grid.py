from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    security_rule,
    subnet_id,
)
from simulator.clock import START
from simulator.eventgrid import EventSubscription
from simulator.faults import Fault, FaultKind
from simulator.tls import Certificates
from simulator.webhooks import ValidationFailed
from simulator.world import World
from tests.simulator.raw_client import RawClient
from tests.simulator.webhook import Webhook, serving


@pytest.fixture
async def webhook(certificates: Certificates) -> AsyncIterator[Webhook]:
    async with serving(certificates) as served:
        yield served


@pytest.fixture
async def subscribed(world: World, raw: RawClient, webhook: Webhook) -> EventSubscription:
    return await world.event_grid.subscribe(EventSubscription(webhook.url, "OnEvent"))


@pytest.fixture
def nsg(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_security_group(world, "Shop", "nsg")


async def put_rule(raw: RawClient, nsg: str, name: str, priority: int = 100) -> None:
    await raw.send("PUT", f"{nsg}/securityRules/{name}", body=security_rule(name, priority=priority))


async def put_rules(raw: RawClient, nsg: str, count: int) -> None:
    for number in range(count):
        await put_rule(raw, nsg, f"rule{number}", 100 + number)


@pytest.mark.usefixtures("subscribed")
async def test_a_write_becomes_an_event_with_what_azure_says_of_it(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    await put_rule(raw, nsg, "allow")
    await world.event_grid.flush()
    event = webhook.bodies[0][0]
    data = event["data"]
    assert event["topic"] == f"/subscriptions/{world.subscription_id}"
    assert event["subject"] == data["resourceUri"] == f"{nsg}/securityRules/allow"
    assert event["eventType"] == "Microsoft.Resources.ResourceWriteSuccess"
    assert event["eventTime"] == "2026-01-05T08:00:00.0000000Z"
    assert (event["dataVersion"], event["metadataVersion"]) == ("2", "1")
    assert data["operationName"] == data["authorization"]["action"]
    assert data["operationName"] == "Microsoft.Network/networkSecurityGroups/securityRules/write"
    assert (data["status"], data["resourceProvider"]) == ("Succeeded", "Microsoft.Network")
    assert (data["subscriptionId"], data["tenantId"]) == (world.subscription_id, world.tenant_id)
    assert data["claims"]["appid"] == world.identities.system_assigned.client_id
    assert data["correlationId"]


@pytest.mark.usefixtures("subscribed")
async def test_events_go_to_the_functions_webhook_as_notifications(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    await put_rule(raw, nsg, "allow")
    await world.event_grid.flush()
    assert webhook.queries == [{"code": "key", "functionName": "OnEvent"}]
    assert webhook.headers[0]["aeg-event-type"] == "Notification"
    assert webhook.headers[0]["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.usefixtures("nsg")
@pytest.mark.parametrize(
    ("does", "event_type", "operation"),
    [
        ("PUT ", "ResourceWriteSuccess", "Microsoft.Compute/virtualMachines/write"),
        ("PATCH ", "ResourceWriteSuccess", "Microsoft.Compute/virtualMachines/write"),
        ("POST /start", "ResourceActionSuccess", "Microsoft.Compute/virtualMachines/start/action"),
        ("POST /deallocate", "ResourceActionSuccess", "Microsoft.Compute/virtualMachines/deallocate/action"),
        ("DELETE ", "ResourceDeleteSuccess", "Microsoft.Compute/virtualMachines/delete"),
    ],
)
async def test_what_is_done_to_a_vm_is_told_of_the_vm(
    raw: RawClient, world: World, does: str, event_type: str, operation: str
) -> None:
    method, suffix = does.split(" ")
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))
    body = (await raw.get(vm)).body if method == "PUT" else {"tags": {"a": "b"}} if method == "PATCH" else None
    await raw.send(method, vm + suffix, body=body)
    event = world.event_grid.published[-1]
    assert event["eventType"] == f"Microsoft.Resources.{event_type}"
    assert (event["subject"], event["data"]["operationName"]) == (vm, operation)


@pytest.mark.usefixtures("subscribed")
async def test_an_install_is_told_when_it_ends_and_not_when_it_starts(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))
    properties = {"publisher": "Microsoft.AdminCenter", "type": "AdminCenter", "typeHandlerVersion": "0.0"}
    body = {"location": "westeurope", "properties": properties}
    await raw.send("PUT", f"{vm}/extensions/AdminCenter", body=body)
    await world.clock.advance(179)
    assert webhook.bodies == []
    await world.clock.advance(1)
    assert webhook.subjects == ["AdminCenter"]


async def test_a_failed_install_is_told_as_a_failure(raw: RawClient, world: World, nsg: str) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))
    world.faults.add(Fault(FaultKind.FAILED_INSTALL))
    properties = {"publisher": "Microsoft.AdminCenter", "type": "AdminCenter", "typeHandlerVersion": "0.0"}
    body = {"location": "westeurope", "properties": properties}
    await raw.send("PUT", f"{vm}/extensions/AdminCenter", body=body)
    await world.clock.advance(180)
    event = world.event_grid.published[-1]
    assert event["eventType"] == "Microsoft.Resources.ResourceWriteFailure"
    assert event["data"]["status"] == "Failed"


async def test_a_refused_write_is_told_as_a_failure(raw: RawClient, world: World, nsg: str) -> None:
    await put_rule(raw, nsg, "bad", priority=1)
    assert [event["eventType"] for event in world.event_grid.published] == [
        "Microsoft.Resources.ResourceWriteFailure"
    ]


async def test_reads_and_throttled_writes_are_not_told(raw: RawClient, world: World, nsg: str) -> None:
    await raw.get(nsg)
    world.faults.add(Fault(FaultKind.ARM_THROTTLED))
    await put_rule(raw, nsg, "allow")
    assert world.event_grid.published == []


async def test_a_subscription_gets_the_operations_it_asked_for_in_any_case(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    wanted = ("MICROSOFT.NETWORK/networksecuritygroups/SECURITYRULES/delete",)
    await world.event_grid.subscribe(EventSubscription(webhook.url, "OnEvent", wanted))
    await put_rule(raw, nsg, "allow")
    await raw.send("DELETE", f"{nsg}/securityRules/allow")
    await world.event_grid.flush()
    assert [body[0]["eventType"] for body in webhook.bodies] == ["Microsoft.Resources.ResourceDeleteSuccess"]


async def test_cloud_events_carry_the_same_in_their_own_schema(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    await world.event_grid.subscribe(EventSubscription(webhook.url, "OnEvent", schema="CloudEventSchemaV1_0"))
    await put_rule(raw, nsg, "allow")
    await world.event_grid.flush()
    event, published = webhook.bodies[0], world.event_grid.published[0]
    assert webhook.headers[0]["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert set(event) == {"specversion", "id", "source", "type", "time", "subject", "data"}
    assert (event["source"], event["type"], event["data"]) == (
        published["topic"],
        published["eventType"],
        published["data"],
    )


async def test_cloud_events_can_come_in_batches(raw: RawClient, world: World, webhook: Webhook, nsg: str) -> None:
    subscription = EventSubscription(webhook.url, schema="CloudEventSchemaV1_0", max_events_per_batch=2)
    await world.event_grid.subscribe(subscription)
    await put_rules(raw, nsg, 3)
    await world.event_grid.flush()
    assert [len(body) for body in webhook.bodies] == [2, 1]
    assert webhook.headers[0]["Content-Type"] == "application/cloudevents-batch+json; charset=utf-8"


@pytest.mark.parametrize("schema", ["EventGridSchema", "CloudEventSchemaV1_0"])
async def test_an_endpoint_that_does_not_shake_hands_gets_no_subscription(
    raw: RawClient, world: World, webhook: Webhook, schema: Any
) -> None:
    webhook.validates = False
    with pytest.raises(ValidationFailed):
        await world.event_grid.subscribe(EventSubscription(webhook.url, "OnEvent", schema=schema))
    assert world.event_grid.subscriptions == []


@pytest.mark.usefixtures("subscribed")
async def test_a_failed_delivery_comes_again_by_azures_schedule(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    webhook.statuses = [500] * 7
    await put_rule(raw, nsg, "allow")
    await world.clock.advance(24 * 3600)
    waits = [attempt.time - START for attempt in world.event_grid.attempts]
    steps = [0, 10, 30, 60, 300, 600, 1800, 3600]
    assert waits == [timedelta(seconds=sum(steps[: count + 1])) for count in range(8)]
    assert [attempt.status for attempt in world.event_grid.attempts] == [500] * 7 + [202]
    assert len({body[0]["id"] for body in webhook.bodies}) == 1
    assert world.event_grid.dead_letters == []


@pytest.mark.usefixtures("subscribed")
@pytest.mark.parametrize("status", [400, 403, 413])
async def test_an_event_refused_for_good_is_a_dead_letter_at_once(
    raw: RawClient, world: World, webhook: Webhook, nsg: str, status: int
) -> None:
    webhook.statuses = [status]
    await put_rule(raw, nsg, "allow")
    await world.clock.advance(3600)
    assert len(webhook.bodies) == 1
    (letter,) = world.event_grid.dead_letters
    assert (letter.reason, letter.attempts) == ("Undeliverable due to client error", 1)
    assert letter.outcome == {400: "BadRequest", 403: "Forbidden", 413: "RequestEntityTooLarge"}[status]


@pytest.mark.usefixtures("subscribed")
async def test_an_event_nobody_takes_for_a_day_is_a_dead_letter(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    webhook.statuses = [500] * 100
    await put_rule(raw, nsg, "allow")
    await world.clock.advance(30 * 3600)
    assert [letter.reason for letter in world.event_grid.dead_letters] == ["TimeToLiveExceeded"]
    assert world.event_grid.pending == 0


async def test_an_endpoint_that_is_not_there_counts_as_failed(
    raw: RawClient, world: World, certificates: Certificates, nsg: str
) -> None:
    async with serving(certificates) as webhook:
        await world.event_grid.subscribe(EventSubscription(webhook.url, "OnEvent"))
    await put_rule(raw, nsg, "allow")
    await world.event_grid.flush()
    assert [attempt.status for attempt in world.event_grid.attempts] == [None]
    assert world.event_grid.pending == 1


@pytest.mark.usefixtures("subscribed")
async def test_an_unknown_function_is_tried_again_only_after_minutes(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    webhook.statuses = [404]
    await put_rule(raw, nsg, "allow")
    await world.clock.advance(299)
    assert len(webhook.bodies) == 1
    await world.clock.advance(1)
    assert len(webhook.bodies) == 2


@pytest.mark.usefixtures("subscribed")
async def test_events_can_be_doubled(raw: RawClient, world: World, webhook: Webhook, nsg: str) -> None:
    world.event_grid.disturb.duplicate = True
    await put_rule(raw, nsg, "allow")
    await world.event_grid.flush()
    assert webhook.subjects == ["allow", "allow"]
    assert webhook.bodies[0] == webhook.bodies[1]


@pytest.mark.usefixtures("subscribed")
async def test_events_can_come_out_of_order_the_same_way_each_time(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    world.event_grid.disturb.reorder = random.Random(1)
    await put_rules(raw, nsg, 4)
    await world.event_grid.flush()
    expected = [f"rule{number}" for number in range(4)]
    random.Random(1).shuffle(expected)
    assert webhook.subjects == expected
    assert expected != sorted(expected)


@pytest.mark.usefixtures("subscribed")
async def test_events_can_be_late(raw: RawClient, world: World, webhook: Webhook, nsg: str) -> None:
    world.event_grid.disturb.latency_seconds = 5
    world.event_grid.disturb.delay = lambda event: 60 if event["subject"].endswith("rule0") else 0
    await put_rules(raw, nsg, 2)
    await world.clock.advance(5)
    assert webhook.subjects == ["rule1"]
    await world.clock.advance(60)
    assert webhook.subjects == ["rule1", "rule0"]


@pytest.mark.usefixtures("subscribed")
async def test_events_can_be_lost(raw: RawClient, world: World, webhook: Webhook, nsg: str) -> None:
    world.event_grid.disturb.lose = lambda event: event["subject"].endswith("rule0")
    await put_rules(raw, nsg, 2)
    await world.clock.advance(24 * 3600)
    assert webhook.subjects == ["rule1"]
    assert len(world.event_grid.published) == 2


@pytest.mark.usefixtures("subscribed")
async def test_events_can_be_held_back_and_let_go(raw: RawClient, world: World, webhook: Webhook, nsg: str) -> None:
    world.event_grid.disturb.hold = True
    await put_rules(raw, nsg, 2)
    await world.clock.advance(60)
    assert (webhook.bodies, world.event_grid.pending) == ([], 2)
    world.event_grid.disturb.hold = False
    await world.event_grid.flush()
    assert webhook.subjects == ["rule0", "rule1"]


@pytest.mark.usefixtures("subscribed")
async def test_flushing_also_delivers_what_the_deliveries_bring_about(
    raw: RawClient, world: World, webhook: Webhook, nsg: str
) -> None:
    def echo(body: Any) -> None:
        if body[0]["subject"].endswith("/rule0"):
            world.event_grid.publish(body[0] | {"subject": f"{nsg}/securityRules/echo"})

    webhook.before_answer = echo
    await put_rules(raw, nsg, 1)
    await world.event_grid.flush()
    assert webhook.subjects == ["rule0", "echo"]


async def test_after_unsubscribing_nothing_more_comes(
    raw: RawClient, world: World, webhook: Webhook, subscribed: EventSubscription, nsg: str
) -> None:
    await put_rules(raw, nsg, 1)
    world.event_grid.unsubscribe(subscribed)
    await put_rules(raw, nsg, 2)
    await world.clock.advance(3600)
    assert (webhook.bodies, world.event_grid.pending) == ([], 0)


async def test_what_is_built_without_http_is_told_to_nobody(world: World, nsg: str) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))
    add_extension(world, vm)
    assert world.event_grid.published == []
