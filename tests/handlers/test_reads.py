"""What a check costs: how many reads, how many of them one after the other, and what is kept for later."""

import asyncio
import itertools
import logging
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from handlers.guard import Guard
from shared.model.reason import Status
from simulator.arm.compute.virtual_machines import attach_interfaces
from simulator.build import add_extension, add_network_interface, add_security_group, attach, subnet_id
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.request_log import LoggedRequest
from simulator.world import World
from tests.handlers.looking import Site, build_site, look, tell_when

SDK_REQUESTS = "azure.core.pipeline.policies.http_logging_policy"
FACTS = ("skus", "servicetags", "rg-web")
MINUTE, DAY = 60, 24 * 60 * 60


def last_names(requests: list[LoggedRequest]) -> Counter[str]:
    """Count requests by the last part of their path: resources of one site have names of their own."""
    return Counter(request.path.rsplit("/", 1)[1].lower() for request in requests)


def rounds(caplog: pytest.LogCaptureFixture) -> int:
    """Count how often the SDKs sent requests to ARM after having had to wait for answers, by their own log.

    In each round the app sends all its requests before it takes any answer.
    """
    told = (record.getMessage() for record in caplog.records if record.name == SDK_REQUESTS)
    sent = (message.startswith("Request URL") and "/subscriptions/" in message for message in told)
    return sum(is_sending for is_sending, _ in itertools.groupby(sent))


def add_second_interface(world: World, site: Site) -> None:
    nsg = add_security_group(world, "rg-web", "nsg-second")
    second = add_network_interface(world, "rg-web", "web-nic-2", subnet=subnet_id(site.network_id), nsg=nsg)
    vm = world.resources[site.vm_id]
    vm["properties"]["networkProfile"]["networkInterfaces"] = [
        {"id": site.interface_id, "properties": {"primary": True}},
        {"id": second, "properties": {"primary": False}},
    ]
    attach_interfaces(world, vm)


