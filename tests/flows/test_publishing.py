"""Events of what the app finds and does, from Microsoft's worker to the topic."""

from azure.mgmt.network.aio import NetworkManagementClient

from simulator.build import add_extension
from simulator.estate.announce import announce
from simulator.faults import Fault, FaultKind
from tests.flows.azure_with_app import AzureWithApp
from tests.flows.estate import HOUR
from tests.flows.subscriber import picture
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site


def told(app: AzureWithApp) -> list[tuple[str, str]]:
    events = app.world.topic.received
    return [(one["type"].removeprefix("WacGuard."), one["subject"].rpartition("/")[2]) for one in events]


async def test_what_is_found_and_fixed_while_the_topic_is_down_is_told_when_it_is_up_again(
    app: AzureWithApp, network: NetworkManagementClient
) -> None:
    site = build_site(app.world, rules=(DENY_ALL_OUTBOUND,))
    add_extension(app.world, site.vm_id, settings={"port": "6516", "salt": "salt"})
    fault = app.world.faults.add(Fault(FaultKind.UNAVAILABLE, resource_type="microsoft.eventgrid/topics", times=None))
    announce(app.world, site.vm_id)
    tally = await app.azure.settle_for(HOUR)
    assert (app.world.topic.received, tally.failed) == ([], 0)
    assert set(app.our_rules(site.nsg_id)) == {"PortForWACService", "PortForAADService"}
    assert (await app.report(site.vm_id))["status"] == "COMPLIANT"
    assert await app.log_lines("Publication put off")

    app.world.faults.remove(fault)
    await app.azure.settle_for(HOUR)
    events = told(app)
    for subject in ("web", "nsg"):
        assert ("FindingFound", subject) in events
    assert events.count(("Fixed", "nsg")) == 2
    assert picture(app.world.topic.received)[site.vm_id.lower()] == set()
    assert picture(app.world.topic.received)[site.nsg_id.lower()] == set()
    assert await app.log_lines("Events published")

    # Somebody takes our rule away, twice: that is told too.
    for _ in range(2):
        await network.security_rules.begin_delete("rg-web", "nsg", "PortForWACService")
        await app.azure.settle_for(HOUR)
    assert ("SubjectContested", "nsg") in told(app)
    assert "CONTESTED" in picture(app.world.topic.received)[site.nsg_id.lower()]
