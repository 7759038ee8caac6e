"""The table of Azure operations is all that the app calls, and the app calls all of it."""

import re

from shared.azure.operations import OPERATIONS
from simulator.build import (
    add_extension,
    add_network,
    add_public_address,
    add_resource_group,
    add_route_table,
    add_virtual_machine,
    subnet_id,
)
from simulator.estate.announce import announce
from simulator.estate.extensions import FAILED
from simulator.estate.situations import EVERYDAY
from simulator.local import LocalAzure
from simulator.request_log import LoggedRequest
from tests.conftest import CERTIFICATES
from tests.flows.azure_with_app import AzureWithApp
from tests.flows.conftest import APP, ENFORCING
from tests.flows.estate import HOUR, build_estate

_PROVIDER = re.compile(r"/providers/([^/]+)/(.+)$")


def called(request: LoggedRequest) -> tuple[str, str]:
    """Give a request's method and the type of what it is about."""
    found = _PROVIDER.search(request.path)
    if found is None:
        return request.method, "resourceGroups"
    namespace, rest = found[1], found[2].split("/")
    types = [rest[0], rest[2]] if rest[0] == "locations" else rest[::2]
    return request.method, "/".join([namespace, *types])


async def test_the_app_calls_the_operations_of_the_table_and_no_others() -> None:
    settings = {**ENFORCING, "WAC_MINIMUM_EXTENSION_VERSION": "0.0.0.400"}
    async with LocalAzure(APP, settings, directory=CERTIFICATES) as azure:
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
        await azure.settle_for(2 * HOUR)
        status, _ = await app.post("decommission", {"reason": "moving out", "mode": "enforce"})
        assert status == 202
        await azure.settle_for(HOUR)

        assert {called(request) for request in app.world.requests} == {
            (operation.method, operation.resource_type) for operation in OPERATIONS
        }
