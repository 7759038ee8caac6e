from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from simulator.build import add_network, add_resource_group, add_security_group
from simulator.world import World
from tests.simulator.raw_client import RawClient

VERSIONED = {"api-version": "2024-07-01"}


@pytest.fixture
def group(world: World) -> str:
    return add_resource_group(world, "Shop")


async def test_the_date_of_an_answer_is_the_simulated_time(raw: RawClient, world: World) -> None:
    await world.clock.advance(3600)
    answer = await raw.get("/subscriptions")
    assert parsedate_to_datetime(answer.headers["date"]) == world.clock.now()


async def test_every_answer_can_be_traced_by_its_ids(raw: RawClient) -> None:
    answer = await raw.get("/subscriptions")
    correlation_id = answer.headers["x-ms-correlation-request-id"]
    assert answer.headers["x-ms-request-id"]
    assert answer.headers["x-ms-routing-request-id"].endswith(correlation_id)


async def test_a_client_request_id_is_logged_and_given_back_when_asked(raw: RawClient, world: World) -> None:
    headers = {
        "Authorization": f"Bearer {raw.token}",
        "x-ms-client-request-id": "mine-1",
        "x-ms-return-client-request-id": "true",
    }
    answer = await raw.send("GET", "/subscriptions", headers=headers)
    assert answer.headers["x-ms-client-request-id"] == "mine-1"
    assert [request.client_request_id for request in world.requests] == ["mine-1"]


async def test_a_request_without_an_api_version_is_refused(raw: RawClient) -> None:
    answer = await raw.send("GET", "/subscriptions", query={})
    assert (answer.status, answer.code) == (400, "MissingApiVersionParameter")


@pytest.mark.parametrize("version", ["2015-06-15", "2026-04-01", "2099-01-01-preview"])
async def test_any_api_version_is_taken(raw: RawClient, version: str) -> None:
    answer = await raw.send("GET", "/subscriptions", query={"api-version": version})
    assert answer.status == 200


async def test_an_unknown_subscription_is_not_found(raw: RawClient) -> None:
    answer = await raw.get("/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups")
    assert (answer.status, answer.code) == (404, "SubscriptionNotFound")


async def test_an_unknown_type_is_the_gateways_404(raw: RawClient, group: str) -> None:
    answer = await raw.get(f"{group}/providers/Microsoft.Compute/quantumMachines/x")
    assert (answer.status, answer.code) == (404, "InvalidResourceType")
    assert "'quantumMachines' could not be found in the namespace 'Microsoft.Compute'" in answer.message
    assert answer.headers["x-ms-failure-cause"] == "gateway"


async def test_an_unknown_namespace_is_the_gateways_404(raw: RawClient, group: str) -> None:
    answer = await raw.get(f"{group}/providers/Contoso.Things/widgets/x")
    assert (answer.status, answer.code) == (404, "InvalidResourceNamespace")


async def test_an_unknown_path_is_a_404_and_not_an_error_of_the_server(raw: RawClient) -> None:
    answer = await raw.get("/no/such/thing")
    assert answer.status == 404


async def test_a_method_that_a_path_does_not_take_is_a_405_without_envelope(raw: RawClient, group: str) -> None:
    nsg = f"{group}/providers/Microsoft.Network/networkSecurityGroups/nsg"
    answer = await raw.send("POST", nsg)
    assert answer.status == 405
    assert answer.body == {"Message": "The requested resource does not support http method 'POST'."}


async def test_an_absent_group_is_told_before_anything_in_it(raw: RawClient, world: World) -> None:
    root = f"/subscriptions/{world.subscription_id}/resourceGroups/nowhere/providers"
    for method, path in [
        ("GET", "Microsoft.Network/networkSecurityGroups/n"),
        ("DELETE", "Microsoft.Compute/virtualMachines/v/extensions/e"),
        ("PUT", "Microsoft.Network/networkInterfaces/n"),
    ]:
        answer = await raw.send(method, f"{root}/{path}", body={} if method == "PUT" else None)
        assert (answer.status, answer.code) == (404, "ResourceGroupNotFound")
        assert answer.message == "Resource group 'nowhere' could not be found."
        assert "details" not in answer.body["error"]


async def test_ids_are_found_whatever_their_case(raw: RawClient, world: World, group: str) -> None:
    nsg = add_security_group(world, "Shop", "Front-NSG")
    answer = await raw.get(nsg.upper().replace("/PROVIDERS/", "//providers/"))
    assert answer.status == 200
    assert answer.body["id"] == nsg


async def test_a_body_that_is_no_json_is_the_callers_fault(raw: RawClient, group: str) -> None:
    url = f"{raw.url}{group}/providers/Microsoft.Network/networkSecurityGroups/n"
    headers = {"Authorization": f"Bearer {raw.token}"}
    async with raw.session.put(url, data=b"{", params=VERSIONED, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["error"]["code"] == "InvalidRequestContent"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("Microsoft.Network/networkSecurityGroups/n", {"location": "westeurope", "properties": "text"}),
        ("Microsoft.Network/networkInterfaces/n", {"location": "westeurope", "properties": {"ipConfigurations": 7}}),
        ("Microsoft.Compute/virtualMachines/v", {"location": "westeurope", "properties": []}),
        ("Microsoft.Network/virtualNetworks/v", {"location": 3}),
    ],
)
async def test_a_body_of_the_wrong_shape_is_the_callers_fault(
    raw: RawClient, world: World, group: str, path: str, body: object
) -> None:
    answer = await raw.send("PUT", f"{group}/providers/{path}", body=body)
    assert answer.status == 400
    assert f"{group}/providers/{path}" not in world.resources


async def test_a_write_that_is_refused_half_way_leaves_nothing_behind(
    raw: RawClient, world: World, group: str
) -> None:
    network = add_network(world, "Shop", "net", ["10.0.0.0/16"], subnets={"a": "10.0.1.0/24"})
    before = (await raw.get(network)).body
    subnets = [
        {"name": "b", "properties": {"addressPrefix": "10.0.2.0/24"}},
        {"name": "outside", "properties": {"addressPrefix": "192.168.0.0/24"}},
    ]
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    body = {"location": "westeurope", "properties": space | {"subnets": subnets}}
    answer = await raw.send("PUT", network, body=body)
    assert (answer.status, answer.code) == (400, "NetcfgInvalidSubnet")
    assert (await raw.get(network)).body == before


async def test_reads_and_writes_are_counted_apart_by_place_and_type(raw: RawClient, world: World, group: str) -> None:
    nsg = f"{group}/providers/Microsoft.Network/networkSecurityGroups/n"
    await raw.send("PUT", nsg, body={"location": "westeurope"})
    await raw.get(nsg)
    await raw.get(f"{nsg}/securityRules/absent")
    assert len(world.requests.writes()) == 1
    assert len(world.requests.reads()) == 2
    assert len(world.requests.reads(nsg.upper())) == 2
    assert len(world.requests.reads(resource_type="microsoft.network/networksecuritygroups")) == 1
    logged = world.requests.writes()[0]
    assert (logged.method, logged.status, logged.api_version) == ("PUT", 201, "2024-07-01")
    world.requests.clear()
    assert len(world.requests) == 0
