from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.network.aio import NetworkManagementClient
from azure.mgmt.network.models import NetworkSecurityGroup

from simulator.build import (
    add_network,
    add_network_interface,
    add_resource_group,
    add_security_group,
    attach,
    security_rule,
    subnet_id,
)
from simulator.world import World
from tests.simulator.raw_client import RawClient

DEFAULTS = [
    "AllowVnetInBound",
    "AllowAzureLoadBalancerInBound",
    "DenyAllInBound",
    "AllowVnetOutBound",
    "AllowInternetOutBound",
    "DenyAllOutBound",
]


def rule(**changes: Any) -> dict[str, Any]:
    properties = {
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "WindowsAdminCenter",
        "destinationPortRange": "443",
        "access": "Allow",
        "priority": 100,
        "direction": "Outbound",
    }
    return {"properties": {key: value for key, value in (properties | changes).items() if value is not None}}


@pytest.fixture
def nsg(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_security_group(world, "Shop", "front", [security_rule("deny-all", priority=4000)])


async def test_a_new_group_has_the_six_default_rules_and_ends_succeeded(
    network: NetworkManagementClient, world: World
) -> None:
    add_resource_group(world, "Shop")
    poller = await network.network_security_groups.begin_create_or_update(
        "Shop", "front", NetworkSecurityGroup(location="West Europe", tags={"team": "web"})
    )
    made = await poller.result()
    assert made.provisioning_state == "Succeeded"
    assert (made.location, made.tags) == ("westeurope", {"team": "web"})
    assert [default.name for default in made.default_security_rules or []] == DEFAULTS
    assert made.security_rules == []


async def test_a_put_answers_at_once_that_the_group_is_being_updated(raw: RawClient, world: World) -> None:
    group = add_resource_group(world, "Shop")
    path = f"{group}/providers/Microsoft.Network/networkSecurityGroups/front"
    first = await raw.send("PUT", path, body={"location": "westeurope"})
    again = await raw.send("PUT", path, body={"location": "westeurope"})
    assert (first.status, again.status) == (201, 200)
    assert first.body["properties"]["provisioningState"] == "Updating"
    assert "azure-asyncoperation" in first.headers
    assert "location" not in first.headers
    assert "etag" not in first.headers
    assert first.body["properties"]["resourceGuid"] == again.body["properties"]["resourceGuid"]


async def test_a_whole_group_put_drops_the_rules_it_does_not_name(network: NetworkManagementClient, nsg: str) -> None:
    body = {"location": "westeurope", "properties": {"securityRules": [{"name": "kept"} | rule(priority=200)]}}
    poller = await network.network_security_groups.begin_create_or_update("Shop", "front", body)  # type: ignore[call-overload] # a plain document
    made = await poller.result()
    assert [one.name for one in made.security_rules or []] == ["kept"]


async def test_one_rules_write_gives_the_whole_group_a_new_etag(raw: RawClient, nsg: str) -> None:
    before = (await raw.get(nsg)).body
    await raw.send("PUT", f"{nsg}/securityRules/allow", body=rule())
    after = await raw.get(nsg)
    properties = after.body["properties"]
    etags = {one["etag"] for one in [*properties["securityRules"], *properties["defaultSecurityRules"]]}
    assert etags == {after.body["etag"]} == {after.headers["etag"]}
    assert after.body["etag"] != before["etag"]
    assert after.body["etag"].startswith('W/"')


async def test_a_rule_is_put_read_listed_and_deleted_by_the_sdk(
    network: NetworkManagementClient, world: World, nsg: str
) -> None:
    poller = await network.security_rules.begin_create_or_update("shop", "FRONT", "allow-wac", rule())  # type: ignore[call-overload] # a plain document
    made = await poller.result()
    assert (made.name, made.priority, made.provisioning_state) == ("allow-wac", 100, "Succeeded")
    assert (await network.security_rules.get("Shop", "front", "ALLOW-WAC")).name == "allow-wac"
    assert [one.name async for one in network.security_rules.list("Shop", "front")] == ["deny-all", "allow-wac"]
    assert [one.name async for one in network.default_security_rules.list("Shop", "front")] == DEFAULTS
    await (await network.security_rules.begin_delete("Shop", "front", "allow-wac")).result()
    assert f"{nsg}/securityRules/allow-wac" not in world.resources


async def test_a_rule_that_names_singles_shows_its_lists_empty(raw: RawClient, nsg: str) -> None:
    made = (await raw.send("PUT", f"{nsg}/securityRules/one", body=rule())).body["properties"]
    lists = ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes")
    assert [made[name] for name in lists] == [[], [], [], []]


async def test_a_rule_that_names_lists_shows_no_singles(raw: RawClient, nsg: str) -> None:
    body = rule(
        destinationPortRange=None,
        destinationPortRanges=["443", "6516-6600"],
        sourceAddressPrefix=None,
        sourceAddressPrefixes=["10.0.0.0/24", "10.1.0.0/24"],
    )
    made = (await raw.send("PUT", f"{nsg}/securityRules/many", body=body)).body["properties"]
    assert made["destinationPortRanges"] == ["443", "6516-6600"]
    assert made["sourceAddressPrefixes"] == ["10.0.0.0/24", "10.1.0.0/24"]
    assert "destinationPortRange" not in made
    assert "sourceAddressPrefix" not in made


async def test_the_case_of_protocols_and_tags_is_kept_as_typed(raw: RawClient, nsg: str) -> None:
    body = rule(protocol="TCP", destinationAddressPrefix="INTERNET")
    made = (await raw.send("PUT", f"{nsg}/securityRules/loud", body=body)).body["properties"]
    assert (made["protocol"], made["destinationAddressPrefix"]) == ("TCP", "INTERNET")


async def test_fields_that_azure_does_not_know_are_ignored(raw: RawClient, nsg: str) -> None:
    made = await raw.send("PUT", f"{nsg}/securityRules/odd", body=rule(colour="blue", etag="W/old"))
    assert made.status == 201
    assert "colour" not in made.body["properties"]


async def test_two_rules_of_a_direction_never_share_a_priority(network: NetworkManagementClient, nsg: str) -> None:
    with pytest.raises(HttpResponseError) as refused:
        await network.security_rules.begin_create_or_update("Shop", "front", "second", rule(priority=4000))  # type: ignore[call-overload] # a plain document
    assert refused.value.status_code == 400
    assert refused.value.error is not None
    assert refused.value.error.code == "SecurityRuleConflict"
    assert (refused.value.error.message or "").startswith("Security rule deny-all conflicts with rule second.")


async def test_the_other_direction_has_priorities_of_its_own(raw: RawClient, nsg: str) -> None:
    answer = await raw.send("PUT", f"{nsg}/securityRules/in", body=rule(priority=4000, direction="Inbound"))
    assert answer.status == 201


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (("x", {"priority": 99}), "SecurityRuleInvalidPriority"),
        (("x", {"priority": 4097}), "SecurityRuleInvalidPriority"),
        (("x", {"destinationPortRange": "70000"}), "SecurityRuleInvalidPortRange"),
        (("x", {"destinationPortRange": "500-400"}), "SecurityRuleInvalidPortRange"),
        (("x", {"destinationAddressPrefix": "any"}), "SecurityRuleInvalidAddressPrefix"),
        (("x", {"destinationAddressPrefix": "10.0.0.1/24"}), "SecurityRuleInvalidAddressPrefix"),
        (("x", {"destinationAddressPrefix": None}), "SecurityRuleParameterMissing"),
        (
            ("x", {"destinationAddressPrefix": None, "destinationAddressPrefixes": ["10.0.0.0/24", "Internet"]}),
            "SecurityRuleParameterContainsUnsupportedValue",
        ),
        (("x", {"direction": "Sideways"}), "SecurityRuleInvalidDirection"),
        (("-x", {}), "InvalidResourceName"),
        (("x" * 81, {}), "InvalidResourceName"),
    ],
)
async def test_a_rule_that_azure_would_refuse_is_refused_and_not_kept(
    raw: RawClient, world: World, nsg: str, case: tuple[str, dict[str, Any]], code: str
) -> None:
    name, changes = case
    answer = await raw.send("PUT", f"{nsg}/securityRules/{name}", body=rule(**changes))
    assert (answer.status, answer.code) == (400, code)
    assert answer.body["error"]["details"] == []
    assert f"{nsg}/securityRules/{name}" not in world.resources


