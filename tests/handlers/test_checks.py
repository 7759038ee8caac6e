"""Checks from the queue: answered once, one at a time for each subject, and followed up by further ones."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import AzureError, ResourceNotFoundError

from handlers.checks import receive_check
from handlers.guard import Guard
from shared.azure.check_queue import CHECKS, parse_check, send_check, write_check
from shared.model.check import Check
from shared.model.resource_id import ResourceId
from shared.turns import GATHERING
from simulator.build import (
    add_extension,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    subnet_id,
)
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, build_site, check_of
from tests.handlers.queue_work import work_off

MINUTE = timedelta(minutes=1)


async def receive(guard: Guard, subject: str, *, asked_at: datetime | None = None, attempt: int = 0) -> None:
    await receive_check(guard, write_check(check_of(subject, asked_at=asked_at, attempt=attempt)))


async def waiting(azure: LocalAzure) -> list[Check]:
    """Give the checks that can be taken from the queue now."""
    try:
        peeked = await azure.storage.get_queue_client(CHECKS).peek_messages(max_messages=32)
    except ResourceNotFoundError:
        return []
    return [parse_check(message.content) for message in peeked]


async def waiting_subjects(azure: LocalAzure) -> list[ResourceId]:
    return sorted(check.subject for check in await waiting(azure))


async def next_look(azure: LocalAzure) -> timedelta | None:
    """Tell after how long the next check that is hidden yet can be taken from the queue."""
    due = await azure.azurite.next_visible()
    return None if due is None else due - azure.world.clock.now()


@asynccontextmanager
async def without_queue(guard: Guard, make: MakeGuard) -> AsyncIterator[Guard]:
    """Give the same guard, but nobody listens where it looks for its queue."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{nobody.getsockname()[1]}/account"
        unlucky = await make(AzureWebJobsStorage__queueServiceUri=url)
        yield replace(guard, clients=unlucky.clients)


async def test_an_install_that_was_started_is_looked_at_once_more_a_quarter_of_an_hour_later(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    began = azure.world.clock.now()
    await receive(enforcing, site.vm_id, asked_at=began - MINUTE)
    assert await next_look(azure) == 15 * MINUTE
    await azure.advance(15 * 60 - 1)
    assert await waiting(azure) == []
    await azure.advance(1)
    (look,) = await waiting(azure)
    assert look == check_of(site.vm_id, asked_at=began, attempt=1, look=look.look)
    assert look.look is not None


async def test_a_throttled_check_is_looked_at_again_when_azure_asked_for_it(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED))
    asked_at = azure.world.clock.now() - MINUTE
    await receive(enforcing, site.vm_id, asked_at=asked_at, attempt=2)
    assert await next_look(azure) == timedelta(seconds=17)
    await azure.advance(17)
    (look,) = await waiting(azure)
    assert look == check_of(site.vm_id, asked_at=asked_at, attempt=3, look=look.look)
    assert look.look is not None


@pytest.mark.parametrize("machine", [{"running": False}, {"tags": {"wac-guard": "exclude"}}, {"installed": True}])
async def test_nothing_follows_where_there_is_nothing_to_wait_for(
    machine: dict[str, Any], azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, **machine)
    await receive(enforcing, site.vm_id)
    assert (await waiting(azure), await next_look(azure)) == ([], None)


async def test_a_vm_asks_once_for_the_nsg_in_its_way(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    observed_at = azure.world.clock.now()
    await receive(enforcing, site.vm_id)
    await receive(enforcing, site.vm_id)
    assert await next_look(azure) == GATHERING
    await azure.advance(GATHERING.total_seconds())
    (asked,) = await waiting(azure)
    assert (asked.subject, asked.asked_at, asked.attempt) == (ResourceId(site.nsg_id), observed_at + GATHERING, 0)
    assert asked.correlation_id == check_of(site.vm_id).correlation_id
    assert await next_look(azure) == 10 * MINUTE - GATHERING


async def test_those_who_ask_at_about_the_same_time_are_served_by_one_check_that_begins_after_them(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site, began = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,)), azure.world.clock.now()
    for _ in range(3):
        await receive(enforcing, site.vm_id)
        await azure.advance(1)
    assert await waiting(azure) == []
    await azure.advance(2)
    (asked,) = await waiting(azure)
    assert asked.asked_at == azure.world.clock.now() == began + GATHERING
    await receive(enforcing, site.vm_id)
    await azure.advance(GATHERING.total_seconds())
    assert await waiting_subjects(azure) == [ResourceId(site.nsg_id)] * 2


