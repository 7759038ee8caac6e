"""The table of Azure operations is all that the app calls, and the app calls all of it, with roles made of it."""

import re

from shared.azure.operations import (
    EXTENSION_WRITES,
    GRAPH_READS,
    GRAPH_WRITES,
    NETWORK_WRITES,
    OPERATIONS,
    READS,
    TOPIC_WRITES,
    Operation,
)
from shared.model.resource_id import HOME_TENANT
from simulator.build import (
    add_extension,
    add_load_balancer,
    add_network,
    add_older_gateway,
    add_public_address,
    add_resource_group,
    add_route_table,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    subnet_id,
)
from simulator.estate.announce import announce
from simulator.estate.extensions import FAILED
from simulator.estate.situations import EVERYDAY
from simulator.local import LocalAzure
from simulator.local_clock import LocalClock
from simulator.request_log import LoggedRequest
from simulator.topic.state import PATH as TOPIC_PATH
from simulator.world import World
from tests.conftest import CERTIFICATES
from tests.flows.azure_with_app import AzureWithApp
from tests.flows.conftest import APP, ENFORCING
from tests.flows.estate import HOUR, build_estate
from tests.identities import EXTENSIONS, NETWORK, READER, REDIRECTS, SETTINGS, add_identities, assign_roles, own

OF_EACH: dict[str, tuple[Operation, ...]] = {
    READER: READS + GRAPH_READS + TOPIC_WRITES,
    EXTENSIONS: EXTENSION_WRITES,
    NETWORK: NETWORK_WRITES,
    REDIRECTS: GRAPH_WRITES,
}
_APPLICATIONS = re.compile(r"/v1\.0/applications(?:/[0-9a-f-]{36})?(/[A-Za-z]+)?(?:\(\))?")
_PROVIDER = re.compile(r"/providers/([^/]+)/(.+)$")


def called(request: LoggedRequest) -> tuple[str, str]:
    """Give a request's method and the type of what it is about."""
    if request.path == TOPIC_PATH:
        return request.method, "Microsoft.EventGrid/topics/events"
    found, of_graph = _PROVIDER.search(request.path), _APPLICATIONS.fullmatch(request.path)
    if of_graph is not None:
        return request.method, f"Microsoft.Graph/applications{of_graph[1] or ''}"
    if found is None:
        return request.method, "resourceGroups"
    namespace, rest = found[1], found[2].split("/")
    types = [rest[0], rest[2]] if rest[0] == "locations" else rest[::2]
    return request.method, "/".join([namespace, *types])


def build_balanced(world: World) -> str:
    """Build a VM behind a load balancer; give its id."""
    add_resource_group(world, "rg-balanced")
    vm = add_virtual_machine(
        world, "rg-balanced", "balanced", subnet=subnet_id(add_network(world, "rg-balanced", "vnet"))
    )
    add_load_balancer(
        world,
        "rg-balanced",
        "lb",
        public_address=add_public_address(world, "rg-balanced", "lb-ip"),
        pool_members=[network_interface_of(world, vm)],
    )
    return vm


def build_crowd(world: World) -> str:
    """Build so many VMs behind one NSG that they are not read one by one; give its id."""
    add_resource_group(world, "rg-crowd")
    subnet = subnet_id(add_network(world, "rg-crowd", "vnet"))
    nsg = add_security_group(world, "rg-crowd", "nsg")
    attach(world, nsg, subnet)
    for number in range(51):
        add_virtual_machine(world, "rg-crowd", f"vm-{number}", subnet=subnet, tags={"wac-guard": "exclude"})
    return nsg


def calls(operations: tuple[Operation, ...]) -> set[tuple[str, str]]:
    return {(operation.method, operation.resource_type) for operation in operations}


async def test_the_app_calls_the_operations_of_the_table_and_no_others_each_by_the_identity_that_may() -> None:
    world = World(LocalClock())
    add_identities(world)
    assign_roles(world)
    settings = {
        **ENFORCING,
        **SETTINGS,
        "WAC_MINIMUM_EXTENSION_VERSION": "0.0.0.400",
        "WAC_REDIRECTS_MODE": "migrate",
    }
    async with LocalAzure(APP, settings, world=world, publishing=True, directory=CERTIFICATES) as azure:
        app = AzureWithApp(azure)
        await app.subscribe()
        build_estate(app, (*EVERYDAY, FAILED))
        add_resource_group(app.world, "rg-old")
        subnet = subnet_id(add_network(app.world, "rg-old", "vnet"))
        address = add_public_address(app.world, "rg-old", "old-ip")
        add_route_table(app.world, "rg-old", "old-routes", {}, subnets=[subnet])
        old = add_virtual_machine(app.world, "rg-old", "old", subnet=subnet, public_address=address)
        add_extension(app.world, old, version="0.0.0.300")
        announce(app.world, old)
        announce(app.world, build_balanced(app.world))
        announce(app.world, build_crowd(app.world))
        own(world, add_older_gateway(world, "gateway.contoso.com", web=("https://gateway.contoso.com:6600",)))
        await app.post("checks", {"subject": str(HOME_TENANT)})
        await azure.settle_for(2 * HOUR)
        status, _ = await app.post("decommission", {"reason": "moving out", "mode": "enforce"})
        assert status == 202
        await azure.settle_for(HOUR)

        requests = [*world.requests, *world.topic.requests]
        assert [request for request in requests if request.status in {401, 403}] == []
        assert {request.caller for request in requests} == set(OF_EACH)
        for caller, operations in OF_EACH.items():
            assert {called(request) for request in requests if request.caller == caller} == calls(operations)
        assert {operation for operations in OF_EACH.values() for operation in operations} == set(OPERATIONS)
