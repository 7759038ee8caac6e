from __future__ import annotations

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.resource.resources.aio import ResourceManagementClient

from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    subnet_id,
)
from simulator.world import World
from tests.simulator.raw_client import RawClient


async def test_a_group_is_made_read_changed_and_listed_by_the_sdk(resources: ResourceManagementClient) -> None:
    groups = resources.resource_groups
    made = await groups.create_or_update("Shop", {"location": "West Europe", "tags": {"team": "web"}})
    assert (made.name, made.location, made.tags) == ("Shop", "westeurope", {"team": "web"})
    assert made.properties is not None
    assert made.properties.provisioning_state == "Succeeded"
    assert await groups.check_existence("SHOP")
    assert not await groups.check_existence("other")
    assert (await groups.get("shop")).name == "Shop"
    changed = await groups.update("Shop", {"tags": {"wac-guard": "exclude"}})
    assert changed.tags == {"wac-guard": "exclude"}
    assert [group.name async for group in groups.list()] == ["Shop"]


async def test_a_new_group_is_a_201_and_a_known_one_a_200(raw: RawClient, world: World) -> None:
    path = f"/subscriptions/{world.subscription_id}/resourcegroups/Shop"
    first = await raw.send("PUT", path, body={"location": "westeurope"})
    again = await raw.send("PUT", path.replace("Shop", "SHOP"), body={"location": "westeurope"})
    assert (first.status, again.status) == (201, 200)
    assert again.body["id"] == f"/subscriptions/{world.subscription_id}/resourceGroups/Shop"


async def test_a_group_never_moves(raw: RawClient, world: World) -> None:
    group = add_resource_group(world, "Shop")
    answer = await raw.send("PUT", group, body={"location": "eastus"})
    assert (answer.status, answer.code) == (409, "InvalidResourceGroupLocation")


async def test_a_group_that_a_service_owns_says_whose_it_is(raw: RawClient, world: World) -> None:
    owner = f"/subscriptions/{world.subscription_id}/providers/Microsoft.ContainerService/managedClusters/aks"
    group = add_resource_group(world, "MC_aks", managed_by=owner)
    assert (await raw.get(group)).body["managedBy"] == owner
    plain = add_resource_group(world, "Plain")
    assert not {"managedBy", "tags"} & set((await raw.get(plain)).body)


async def test_deleting_a_group_takes_all_that_is_in_it(resources: ResourceManagementClient, world: World) -> None:
    add_resource_group(world, "Shop")
    kept = add_resource_group(world, "Shop2")
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))
    await (await resources.resource_groups.begin_delete("Shop")).result()
    assert list(world.resources) == [kept.lower()]
    assert vm.lower() not in world.machines
    with pytest.raises(ResourceNotFoundError):
        await resources.resource_groups.get("Shop")


async def test_a_deletion_that_takes_time_is_polled_at_its_location(raw: RawClient, world: World) -> None:
    world.group_seconds = 30
    group = add_resource_group(world, "Shop")
    answer = await raw.send("DELETE", group)
    assert answer.status == 202
    assert (await raw.get(group)).body["properties"]["provisioningState"] == "Deleting"
    assert (await raw.send("GET", answer.headers["location"])).status == 202
    await world.clock.advance(30)
    assert (await raw.send("GET", answer.headers["location"])).status == 200


