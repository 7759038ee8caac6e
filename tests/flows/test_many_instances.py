"""Several instances of the app at once on the same messages: no subject is written by two, nothing is lost."""

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.estate.announce import announce
from simulator.estate.many import SHARED_NSG
from simulator.estate.situations import SITUATIONS
from simulator.eventgrid import Disturbances
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.conftest import CERTIFICATES
from tests.flows.azure_with_app import AzureWithApp
from tests.flows.conftest import APP, ENFORCING, FOR_THE_ESTATE
from tests.flows.estate import HOUR, build_estate
from tests.flows.tenant import build_tenant, hosts_that_patched, tell_when_patched

INSTANCES = int(os.environ.get("WAC_TEST_INSTANCES", "2"))
# Two ports, so that the rule of one is put while machines of the other appear.
PORTS = ("6516", "6600")
MACHINES = 24


@pytest.fixture(scope="module")
async def running_instances() -> AsyncIterator[AzureWithApp]:
    async with LocalAzure(APP, ENFORCING | FOR_THE_ESTATE, directory=CERTIFICATES, hosts=INSTANCES) as azure:
        app = AzureWithApp(azure)
        await app.subscribe()
        yield app


@pytest.fixture
async def instances(running_instances: AzureWithApp) -> AzureWithApp:
    """The enforcing app on several instances, with events that come twice and out of order."""
    await running_instances.reset()
    disturb(running_instances)
    return running_instances


def disturb(app: AzureWithApp) -> None:
    chance = random.Random(11)
    app.world.event_grid.disturb = Disturbances(
        duplicate=True, reorder=chance, delay=lambda _event: chance.uniform(0, 30)
    )
    app.world.answer_seconds = 0.02


async def verify_no_two_wrote_at_once(app: AzureWithApp) -> None:
    """No subject was written by two at a time, and more than one instance wrote."""
    requests = app.world.requests
    assert requests.overlapping_writes() == []
    assert len({request.host for request in requests.writes()}) > 1


@pytest.mark.many
async def test_several_instances_at_once_bring_the_whole_estate_to_its_end(instances: AzureWithApp) -> None:
    estate = build_estate(instances)
    await estate.play()
    estate.announce_all()
    tally = await instances.azure.settle_for(HOUR)

    await estate.verify()
    await verify_no_two_wrote_at_once(instances)
    assert tally.failed == 0


@pytest.mark.many
async def test_an_instance_that_is_killed_in_the_middle_changes_nothing_of_the_end(instances: AzureWithApp) -> None:
    estate, writes = build_estate(instances, [one for one in SITUATIONS if one is not SHARED_NSG]), 0
    in_the_middle = asyncio.Event()

    def count(method: str, _: str) -> bool:
        nonlocal writes
        writes += method != "GET"
        if writes == 5:
            in_the_middle.set()
        return False

    instances.world.faults.add(Fault(FaultKind.UNAVAILABLE, when=count))
    settling = asyncio.create_task(instances.azure.settle_for(HOUR / 4))
    await in_the_middle.wait()
    await instances.azure.kill_host(1)
    await settling
    await instances.azure.start_host(1)
    await estate.play()
    estate.announce_all()
    await instances.azure.settle_for(HOUR)

    await estate.verify()
    await verify_no_two_wrote_at_once(instances)


@pytest.mark.parametrize("gateways", [12, pytest.param(40, marks=pytest.mark.many)])
async def test_a_tenant_is_audited_and_migrated_though_those_who_write_are_killed_in_the_middle(
    gateways: int, instances: AzureWithApp
) -> None:
    tenant = build_tenant(instances, gateways)
    in_the_middle = tell_when_patched(instances, gateways // 2)
    await instances.fire("redirects_timer")
    settling = asyncio.create_task(instances.azure.settle_for(HOUR / 4))
    await in_the_middle.wait()
    # Not all: those who are left do the rest.
    killed = hosts_that_patched(instances)[: INSTANCES - 1]
    for index in killed:
        await instances.azure.kill_host(index)
    await settling
    for index in killed:
        await instances.azure.start_host(index)
    await instances.fire("redirects_timer")
    await instances.azure.settle_for(HOUR)

    await tenant.verify()
    await verify_no_two_wrote_at_once(instances)


@pytest.mark.many
async def test_no_port_of_machines_behind_one_nsg_is_lost_however_they_come() -> None:
    settings = ENFORCING | {"WAC_INBOUND_SOURCES": "203.0.113.0/24"}
    async with LocalAzure(APP, settings, directory=CERTIFICATES, hosts=INSTANCES) as azure:
        app = AzureWithApp(azure)
        await app.subscribe()
        disturb(app)
        nsg, wanted = build_group_that_grows(app)

        await azure.settle_for(HOUR)

        assert sum(len(addresses) for addresses in wanted.values()) == MACHINES
        assert opened(app, nsg) == wanted
        await verify_no_two_wrote_at_once(app)


def build_group_that_grows(app: AzureWithApp) -> tuple[str, dict[str, set[str]]]:
    """Give an NSG, behind which one more VM stands each time that it is read; and the addresses by their port."""
    group, wanted = "rg-grows", defaultdict[str, set[str]](set)
    add_resource_group(app.world, group)
    subnet = subnet_id(add_network(app.world, group, "vnet"))
    closed = security_rule("NobodyComesIn", priority=1000, direction="Inbound")
    nsg = add_security_group(app.world, group, "nsg-grows", [closed])
    attach(app.world, nsg, subnet)

    def add_machine() -> None:
        number = sum(len(addresses) for addresses in wanted.values())
        port = PORTS[number % len(PORTS)]
        vm = add_virtual_machine(app.world, group, f"web-{number:02}", subnet=subnet)
        add_extension(app.world, vm, settings={"port": port})
        interface = app.world.resources[network_interface_of(app.world, vm)]
        wanted[port].add(interface["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"])
        announce(app.world, vm)

    def grow(method: str, path: str) -> bool:
        if method == "GET" and path.lower() == nsg.lower() and sum(map(len, wanted.values())) < MACHINES:
            add_machine()
        return False

    app.world.faults.add(Fault(FaultKind.UNAVAILABLE, when=grow))
    add_machine()
    return nsg, wanted


def opened(app: AzureWithApp, nsg: str) -> dict[str, set[str]]:
    """Give the addresses that our rules let people in to, by port."""
    rules = [rule for name, rule in app.rules(nsg).items() if name in app.our_rules(nsg)]
    found = defaultdict[str, set[str]](set)
    for rule in rules:
        if rule["direction"] == "Inbound":
            prefixes = rule.get("destinationAddressPrefixes") or [rule["destinationAddressPrefix"]]
            found[rule["destinationPortRange"]] |= {prefix.removesuffix("/32") for prefix in prefixes}
    return found