@pytest.mark.parametrize("prefix", ["*", "10.0.0.0/8", "10.1.2.3", "2001:db8::/32", "Storage.WestEurope", "Sql"])
async def test_addresses_networks_and_service_tags_are_prefixes(raw: RawClient, nsg: str, prefix: str) -> None:
    answer = await raw.send("PUT", f"{nsg}/securityRules/x", body=rule(destinationAddressPrefix=prefix))
    assert answer.status == 201


async def test_what_is_absent_is_told_by_whom_azure_tells_it(raw: RawClient, nsg: str) -> None:
    missing_group = nsg.replace("front", "back")
    group = await raw.get(missing_group)
    child = await raw.get(f"{nsg}/securityRules/absent")
    child_of_missing = await raw.send("DELETE", f"{missing_group}/securityRules/x")
    written_below_missing = await raw.send("PUT", f"{missing_group}/securityRules/x", body=rule())
    assert (group.status, group.code, group.headers["x-ms-failure-cause"]) == (404, "ResourceNotFound", "gateway")
    assert group.message == (
        "The Resource 'Microsoft.Network/networkSecurityGroups/back' under resource group 'Shop' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    assert (child.status, child.code) == (404, "NotFound")
    assert child.message == f"Resource {nsg}/securityRules/absent not found."
    assert "x-ms-failure-cause" not in child.headers
    assert (child_of_missing.status, child_of_missing.code) == (404, "ResourceNotFound")
    assert (written_below_missing.status, written_below_missing.code) == (404, "ParentResourceNotFound")


async def test_deleting_what_is_not_there_is_a_204(raw: RawClient, nsg: str) -> None:
    rule_answer = await raw.send("DELETE", f"{nsg}/securityRules/absent")
    group_answer = await raw.send("DELETE", nsg.replace("front", "back"))
    assert (rule_answer.status, group_answer.status) == (204, 204)


async def test_a_group_knows_the_interfaces_and_subnets_that_use_it(
    network: NetworkManagementClient, world: World, nsg: str
) -> None:
    subnet = subnet_id(add_network(world, "Shop", "net"))
    interface = add_network_interface(world, "Shop", "nic", subnet=subnet, nsg=nsg)
    attach(world, nsg, to=subnet)
    seen = await network.network_security_groups.get("Shop", "front")
    assert [user.id for user in seen.network_interfaces or []] == [interface]
    assert [user.id for user in seen.subnets or []] == [subnet]
    attach(world, None, to=subnet)
    assert (await network.network_security_groups.get("Shop", "front")).subnets is None


async def test_a_group_in_use_cannot_be_deleted(raw: RawClient, world: World, nsg: str) -> None:
    attach(world, nsg, to=subnet_id(add_network(world, "Shop", "net")))
    answer = await raw.send("DELETE", nsg)
    assert (answer.status, answer.code) == (400, "InUseNetworkSecurityGroupCannotBeDeleted")


async def test_groups_are_listed_by_resource_group_and_by_subscription(
    network: NetworkManagementClient, world: World, nsg: str
) -> None:
    add_resource_group(world, "Office")
    add_security_group(world, "Office", "other")
    by_group = [one.name async for one in network.network_security_groups.list("shop")]
    everywhere = [one.name async for one in network.network_security_groups.list_all()]
    assert (by_group, everywhere) == (["front"], ["front", "other"])


async def test_tags_can_be_changed_alone(network: NetworkManagementClient, nsg: str) -> None:
    changed = await network.network_security_groups.update_tags("Shop", "front", {"tags": {"wac-guard": "exclude"}})
    assert changed.tags == {"wac-guard": "exclude"}
    assert [one.name for one in changed.security_rules or []] == ["deny-all"]


async def test_a_second_write_meets_the_first_while_that_takes_time(raw: RawClient, world: World, nsg: str) -> None:
    world.network_seconds = 5
    await raw.send("PUT", f"{nsg}/securityRules/one", body=rule())
    during = await raw.send("PUT", f"{nsg}/securityRules/two", body=rule(priority=101))
    assert (during.status, during.code) == (409, "AnotherOperationInProgress")
    assert "retry-after" not in during.headers
    await world.clock.advance(5)
    after = await raw.send("PUT", f"{nsg}/securityRules/two", body=rule(priority=101))
    assert after.status == 201


async def test_a_deleted_group_is_gone_with_its_rules(
    network: NetworkManagementClient, world: World, nsg: str
) -> None:
    await (await network.network_security_groups.begin_delete("Shop", "front")).result()
    assert not [key for key in world.resources if key.startswith(nsg.lower())]
    with pytest.raises(ResourceNotFoundError):
        await network.network_security_groups.get("Shop", "front")


async def test_a_deletion_that_takes_time_is_seen_deleting(raw: RawClient, world: World, nsg: str) -> None:
    world.network_seconds = 5
    await raw.send("DELETE", nsg)
    assert (await raw.get(nsg)).body["properties"]["provisioningState"] == "Deleting"
    assert (await raw.send("PUT", f"{nsg}/securityRules/x", body=rule())).status == 409
    await world.clock.advance(5)
    assert (await raw.get(nsg)).status == 404
