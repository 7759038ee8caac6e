"""Roles that lack something, or hold in a part only: that is told, and nothing is wrongly called compliant."""

from contextlib import suppress

import pytest
from azure.core.exceptions import ResourceExistsError

from handlers.guard import Guard
from shared.azure.check_queue import CHECKS
from shared.azure.roles import AUDITOR, EXTENSION_ENFORCER, NETWORK_ENFORCER
from shared.model.plan import Report
from shared.model.reason import Reason, Status
from simulator.build import add_extension, add_load_balancer, add_public_address, add_route_table, subnet_id
from simulator.estate.somebody import delete_rule
from simulator.local import LocalAzure
from simulator.request_log import LoggedRequest
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.faults import reasons
from tests.handlers.looking import DENY_ALL_OUTBOUND, Site, build_site, look
from tests.handlers.sweeping import ESTATE, enforcing, installed, sweep, work
from tests.handlers.test_needless_rules import OURS, rules_of
from tests.identities import EXTENSIONS, NETWORK, SETTINGS, add_identities, assign_roles

ACTIONS = sorted({*AUDITOR.actions, *EXTENSION_ENFORCER.actions, *NETWORK_ENFORCER.actions})
# Without these all ends well here: Microsoft's tags come with the app, the VM itself tells of its extensions, the
# address and the load balancer decide nothing about a VM whose way out is a route, and there is nothing to remove.
DISPENSABLE = {
    "Microsoft.Compute/virtualMachines/extensions/delete",
    "Microsoft.Compute/virtualMachines/extensions/read",
    "Microsoft.Network/loadBalancers/read",
    "Microsoft.Network/locations/serviceTags/read",
    "Microsoft.Network/networkSecurityGroups/securityRules/delete",
    "Microsoft.Network/publicIPAddresses/read",
}
TOLD = {Reason.PERMISSION_MISSING, Reason.READ_FAILED, Reason.MEMORY_UNKNOWN}


def build_routed_site(world: World) -> Site:
    """Build a VM to be looked after, with everything around it that the app reads."""
    site = build_site(world, rules=[DENY_ALL_OUTBOUND])
    address = add_public_address(world, "rg-web", "ip")
    add_load_balancer(world, "rg-web", "lb", public_address=address, pool_members=[site.interface_id])
    add_route_table(world, "rg-web", "routes", {}, subnets=[subnet_id(site.network_id)])
    return site


def is_compliant(report: Report) -> bool:
    return report.status is Status.COMPLIANT


def carried_out(world: World) -> list[LoggedRequest]:
    return [request for request in world.requests.writes() if request.took_effect]


@pytest.fixture
def world(azure: LocalAzure) -> World:
    add_identities(azure.world)
    return azure.world


@pytest.fixture
async def guard(azure: LocalAzure, make: MakeGuard, world: World) -> Guard:
    with suppress(ResourceExistsError):
        await azure.storage.create_queue(CHECKS)
    return await enforcing(make, world, **SETTINGS)


@pytest.mark.parametrize(
    "lacking", [pytest.param(one, marks=[pytest.mark.faults] if n % 5 else []) for n, one in enumerate(ACTIONS)]
)
async def test_an_action_that_a_role_lacks_is_told_and_nothing_is_wrongly_called_compliant(
    lacking: str, azure: LocalAzure, world: World, guard: Guard
) -> None:
    assign_roles(world, without=lacking)
    site = build_routed_site(world)
    for _ in range(2):
        await sweep(azure, guard)
        await work(azure, guard)
    of_vm, of_nsg = await look(guard, site.vm_id), await look(guard, site.nsg_id)
    of_estate = await look(guard, ESTATE)

    mended = installed(world, site.vm_id) and rules_of(azure, site) >= OURS
    assert mended == (lacking in DISPENSABLE)
    assert (is_compliant(of_vm), is_compliant(of_nsg)) in {(mended, mended), (False, True)}
    assert is_compliant(of_nsg) <= (rules_of(azure, site) >= OURS)
    assert mended or TOLD & (reasons(of_vm) | reasons(of_nsg) | reasons(of_estate))


async def test_without_the_action_to_remove_a_failed_extension_stays_and_that_is_told(
    world: World, guard: Guard
) -> None:
    assign_roles(world, without="Microsoft.Compute/virtualMachines/extensions/delete")
    site = build_site(world)
    add_extension(world, site.vm_id, state="Failed", settings={"port": "6516", "salt": "salt"})
    report = await look(guard, site.vm_id)
    assert reasons(report) >= {Reason.EXTENSION_FAILED, Reason.PERMISSION_MISSING}
    assert not is_compliant(report)


async def test_without_the_action_to_remove_rules_a_needless_one_stays_and_that_is_told(
    azure: LocalAzure, world: World, guard: Guard
) -> None:
    assign_roles(world, without="Microsoft.Network/networkSecurityGroups/securityRules/delete")
    site = build_site(world, rules=[DENY_ALL_OUTBOUND], installed=True)
    await look(guard, site.nsg_id)
    await azure.advance(60)
    assert is_compliant(await look(guard, site.nsg_id))
    delete_rule(world, f"{site.nsg_id}/securityRules/DenyAllOutbound")
    report = await look(guard, site.nsg_id)
    assert Reason.PERMISSION_MISSING in reasons(report)
    assert rules_of(azure, site) == OURS


async def test_who_may_only_read_writes_nothing_whatever_the_settings_say(world: World, guard: Guard) -> None:
    assign_roles(world, enforcing_in=())
    site = build_site(world, rules=[DENY_ALL_OUTBOUND])
    open_site = build_site(world, "open")
    for subject in (site.nsg_id, open_site.vm_id):
        report = await look(guard, subject)
        assert Reason.PERMISSION_MISSING in reasons(report)
        assert not is_compliant(report)
    assert carried_out(world) == []


async def test_an_enforcer_of_a_resource_group_writes_there_and_nowhere_else(
    azure: LocalAzure, world: World, guard: Guard
) -> None:
    here, beside = (build_site(world, name, rules=[DENY_ALL_OUTBOUND]) for name in ("web", "web-2"))
    assign_roles(world, enforcing_in=[here.group_id])
    for _ in range(2):
        await sweep(azure, guard)
        await work(azure, guard)
    assert is_compliant(await look(guard, here.vm_id))
    assert reasons(await look(guard, beside.nsg_id)) >= {Reason.PERMISSION_MISSING}
    written = carried_out(world)
    assert all(request.path.lower().startswith(f"{here.group_id}/".lower()) for request in written)
    assert {request.caller for request in written} == {EXTENSIONS, NETWORK}
    assert not installed(world, beside.vm_id)


async def test_storage_goes_by_its_own_identity_where_the_one_that_reads_gets_no_token(
    make: MakeGuard, world: World
) -> None:
    site = build_site(world, installed=True)
    guard = await make(**{**SETTINGS, "WAC_CLIENT_ID": "1d000000-0000-4000-8000-00000000dead"})
    report = await look(guard, site.vm_id)
    assert report.status is Status.UNKNOWN
