"""Sweeps in this process, and what is to be seen of them afterwards."""

from handlers.guard import Guard
from handlers.plans import show_plans
from handlers.timers import begin_sweep
from shared.azure.check_queue import CHECKS, SWEEPS
from shared.model.resource_id import WHOLE_ESTATE, subscription_resource_id
from simulator.build import add_virtual_machine, subnet_id
from simulator.local import LocalAzure
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import ENFORCE, Site, build_site
from tests.handlers.queue_work import work_for
from tests.handlers.requesting import Document, read, report_of
from tests.handlers.test_applications import HOUR

ESTATE = str(WHOLE_ESTATE)


async def sweep(azure: LocalAzure, guard: Guard) -> None:
    """Let the timer come, and all sweeps that follow from it, but no check that they ask for."""
    await azure.advance(HOUR)
    await begin_sweep(guard)
    assert await work_for(azure, guard, 60, SWEEPS) == []


async def work(azure: LocalAzure, guard: Guard, seconds: float = HOUR) -> None:
    assert await work_for(azure, guard, seconds, CHECKS) == []


async def enforcing(make: MakeGuard, world: World, **settings: str) -> Guard:
    guard = await make(**ENFORCE, WAC_ENFORCE_SCOPES=f"/subscriptions/{world.subscription_id}", **settings)
    guard.clients.pause = lambda pause: world.clock.advance(pause.total_seconds())
    return guard


def subscription_of(world: World) -> str:
    return str(subscription_resource_id(world.subscription_id))


async def reasons_of(guard: Guard, subject: str) -> list[str]:
    return [finding["reason"] for finding in (await report_of(guard, subject))["findings"]]


async def plans_of(guard: Guard, world: World, **query: str) -> Document:
    return read(await show_plans(guard, {"subscription": world.subscription_id, **query}))


async def the_plan(guard: Guard, world: World) -> Document:
    """Give the newest plan, with its parts."""
    newest = (await plans_of(guard, world))["plans"][0]
    return await plans_of(guard, world, plan=newest["id"])


def crowd(world: World, count: int) -> tuple[Site, list[str]]:
    """Build a site with so many VMs in it, none of which has the extension."""
    site = build_site(world)
    more = [
        add_virtual_machine(world, "rg-web", f"web-{n}", subnet=subnet_id(site.network_id)) for n in range(1, count)
    ]
    return site, [site.vm_id, *more]


def installed(world: World, vm_id: str) -> bool:
    return f"{vm_id}/extensions/AdminCenter" in world.resources


OTHER = "99999999-8888-4777-8666-555555555555"
