from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from azure.mgmt.compute.aio import ComputeManagementClient

from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    security_rule,
    subnet_id,
)
from simulator.world import World
from tests.simulator.raw_client import RawClient


@pytest.fixture
def nsg(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_security_group(world, "Shop", "nsg", [security_rule("deny", priority=4000)])


@pytest.fixture
def vm(world: World, nsg: str) -> str:
    return add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))


async def test_a_write_with_a_body_gives_the_status_url_alone(raw: RawClient, nsg: str) -> None:
    answer = await raw.send("PUT", nsg, body={"location": "westeurope"})
    url = urlsplit(answer.headers["azure-asyncoperation"])
    assert "/providers/Microsoft.Network/locations/westeurope/operations/" in url.path
    assert answer.headers["azure-asyncnotification"] == "Enabled"
    assert "location" not in answer.headers


async def test_a_delete_in_the_network_has_two_urls_and_ends_in_204(raw: RawClient, world: World, nsg: str) -> None:
    world.network_seconds = 4
    answer = await raw.send("DELETE", f"{nsg}/securityRules/deny")
    assert (answer.status, answer.body) == (202, None)
    status, result = answer.headers["azure-asyncoperation"], answer.headers["location"]
    assert urlsplit(result).path == urlsplit(status).path.replace("/operations/", "/operationResults/")
    assert (await raw.send("GET", status)).body == {"status": "InProgress"}
    assert (await raw.send("GET", result)).status == 202
    await world.clock.advance(4)
    assert (await raw.send("GET", status)).body == {"status": "Succeeded"}
    assert (await raw.send("GET", result)).status == 204


async def test_a_delete_in_compute_is_polled_at_one_url_with_and_without_monitor(
    raw: RawClient, world: World, vm: str
) -> None:
    extension = add_extension(world, vm)
    answer = await raw.send("DELETE", extension)
    status, result = answer.headers["azure-asyncoperation"], answer.headers["location"]
    assert urlsplit(result).path == urlsplit(status).path
    assert "monitor" not in parse_qs(urlsplit(status).query)
    assert parse_qs(urlsplit(result).query)["monitor"] == ["true"]
    assert (await raw.send("GET", result)).status == 202
    await world.clock.advance(60)
    done = await raw.send("GET", result)
    assert (done.status, done.body) == (200, None)


async def test_operation_urls_carry_a_long_signature_that_clients_send_back(raw: RawClient, vm: str) -> None:
    answer = await raw.send("POST", f"{vm}/restart")
    url = answer.headers["azure-asyncoperation"]
    assert 2000 < len(url) < 4096
    assert {"p", "api-version", "t", "c", "s", "h"} == set(parse_qs(urlsplit(url).query))
    assert (await raw.send("GET", url)).status == 200


async def test_waits_are_azures_when_they_are_not_scaled(raw: RawClient, world: World, nsg: str, vm: str) -> None:
    world.retry_after_scale, world.network_seconds = 1, 600
    rule = await raw.send("PUT", f"{nsg}/securityRules/deny", body=security_rule("deny", priority=4000))
    assert rule.headers["retry-after"] == "1"
    polls = [await raw.send("GET", rule.headers["azure-asyncoperation"]) for _ in range(6)]
    assert [poll.headers["retry-after"] for poll in polls] == ["1", "1", "2", "4", "8", "16"]
    install = await raw.send("PUT", f"{vm}/extensions/x", body=_extension())
    assert "retry-after" not in install.headers


async def test_waits_are_scaled_down_for_pollers_that_really_sleep(raw: RawClient, vm: str) -> None:
    restart = await raw.send("POST", f"{vm}/restart")
    install = await raw.send("PUT", f"{vm}/extensions/x", body=_extension())
    assert [answer.headers["retry-after-ms"] for answer in (restart, install)] == ["10", "30"]
    assert "retry-after" not in restart.headers


async def test_an_ended_operation_asks_for_no_wait(raw: RawClient, nsg: str) -> None:
    answer = await raw.send("PUT", nsg, body={"location": "westeurope"})
    done = await raw.send("GET", answer.headers["azure-asyncoperation"])
    assert not {"retry-after", "retry-after-ms"} & set(done.headers)


async def test_work_can_be_started_without_waiting_for_it(
    compute: ComputeManagementClient, world: World, vm: str
) -> None:
    poller = await compute.virtual_machines.begin_restart("Shop", "till", polling=False)
    await poller.result()
    assert [request.method for request in world.requests] == ["POST"]


@pytest.mark.parametrize(
    ("provider", "code"), [("Microsoft.Compute", "NotFound"), ("Microsoft.Network", "OperationNotFound")]
)
async def test_an_unknown_operation_is_not_found(raw: RawClient, world: World, provider: str, code: str) -> None:
    root = f"/subscriptions/{world.subscription_id}/providers/{provider}/locations/westeurope/operations"
    answer = await raw.get(f"{root}/00000000-0000-0000-0000-000000000000")
    assert (answer.status, answer.code) == (404, code)


def _extension() -> dict[str, object]:
    properties = {"publisher": "Microsoft.AdminCenter", "type": "AdminCenter", "typeHandlerVersion": "0.0"}
    return {"location": "westeurope", "properties": properties}
