from __future__ import annotations

import json

import pytest

from simulator.build import add_network, add_resource_group, add_virtual_machine, subnet_id
from simulator.world import World
from tests.simulator.raw_client import RawClient

GROUP_LIMIT = "x-ms-ratelimit-remaining-resource"
GLOBAL_READS = "x-ms-ratelimit-remaining-subscription-global-reads"


@pytest.fixture
def vm(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))


async def test_a_vm_takes_twelve_writes_and_refuses_the_thirteenth(raw: RawClient, vm: str) -> None:
    remaining = []
    for _ in range(12):
        answer = await raw.send("POST", f"{vm}/restart")
        remaining.append(answer.headers[GROUP_LIMIT].rsplit(";", 1)[1])
    assert remaining == [str(left) for left in range(11, -1, -1)]
    refused = await raw.send("POST", f"{vm}/restart")
    assert (refused.status, refused.code) == (429, "OperationNotAllowed")
    detail = refused.body["error"]["details"][0]
    assert (detail["code"], detail["target"]) == ("TooManyRequests", "UpdateVMResource")
    assert json.loads(detail["message"])["operationGroup"] == "UpdateVMResource"
    assert int(refused.headers["retry-after"]) > 0


async def test_the_bucket_of_a_vm_fills_again_with_time(raw: RawClient, world: World, vm: str) -> None:
    for _ in range(13):
        await raw.send("POST", f"{vm}/restart")
    await world.clock.advance(15)
    assert (await raw.send("POST", f"{vm}/restart")).status == 202
    assert (await raw.send("POST", f"{vm}/restart")).status == 429


async def test_extensions_count_as_writes_of_their_vm(raw: RawClient, world: World, vm: str) -> None:
    await raw.send("POST", f"{vm}/restart")
    answer = await raw.send("DELETE", f"{vm}/extensions/absent")
    assert answer.headers[GROUP_LIMIT].endswith("Microsoft.Compute/UpdateVMResource;10")
    other = add_virtual_machine(
        world,
        "Shop",
        "other",
        subnet=subnet_id(f"{vm.split('/providers/', 1)[0]}/providers/Microsoft.Network/virtualNetworks/net"),
    )
    answer = await raw.send("POST", f"{other}/restart")
    assert answer.headers[GROUP_LIMIT] == (
        "Microsoft.Compute/UpdateVMSubscriptionMaximum;1497,Microsoft.Compute/UpdateVMResource;11"
    )


async def test_reads_of_a_vm_count_down_but_are_not_refused(raw: RawClient, vm: str) -> None:
    answers = [await raw.get(vm) for _ in range(40)]
    assert {answer.status for answer in answers} == {200}
    assert answers[0].headers[GROUP_LIMIT].endswith("LowCostGetResource;35")
    assert answers[-1].headers[GROUP_LIMIT].endswith("LowCostGetResource;0")


async def test_every_answer_tells_what_is_left_of_the_subscriptions_budget(raw: RawClient, vm: str) -> None:
    first, second = await raw.get(vm), await raw.get(vm)
    assert int(first.headers[GLOBAL_READS]) == int(second.headers[GLOBAL_READS]) + 1
    written = await raw.send("POST", f"{vm}/restart")
    assert written.headers["x-ms-ratelimit-remaining-subscription-writes"] == "199"
    assert written.headers["x-ms-ratelimit-remaining-subscription-global-writes"] == "2999"


async def test_arm_refuses_beyond_its_buckets_when_told_to(raw: RawClient, world: World, vm: str) -> None:
    world.throttling.refuses_arm = True
    statuses = [(await raw.get(vm)).status for _ in range(251)]
    assert statuses == [200] * 250 + [429]
    refused = await raw.get(vm)
    assert refused.code == "SubscriptionRequestsThrottled"
    assert "'GET/SUBSCRIPTIONS/RESOURCEGROUPS/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINES'" in refused.message
    assert refused.headers["x-ms-failure-cause"] == "gateway"
    await world.clock.advance(1)
    assert (await raw.get(vm)).status == 200