async def test_resources_are_listed_by_type_place_and_tag(
    resources: ResourceManagementClient, raw: RawClient, world: World
) -> None:
    add_resource_group(world, "Shop")
    add_resource_group(world, "Office")
    subnet = subnet_id(add_network(world, "Shop", "net"))
    add_extension(world, add_virtual_machine(world, "Shop", "till", subnet=subnet, tags={"team": "web"}))
    add_security_group(world, "Office", "nsg")
    everything = [str(one.type) async for one in resources.resources.list()]
    assert sorted(everything) == [
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/virtualMachines/extensions",
        "Microsoft.Network/networkInterfaces",
        "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/virtualNetworks",
    ]
    for filtered, names in [
        ("resourceType eq 'microsoft.compute/virtualMachines'", ["till"]),
        ("resourceGroup eq 'office'", ["nsg"]),
        ("resourceType eq 'Microsoft.Network/networkSecurityGroups' and name eq 'none'", []),
        ("tagName eq 'team' and tagValue eq 'web'", ["till"]),
        ("tagName eq 'team' and tagValue eq 'none'", []),
        ("resourceType eq 'Microsoft.Compute/virtualMachines/extensions'", ["till/AdminCenter"]),
    ]:
        assert [one.name async for one in resources.resources.list(filter=filtered)] == names
    in_group = [one.name async for one in resources.resources.list_by_resource_group("Office")]
    assert in_group == ["nsg"]
    refused = await raw.get(f"/subscriptions/{world.subscription_id}/resources", **{"$filter": "size gt 3"})
    assert (refused.status, refused.code) == (400, "InvalidFilterInQueryString")


async def test_groups_are_listed_by_their_tags(resources: ResourceManagementClient, world: World) -> None:
    add_resource_group(world, "Shop", tags={"team": "web", "stage": "test"})
    add_resource_group(world, "Office", tags={"team": "test"})
    for filtered, names in [
        ("tagName eq 'team'", ["Shop", "Office"]),
        ("tagname eq 'Team' and tagvalue eq 'Web'", ["Shop"]),
        ("tagname eq 'stage' and tagvalue eq 'web'", []),
    ]:
        assert [one.name async for one in resources.resource_groups.list(filter=filtered)] == names


async def test_the_subscription_its_tenant_and_its_places_are_told(raw: RawClient, world: World) -> None:
    listed = (await raw.get("/subscriptions")).body
    assert listed["count"] == {"type": "Total", "value": 1}
    subscription = listed["value"][0]
    assert (subscription["subscriptionId"], subscription["state"]) == (world.subscription_id, "Enabled")
    assert (await raw.get(subscription["id"].upper().replace("SUBSCRIPTIONS", "subscriptions"))).body == subscription
    assert (await raw.get("/tenants")).body["value"][0]["tenantId"] == world.tenant_id == subscription["tenantId"]
    places = (await raw.get(f"{subscription['id']}/locations")).body["value"]
    assert {"westeurope", "northeurope", "eastus"} <= {place["name"] for place in places}


async def test_providers_are_registered(raw: RawClient, world: World) -> None:
    root = f"/subscriptions/{world.subscription_id}/providers"
    names = [provider["namespace"].partition(".")[2] for provider in (await raw.get(root)).body["value"]]
    assert names == ["Authorization", "Compute", "Network", "ResourceGraph", "Resources"]
    one = (await raw.get(f"{root}/microsoft.compute")).body
    assert (one["namespace"], one["registrationState"]) == ("Microsoft.Compute", "Registered")
    assert "virtualMachines" in [kind["resourceType"] for kind in one["resourceTypes"]]
    assert (await raw.send("POST", f"{root}/Microsoft.Network/register")).status == 200
    assert (await raw.get(f"{root}/Contoso.Things")).code == "InvalidResourceNamespace"


async def test_the_clouds_metadata_points_at_itself_and_asks_for_no_token(raw: RawClient, world: World) -> None:
    cloud = await raw.send("GET", "/metadata/endpoints", query={"api-version": "2022-09-01"}, headers={})
    assert cloud.body["resourceManager"] == cloud.body["authentication"]["loginEndpoint"] == raw.url
    assert cloud.body["authentication"]["audiences"][0] == "https://management.core.windows.net/"
    older = await raw.send("GET", "/metadata/endpoints", query={"api-version": "2019-05-01"}, headers={})
    assert [one["name"] for one in older.body] == ["LocalAzure"]
    assert (await raw.send("GET", "/metadata/endpoints", query={}, headers={})).status == 400
    assert len(world.requests) == 0