async def test_a_compliant_vm_costs_one_read_of_each_thing_four_deep_and_no_write(
    azure: LocalAzure, enforcing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    site = build_site(azure.world, installed=True)
    attach(azure.world, add_security_group(azure.world, "rg-web", "nsg-nic"), site.interface_id)
    assert (await look(enforcing, site.vm_id)).status is Status.COMPLIANT
    assert last_names(azure.world.requests.reads()) == Counter(
        ["web", "rg-web", "skus", "servicetags", "web-nic", "vnet", "nsg", "nsg-nic"]
    )
    azure.world.requests.clear()
    with caplog.at_level(logging.INFO, SDK_REQUESTS):
        assert (await look(enforcing, site.vm_id)).status is Status.COMPLIANT
    assert last_names(azure.world.requests.reads()) == Counter(["web", "web-nic", "vnet", "nsg", "nsg-nic"])
    assert rounds(caplog) == 4
    assert azure.world.requests.writes() == []


async def test_the_vm_is_read_with_its_instance_view_so_that_no_extension_is_read_apart(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world, installed=True)
    await look(auditing, site.vm_id)
    (read,) = azure.world.requests.reads(site.vm_id)
    assert "$expand=instanceView" in read.query.replace("%24", "$")


async def test_a_second_interface_costs_one_read_more_and_its_network_none(
    azure: LocalAzure, enforcing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    site = build_site(azure.world, installed=True)
    add_second_interface(azure.world, site)
    await look(enforcing, site.vm_id)
    azure.world.requests.clear()
    with caplog.at_level(logging.INFO, SDK_REQUESTS):
        assert (await look(enforcing, site.vm_id)).status is Status.COMPLIANT
    assert last_names(azure.world.requests.reads()) == Counter(
        ["web", "web-nic", "web-nic-2", "vnet", "nsg", "nsg-second"]
    )
    assert rounds(caplog) == 4


async def test_a_check_of_an_nsg_reads_each_thing_behind_it_once_four_deep(
    azure: LocalAzure, enforcing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    site = build_site(azure.world, installed=True)
    add_second_interface(azure.world, site)
    attach(azure.world, site.nsg_id, site.interface_id)
    await look(enforcing, site.nsg_id)
    azure.world.requests.clear()
    with caplog.at_level(logging.INFO, SDK_REQUESTS):
        assert (await look(enforcing, site.nsg_id)).status is Status.COMPLIANT
    assert last_names(azure.world.requests.reads()) == Counter(["nsg", "web-nic", "web-nic-2", "vnet", "web"])
    assert rounds(caplog) <= 4
    assert azure.world.requests.writes() == []


INELIGIBLE: dict[str, dict[str, Any]] = {
    "a Linux VM": {"image": ("Canonical", "ubuntu-24_04-lts", "server"), "os_type": "Linux"},
    "one opted out": {"tags": {"wac-guard": "exclude"}},
    "one with 2 GiB of memory": {"size": "Standard_B1ms"},
    "one managed by a service": {"managed_by": "/subscriptions/x/resourceGroups/rg/providers/a/b/c"},
    "one that allows no extension operations": {"allow_extension_operations": False},
    "one that is stopped": {"running": False},
    "one whose agent is not ready": {"agent_ready": False},
}


@pytest.mark.parametrize("machine", INELIGIBLE.values(), ids=INELIGIBLE.keys())
async def test_a_vm_that_nothing_can_be_done_for_costs_one_read(
    machine: dict[str, Any], azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, **machine)
    await look(enforcing, site.vm_id)
    azure.world.requests.clear()
    assert (await look(enforcing, site.vm_id)).status in (Status.NOT_APPLICABLE, Status.PENDING)
    assert last_names(list(azure.world.requests)) == Counter(["web"])


@pytest.mark.parametrize("state", ["Creating", "Updating", "Deleting"])
async def test_an_extension_on_its_way_costs_one_read(state: str, azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world)
    add_extension(azure.world, site.vm_id, state=state)
    await look(enforcing, site.vm_id)
    azure.world.requests.clear()
    assert (await look(enforcing, site.vm_id)).status is Status.PENDING
    assert last_names(list(azure.world.requests)) == Counter(["web"])


async def test_a_vm_that_is_gone_costs_one_read(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world)
    assert (await look(enforcing, site.vm_id + "-gone")).status is Status.NOT_APPLICABLE
    assert last_names(list(azure.world.requests)) == Counter(["web-gone"])


async def test_from_nothing_to_an_install_that_runs_a_vm_costs_seven_reads_and_one_write(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    await look(enforcing, site.vm_id)
    assert len(azure.world.requests.reads()) == 7
    assert [request.method for request in azure.world.requests.writes()] == ["PUT"]
    await azure.advance(10 * MINUTE)
    assert (await look(enforcing, site.vm_id)).status is Status.COMPLIANT
    assert len(azure.world.requests.reads()) <= 12


KEPT = {
    "its resource group for five minutes": ("rg-web", 5 * MINUTE),
    "the sizes for a day": ("skus", DAY),
    "the service tags for a day": ("servicetags", DAY),
}


@pytest.mark.parametrize(("name", "lifetime"), KEPT.values(), ids=KEPT.keys())
async def test_a_vm_is_judged_by_what_was_read_before_only_while_that_is_fresh_by_azures_time(
    name: str, lifetime: int, azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world, installed=True)
    await look(auditing, site.vm_id)
    await azure.advance(lifetime - 1)
    azure.world.requests.clear()
    await look(auditing, site.vm_id)
    assert last_names(azure.world.requests.reads())[name] == 0
    await azure.advance(1)
    await look(auditing, site.vm_id)
    assert last_names(azure.world.requests.reads())[name] == 1


async def test_an_opt_out_of_the_group_counts_after_five_minutes_however_quiet_it_was(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, running=False)
    await look(enforcing, site.vm_id)
    azure.world.resources[site.group_id]["tags"] = {"wac-guard": "exclude"}
    azure.world.machine(site.vm_id).boot(azure.world.clock.now(), 0)
    await azure.advance(5 * MINUTE)
    assert (await look(enforcing, site.vm_id)).status is Status.NOT_APPLICABLE
    assert azure.world.installs == []


async def test_many_checks_at_once_read_what_they_share_once(azure: LocalAzure, auditing: Guard) -> None:
    sites = [build_site(azure.world, f"web{number}", installed=True) for number in range(12)]
    reports = await asyncio.gather(*(look(auditing, site.vm_id) for site in sites))
    assert {report.status for report in reports} == {Status.COMPLIANT}
    counted = last_names(azure.world.requests.reads())
    assert (counted["skus"], counted["servicetags"]) == (1, 1)


async def test_checks_that_wait_for_the_same_read_share_its_failure_rather_than_fail_in_turn(
    azure: LocalAzure, auditing: Guard
) -> None:
    sites = [build_site(azure.world, f"web{number}", installed=True) for number in range(6)]
    azure.world.faults.add(Fault(FaultKind.TIME_OUT, path="/skus", times=2))
    all_wait = tell_when(azure.world, "/resourcegroups/rg-web", len(sites))  # asked for together with the sizes
    checks = asyncio.gather(*(look(auditing, site.vm_id) for site in sites))
    await all_wait.wait()
    azure.world.faults.release()
    reports = await checks
    assert {(report.status, report.look_again_after) for report in reports} == {
        (Status.UNKNOWN, timedelta(seconds=15))
    }
    assert len(azure.world.faults.struck) == 2  # its connection dropped, and dropped again
    assert {(await look(auditing, site.vm_id)).status for site in sites[:2]} == {Status.COMPLIANT}
