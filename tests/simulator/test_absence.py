"""What is said of what is not there: below it, in its place, and of types that are not simulated."""

from __future__ import annotations

import pytest

from simulator.build import add_resource_group
from simulator.world import World
from tests.simulator.raw_client import RawClient

COMPUTE, NETWORK = "providers/Microsoft.Compute", "providers/Microsoft.Network"


@pytest.fixture
def group(world: World) -> str:
    return add_resource_group(world, "Shop")


@pytest.mark.parametrize(
    ("method", "verb"), [("GET", "read"), ("PUT", "write"), ("PATCH", "write")], ids=["get", "put", "patch"]
)
async def test_a_child_of_an_absent_parent_names_the_parent(
    raw: RawClient, group: str, method: str, verb: str
) -> None:
    answer = await raw.send(method, f"{group}/{COMPUTE}/virtualMachines/till/extensions/x", body={})
    assert (answer.status, answer.code) == (404, "ParentResourceNotFound")
    assert answer.message == (
        f"Failed to perform '{verb}' on resource(s) of type 'virtualMachines/extensions', because the parent "
        f"resource '{group}/{COMPUTE}/virtualMachines/till' could not be found."
    )


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "virtualMachines/till/extensions/x"), ("POST", "virtualMachines/till/start")]
)
async def test_deleting_or_acting_below_an_absent_parent_says_that_the_parent_is_absent(
    raw: RawClient, group: str, method: str, path: str
) -> None:
    answer = await raw.send(method, f"{group}/{COMPUTE}/{path}")
    assert (answer.status, answer.code) == (404, "ResourceNotFound")
    assert "'Microsoft.Compute/virtualMachines/till'" in answer.message


async def test_no_provider_sees_what_the_gateway_refuses_and_counts_nothing(raw: RawClient, group: str) -> None:
    of_gateway = await raw.get(f"{group}/{NETWORK}/networkSecurityGroups/absent/securityRules/x")
    assert of_gateway.headers["x-ms-failure-cause"] == "gateway"
    assert not [name for name in of_gateway.headers if "ratelimit" in name or "epl-cache" in name]


@pytest.mark.parametrize("path", [f"{COMPUTE}/disks", f"{NETWORK}/azureFirewalls"])
async def test_of_a_type_that_is_not_simulated_there_is_none(
    raw: RawClient, world: World, group: str, path: str
) -> None:
    lists = [await raw.get(f"{root}/{path}") for root in (group, f"/subscriptions/{world.subscription_id}")]
    assert [(answer.status, answer.body) for answer in lists] == [(200, {"value": []})] * 2
    one = await raw.get(f"{group}/{path}/x")
    assert (one.status, one.code) == (404, "ResourceNotFound")
    assert (await raw.send("DELETE", f"{group}/{path}/x")).status == 204
    assert (await raw.send("PUT", f"{group}/{path}/x", body={"location": "westeurope"})).status == 405
