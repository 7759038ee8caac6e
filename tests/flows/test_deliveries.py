"""What Event Grid and the queue may bring: either schema, rubbish, and storms of faults."""

import json
from typing import Any

import pytest

from shared.azure.check_queue import CHECKS, write_check
from shared.model.check import Check
from shared.model.resource_id import ResourceId
from simulator.arm_events import as_cloud_event
from simulator.build import (
    add_extension,
    add_lock,
    add_network,
    add_resource_group,
    add_virtual_machine,
    remove_restriction,
    subnet_id,
)
from simulator.estate.announce import announce
from simulator.faults import Fault, FaultKind
from tests.conftest import trusting
from tests.flows.azure_with_app import AzureWithApp

GROUP = "rg-web"
HOUR = 3600.0


def build_vm(app: AzureWithApp, name: str = "web-1") -> str:
    add_resource_group(app.world, GROUP)
    subnet = subnet_id(add_network(app.world, GROUP, "vnet"))
    return add_virtual_machine(app.world, GROUP, name, subnet=subnet)


async def post(app: AzureWithApp, function: str, body: bytes, content_type: str = "application/json") -> int:
    """Deliver to the webhook as Event Grid does; give the status."""
    url = f"{app.azure.host.webhook_url()}&functionName={function}"
    headers = {"aeg-event-type": "Notification", "Content-Type": content_type}
    async with trusting() as session, session.post(url, data=body, headers=headers) as response:
        return response.status


async def test_cloud_events_do_what_event_grid_events_do(app: AzureWithApp) -> None:
    vm_id = build_vm(app)
    app.world.event_grid.disturb.lose = lambda _event: True
    announce(app.world, vm_id)
    cloud_event = as_cloud_event(app.world.event_grid.published[-1])
    app.world.event_grid.disturb.lose = None

    status = await post(
        app, "virtual_machine_events", json.dumps(cloud_event).encode(), "application/cloudevents+json"
    )
    await app.azure.settle_for(HOUR)

    assert status == 202
    assert app.installs(vm_id) == 1


RUBBISH: dict[str, Any] = {
    "an empty object": {},
    "null": None,
    "a number": 7,
    "a nested list": [[]],
    "an event of another service": {
        "id": "1",
        "subject": "/blobServices/default",
        "eventType": "Microsoft.Storage.BlobCreated",
        "eventTime": "2026-11-02T09:30:00Z",
        "data": {},
        "dataVersion": "1",
    },
    "a broken cloud event": {"specversion": "1.0", "type": 5, "time": "soon"},
}


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH.keys())
async def test_rubbish_is_taken_once_told_of_and_never_asked_for_again(app: AzureWithApp, rubbish: object) -> None:
    for function in ("virtual_machine_events", "network_events"):
        assert await post(app, function, json.dumps([rubbish]).encode()) == 202
    tally = await app.azure.settle_for(HOUR)
    assert tally.failed == 0
    dropped = await app.log_lines("Event dropped")
    assert len(dropped) == 2
    assert all(line["reason"] and line["subject"] and line["correlation_id"] for line in dropped)
    assert app.world.requests.reads() == []


async def test_a_message_that_is_no_check_ends_as_poison_that_people_see(app: AzureWithApp) -> None:
    vm_id = build_vm(app)
    announce(app.world, vm_id)
    await app.azure.settle()
    await app.azure.storage.get_queue_client(CHECKS).send_message("this is no check")

    await app.azure.settle_for(HOUR)

    told = await app.log_lines("Check given up as poison")
    assert [line["level"].upper() for line in told] == ["ERROR"]
    assert app.installs(vm_id) == 1
    status, listed = await app.get("reports", status="UNKNOWN")
    assert (status, [one["subject"] for one in listed["subjects"]]) == (200, ["this is no check"])
    (shown,) = listed["subjects"]
    assert (shown["status"], shown["reasons"]) == ("UNKNOWN", ["CHECK_FAILED"])


async def test_a_check_that_fails_five_times_is_its_subjects_report_with_the_error_until_a_look_goes_well(
    app: AzureWithApp,
) -> None:
    vm_id = build_vm(app)
    announce(app.world, vm_id)
    await app.azure.settle_for(HOUR)
    nobody_looks = f"{vm_id}/extensions/AdminCenter"
    check = Check(ResourceId(nobody_looks), "test", "c", asked_at=app.world.clock.now())
    await app.azure.storage.get_queue_client(CHECKS).send_message(write_check(check))

    tally = await app.azure.settle_for(HOUR)

    assert tally.failed == 5
    assert len(await app.log_lines("Check given up as poison")) == 1
    report = await app.report(nobody_looks)
    (finding,) = report["findings"]
    assert (report["status"], finding["reason"]) == ("UNKNOWN", "CHECK_FAILED")
    assert "is not looked at" in finding["message"]
    assert "is not looked at" in report["error"]
    _, listed = await app.get("reports")
    assert listed["subjects"][0]["subject"] == nobody_looks
    assert (await app.report(vm_id))["status"] == "COMPLIANT"


async def test_a_storm_of_passing_failures_only_delays(app: AzureWithApp) -> None:
    vm_id = build_vm(app)
    for kind in (
        FaultKind.ARM_THROTTLED,
        FaultKind.UNAVAILABLE,
        FaultKind.DROPPED_BEFORE,
        FaultKind.INTERNAL_ERROR,
        FaultKind.BAD_GATEWAY,
        FaultKind.COMPUTE_THROTTLED,
    ):
        app.world.faults.add(Fault(kind, times=2))
    app.world.faults.add(Fault(FaultKind.DROPPED_AFTER, method="PUT"))
    announce(app.world, vm_id)

    tally = await app.azure.settle_for(3 * HOUR)

    assert tally.failed == 0
    assert list(app.world.faults) == []
    assert app.installs(vm_id) == 1
    assert (await app.audit(vm_id))["status"] == "COMPLIANT"


async def test_a_refusal_is_told_and_tried_again_ever_more_rarely(app: AzureWithApp) -> None:
    vm_id, began = build_vm(app), app.world.clock.now()
    lock = add_lock(app.world, GROUP, "no-changes")
    announce(app.world, vm_id)

    await app.azure.settle_for(6 * HOUR)

    hours = [round((request.time - began).total_seconds() / HOUR, 1) for request in app.world.requests.writes()]
    assert hours == [0, 1, 3]
    report = await app.report(vm_id)
    assert {found["reason"] for found in report["findings"]} == {"EXTENSION_MISSING", "LOCKED"}
    assert f"/resourceGroups/{GROUP}" in json.dumps(report["findings"])

    remove_restriction(app.world, lock)
    await app.azure.settle_for(2 * HOUR)
    assert app.installs(vm_id) == 1
    assert (await app.report(vm_id))["status"] == "COMPLIANT"


async def test_the_extension_of_another_tool_is_adopted_whatever_its_name(app: AzureWithApp) -> None:
    vm_id = build_vm(app)
    add_extension(app.world, vm_id, "terraform-wac", settings={"port": 6600})
    announce(app.world, vm_id)
    await app.azure.settle_for(HOUR)
    assert app.world.requests.writes() == []
    assert (await app.audit(vm_id))["status"] == "COMPLIANT"