async def test_a_vm_that_comes_after_another_instance_looked_at_its_nsg_has_that_looked_at_again(
    azure: LocalAzure, make: MakeGuard
) -> None:
    settings = ENFORCE | {"WAC_ENFORCE_SCOPES": f"/subscriptions/{azure.world.subscription_id}"}
    settings |= {"WAC_INBOUND_SOURCES": "203.0.113.0/24"}
    one, other = await make(**settings), await make(**settings)
    closed = security_rule("NobodyComesIn", priority=1000, direction="Inbound")
    site = build_site(azure.world, rules=(closed,), installed=True)
    await receive(one, site.vm_id)
    await azure.advance(GATHERING.total_seconds())
    await work_off(azure, other)
    second = add_virtual_machine(azure.world, "rg-web", "web2", subnet=subnet_id(site.network_id))
    add_extension(azure.world, second, settings={"port": "6600"})
    await receive(one, second)
    await azure.advance(GATHERING.total_seconds())
    await work_off(azure, other)
    rules = azure.world.resources.in_collection(f"{site.nsg_id}/securityRules")
    ports = {rule["properties"]["destinationPortRange"] for rule in rules if rule["name"].startswith("PortForWAC")}
    assert ports == {"6516", "6600"}


@pytest.mark.parametrize("checked", ["vm_id", "network_id"])
async def test_what_could_not_be_queued_is_queued_when_the_check_is_tried_again(
    checked: str, azure: LocalAzure, enforcing: Guard, make: MakeGuard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    subject, asked_at = getattr(site, checked), azure.world.clock.now() - MINUTE
    async with without_queue(enforcing, make) as unlucky:
        with pytest.raises(AzureError):
            await receive(unlucky, subject, asked_at=asked_at)
    await receive(enforcing, subject, asked_at=asked_at)
    await azure.advance(GATHERING.total_seconds())
    assert await waiting_subjects(azure) == [ResourceId(site.nsg_id)]


async def test_a_queue_that_cannot_be_reached_is_told_at_once(make: MakeGuard, auditing: Guard) -> None:
    check = check_of("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web")
    async with without_queue(auditing, make) as unlucky, asyncio.timeout(5):
        with pytest.raises(AzureError):
            await send_check(unlucky.clients, check)


async def test_attachments_are_checked_through_what_hangs_on_them(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    on_interface = add_security_group(azure.world, "rg-web", "nsg-nic")
    attach(azure.world, on_interface, site.interface_id)
    expected = {
        site.interface_id: [site.vm_id, on_interface],
        subnet_id(site.network_id): [site.nsg_id],
        site.network_id: [site.nsg_id],
        f"{site.network_id}-gone": [],
    }
    for subject, asked in expected.items():
        await receive(auditing, subject)
        await azure.advance(GATHERING.total_seconds())
        assert await waiting_subjects(azure) == sorted(map(ResourceId, asked)), subject
        await azure.storage.get_queue_client(CHECKS).clear_messages()
        await azure.advance(60)
    assert azure.world.requests.writes() == []


async def test_every_line_of_the_log_is_a_constant_that_names_its_check_in_fields(
    azure: LocalAzure, enforcing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    site = build_site(azure.world, installed=True)
    asked_at = azure.world.clock.now() - MINUTE
    azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED, path="/virtualMachines/"))
    azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, path="/serviceTags"))
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            await receive(enforcing, site.vm_id, asked_at=asked_at)
    ours = [record for record in caplog.records if record.name.startswith(("handlers", "shared"))]
    assert [(record.levelname, record.getMessage()) for record in ours] == [
        ("WARNING", "Check answered"),
        ("WARNING", "Fact not readable"),
        ("INFO", "Check answered"),
        ("INFO", "Check already answered"),
    ]
    lines = [vars(record) for record in ours]
    check = check_of(site.vm_id)
    assert {(line["subject"], line["correlation_id"]) for line in lines} == {(site.vm_id, check.correlation_id)}
    throttled, _, answered, _ = lines
    assert (throttled["status"], throttled["look_again_seconds"]) == ("UNKNOWN", 17)
    assert (answered["status"], answered["findings"], answered["actions"]) == ("COMPLIANT", [], [])
