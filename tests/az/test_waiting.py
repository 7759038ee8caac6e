"""The Azure CLI waits for what takes time, unless told not to, and learns how it ended."""

from __future__ import annotations

import asyncio

import pytest

from simulator.arm.compute.machine import Power
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.az.azure_cli import Answer, AzureCli
from tests.az.estate import Estate

pytestmark = pytest.mark.az

MINUTE = 60.0
POLLS = 3
GENERAL_ERROR = 1
EXTENSION = "-g rg-app --vm-name vm-1 -n AdminCenter"
SET = f"""vm extension set {EXTENSION} --publisher Microsoft.AdminCenter --settings '{{"port": "6600"}}'"""
RULE = "-g rg-app --nsg-name nsg-web"

TAKES_A_MINUTE = (
    "vm start -g rg-app -n vm-2",
    "vm deallocate -g rg-app -n vm-1",
    "vm stop -g rg-app -n vm-1",
    "vm restart -g rg-app -n vm-1",
    "vm delete -g rg-app -n vm-2 --yes",
    SET,
    f"vm extension delete {EXTENSION}",
    f"network nsg rule create {RULE} -n New --priority 300",
    f"network nsg rule update {RULE} -n DenyAllOutbound --access Allow",
    f"network nsg rule delete {RULE} -n DenyAllOutbound",
    "network nsg create -g rg-app -n new",
    "network vnet subnet update -g rg-app --vnet-name vnet -n default --remove networkSecurityGroup",
    "group delete -n rg-app --yes",
)


@pytest.fixture(autouse=True)
def slow(azure: LocalAzure, estate: Estate) -> None:
    """Everything takes a minute."""
    world = azure.world
    world.install_seconds = world.uninstall_seconds = world.machine_seconds = world.power_seconds = MINUTE
    world.network_seconds = world.group_seconds = MINUTE


async def wait_for(azure: LocalAzure, az: AzureCli, line: str) -> Answer:
    """Let the minute pass once az has asked several times whether it has, and got no for an answer."""
    running = asyncio.create_task(az(line))
    while polls(azure) < POLLS and not running.done():  # noqa: ASYNC110 - nobody is told when a request is logged
        await asyncio.sleep(0.01)
    assert not running.done(), running.result()
    await azure.advance(MINUTE)
    return await running


def polls(azure: LocalAzure) -> int:
    asked = [request.path.lower() for request in azure.world.requests.reads()]
    return sum("/operations/" in path or "/operationresults/" in path for path in asked)


@pytest.mark.parametrize("line", TAKES_A_MINUTE)
async def test_a_command_waits_until_azure_is_done(line: str, az: AzureCli, azure: LocalAzure) -> None:
    answer = (await wait_for(azure, az, line)).succeeded()

    states = {one["properties"].get("provisioningState", "Succeeded") for one in azure.world.resources.values()}
    assert states <= {"Succeeded"}
    assert (answer.document or {}).get("provisioningState", "Succeeded") == "Succeeded"


NOT_WAITED_FOR = (
    "vm start -g rg-app -n vm-2",
    "vm deallocate -g rg-app -n vm-1",
    SET,
    f"vm extension delete {EXTENSION}",
    f"network nsg rule create {RULE} -n New --priority 300",
    f"network nsg rule delete {RULE} -n DenyAllOutbound",
    "group delete -n rg-app --yes",
)


@pytest.mark.parametrize("line", NOT_WAITED_FOR)
async def test_no_wait_ends_while_azure_is_at_it(line: str, az: AzureCli, azure: LocalAzure) -> None:
    answer = (await az(f"{line} --no-wait")).succeeded()

    assert answer.output == ""
    assert polls(azure) == 0
    assert azure.world.clock.next_due() is not None


async def test_a_vm_that_starts_is_shown_starting_and_then_running(
    az: AzureCli, azure: LocalAzure, estate: Estate
) -> None:
    state = "vm show -d -g rg-app -n vm-2 --query powerState"
    (await az("vm start -g rg-app -n vm-2 --no-wait")).succeeded()
    assert (await az(state)).document == "VM starting"

    await azure.advance(MINUTE)

    assert (await az(state)).document == "VM running"
    assert azure.world.machine(estate.deallocated).power is Power.RUNNING


async def test_an_install_that_fails_ends_with_the_agents_words(az: AzureCli, azure: LocalAzure) -> None:
    azure.world.faults.add(Fault(FaultKind.FAILED_INSTALL, name="Port 6600 is taken."))

    answer = await wait_for(azure, az, SET)

    assert answer.exit_code == GENERAL_ERROR
    assert "ERROR: (VMExtensionProvisioningError)" in answer.error
    assert 'Error message: "Port 6600 is taken."' in answer.error
    shown = (await az(f"vm extension show {EXTENSION}")).succeeded()
    assert shown.document["provisioningState"] == "Failed"


async def test_waiting_for_an_extension_ends_when_it_is_there(az: AzureCli, azure: LocalAzure) -> None:
    (await az(f"{SET} --no-wait")).succeeded()
    await azure.advance(MINUTE)

    waited = await az(f"vm extension wait {EXTENSION} --updated")

    assert waited.exit_code == 0, waited.error


async def test_an_nsg_that_is_being_written_takes_no_other_write(az: AzureCli, azure: LocalAzure) -> None:
    (await az(f"network nsg rule create {RULE} -n New --priority 300 --no-wait")).succeeded()

    answer = await az(f"network nsg rule create {RULE} -n Newer --priority 301")

    assert answer.exit_code == GENERAL_ERROR
    assert "ERROR: (AnotherOperationInProgress)" in answer.error
