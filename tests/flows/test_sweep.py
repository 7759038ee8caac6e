"""A subscription that no event told of, from the timer to compliance, through the host and Microsoft's worker."""

from simulator.build import add_virtual_machine, security_rule, subnet_id
from simulator.world import SUBSCRIPTION_ID
from tests.flows.azure_with_app import AzureWithApp
from tests.handlers.looking import Site, build_site

HOUR = 3600.0
TIMER = "sweep_timer"
DENIED = security_rule("DenyAllOutbound", priority=200)


def build_unheard_of(app: AzureWithApp, count: int) -> tuple[Site, list[str]]:
    """Build so many VMs behind an NSG that lets nothing out, and tell nobody."""
    site = build_site(app.world, rules=[DENIED])
    subnet = subnet_id(site.network_id)
    more = [add_virtual_machine(app.world, "rg-web", f"web-{n}", subnet=subnet) for n in range(1, count)]
    return site, [site.vm_id, *more]


def installed(app: AzureWithApp, machines: list[str]) -> list[bool]:
    return [f"{one}/extensions/AdminCenter" in app.world.resources for one in machines]


async def test_the_timer_brings_everything_to_compliance_that_no_event_told_of(app: AzureWithApp) -> None:
    site, machines = build_unheard_of(app, 3)

    await app.fire(TIMER)
    tally = await app.azure.settle_for(HOUR)

    assert tally.failed == 0
    assert installed(app, machines) == [True] * 3
    for subject in (*machines, site.nsg_id):
        assert (await app.report(subject))["status"] == "COMPLIANT"
    written = len(app.world.requests.writes())
    await app.azure.settle_for(HOUR)
    await app.fire(TIMER)
    await app.azure.settle_for(HOUR)
    assert len(app.world.requests.writes()) == written
    _, found = await app.get("sweeps", subscription=SUBSCRIPTION_ID)
    assert [(line["machines"], line["changes"]) for line in found["sweeps"]] == [(3, 0), (3, 2)]


async def test_a_person_reads_the_plan_of_a_braked_sweep_and_releases_it(app: AzureWithApp) -> None:
    build_site(app.world)
    machines = [add_virtual_machine(app.world, "rg-web", f"web-{n}", subnet=subnet_of(app)) for n in range(12)]

    await app.fire(TIMER)
    await app.azure.settle_for(HOUR)
    assert app.world.requests.writes() == []
    _, listed = await app.get("plans", subscription=SUBSCRIPTION_ID)
    (plan,) = listed["plans"]
    assert (plan["is_braked"], plan["changes"], plan["limit"]) == (True, 13, 10)

    asked = {"subscription": SUBSCRIPTION_ID, "plan": plan["id"], "subjects": machines[:2]}
    status, released = await app.post("release", asked)
    assert (status, sorted(released["released"])) == (202, sorted(machines[:2]))
    await app.azure.settle_for(HOUR)
    assert installed(app, machines) == [True] * 2 + [False] * 10
    status, _ = await app.post("release", {"subscription": SUBSCRIPTION_ID, "plan": plan["id"]})
    assert status == 202
    await app.azure.settle_for(HOUR)
    assert all(installed(app, machines))
    assert len(app.world.requests.writes()) == 13


def subnet_of(app: AzureWithApp) -> str:
    (network,) = (str(key) for key in app.world.resources if str(key).lower().endswith("/virtualnetworks/vnet"))
    return subnet_id(network)
