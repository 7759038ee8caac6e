"""The app under four identities with the roles of a deployment, and nothing besides."""

from shared.model.resource_id import HOME_TENANT
from simulator.build import add_older_gateway
from simulator.estate.extensions import FAILED
from simulator.estate.situations import EVERYDAY
from simulator.local import LocalAzure
from simulator.local_clock import LocalClock
from simulator.world import World
from tests.conftest import CERTIFICATES
from tests.flows.azure_with_app import AzureWithApp
from tests.flows.conftest import APP, ENFORCING, FOR_THE_ESTATE
from tests.flows.estate import HOUR, build_estate
from tests.identities import (
    EXTENSIONS,
    NETWORK,
    READER,
    REDIRECTS,
    SETTINGS,
    add_identities,
    assign_roles,
    own,
)

SITUATIONS = (*EVERYDAY, FAILED)
WRITERS = {
    "microsoft.compute/virtualmachines/extensions": EXTENSIONS,
    "microsoft.network/networksecuritygroups/securityrules": NETWORK,
    "microsoft.graph/applications": REDIRECTS,
}


async def test_the_roles_of_a_deployment_suffice_for_all_and_each_write_is_of_its_own_identity() -> None:
    world = World(LocalClock())
    add_identities(world)
    assign_roles(world)
    settings = {**ENFORCING, **FOR_THE_ESTATE, **SETTINGS}
    async with LocalAzure(APP, settings, world=world, publishing=True, directory=CERTIFICATES) as azure:
        app = AzureWithApp(azure)
        await app.subscribe()
        estate = build_estate(app, SITUATIONS)
        gateway = add_older_gateway(world, "wac.contoso.com", web=("https://wac.contoso.com:6600",))
        own(world, gateway)
        await app.post("checks", {"subject": str(HOME_TENANT)})
        await estate.play()
        await app.fire("sweep_timer")
        estate.announce_all()
        await azure.settle_for(3 * HOUR)

        await estate.verify()
        await estate.verify_subscribers()
        assert app.redirects(gateway)[0] == []

        requests = [*world.requests]
        assert [request for request in requests if request.status in {401, 403}] == []
        assert {request.type: request.caller for request in world.requests.writes()} == WRITERS
        assert {request.caller for request in world.requests.reads()} == {READER}
        assert {request.caller for request in world.topic.requests} == {READER}

        world.requests.clear()
        status, _ = await app.post("decommission", {"reason": "moving out", "mode": "enforce"})
        assert status == 202
        await azure.settle_for(HOUR)
        assert [request for request in world.requests if request.status in {401, 403}] == []
        assert {request.caller for request in world.requests.writes()} == {EXTENSIONS, NETWORK}
