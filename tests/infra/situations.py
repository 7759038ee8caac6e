"""What alerts are of, and what they are not of: each gives the rules that are to fire, with their subjects."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from handlers.poison import report_poisoned_events
from handlers.stops import order_stop
from handlers.waivers import order_waiver
from shared.azure.leash import set_stop
from shared.model.leash import Stop
from simulator.build import add_lock
from simulator.estate.somebody import delete_rule
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site
from tests.handlers.requesting import post, receive
from tests.handlers.sweeping import ESTATE, OTHER, crowd, subscription_of, sweep
from tests.handlers.sweeping import enforcing as enforcing_with
from tests.handlers.test_poison import poison

HOUR = 60 * 60
OF_THE_APP = {""}
VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web"

type Fired = dict[str, set[str]]
type Situation = Callable[[LocalAzure, MakeGuard], Awaitable[Fired]]


async def all_is_well(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world)
    guard = await enforcing_with(make, azure.world)
    await receive(guard, site.vm_id)
    await azure.advance(20 * 60)
    await receive(guard, site.vm_id)
    await sweep(azure, guard)
    return {}


async def an_audit_of_what_is_wrong(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world, rules=[DENY_ALL_OUTBOUND])
    guard = await make()
    await receive(guard, site.nsg_id)
    await receive(guard, site.vm_id)
    return {}


async def a_check_that_is_given_up(azure: LocalAzure, make: MakeGuard) -> Fired:
    await poison(await make(), VM)
    return {"poison": {VM.lower()}}


async def events_that_are_given_up(azure: LocalAzure, make: MakeGuard) -> Fired:
    await report_poisoned_events(await make(), b"no events")
    return {"poison": {"unreadable"}}


async def a_lock_that_keeps_a_write_away(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world)
    add_lock(azure.world, "rg-web", "freeze")
    await receive(await enforcing_with(make, azure.world), site.vm_id)
    return {"write-refused": {site.vm_id.lower()}}


async def an_install_that_fails(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world)
    guard = await enforcing_with(make, azure.world)
    azure.world.faults.add(Fault(FaultKind.FAILED_INSTALL, path="/virtualmachines/web/"))
    await receive(guard, site.vm_id)
    await azure.advance(20 * 60)
    await receive(guard, site.vm_id)
    return {"write-failed": {site.vm_id.lower()}}


async def five_refusals_in_a_row(azure: LocalAzure, make: MakeGuard) -> Fired:
    sites = [build_site(azure.world, f"web{number}") for number in range(6)]
    guard = await enforcing_with(make, azure.world)
    azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, method="PUT", times=5))
    for site in sites:
        await receive(guard, site.vm_id)
    return {"write-refused": {site.vm_id.lower() for site in sites[:5]}, "stopped-by-failures": OF_THE_APP}


async def the_kill_switch_by_the_app(azure: LocalAzure, make: MakeGuard) -> Fired:
    await post(order_stop, await make(), reason="we look into it")
    return {"stopped-by-person": OF_THE_APP}


async def the_kill_switch_by_hand(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world)
    guard = await enforcing_with(make, azure.world)
    await set_stop(guard.clients, "kill_switch", Stop(azure.world.clock.now(), "by hand"))
    await receive(guard, site.vm_id)
    return {"stopped-by-person": OF_THE_APP}


async def the_kill_switch_and_what_it_keeps_back(azure: LocalAzure, make: MakeGuard) -> Fired:
    await the_kill_switch_by_the_app(azure, make)
    return await the_kill_switch_by_hand(azure, make)


async def a_sweep_that_is_braked(azure: LocalAzure, make: MakeGuard) -> Fired:
    crowd(azure.world, 3)
    await sweep(azure, await enforcing_with(make, azure.world, WAC_MAX_CHANGES="2"))
    return {"sweep-braked": {subscription_of(azure.world).lower()}}


async def a_rule_that_is_taken_away_again_and_again(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world, rules=[DENY_ALL_OUTBOUND])
    guard = await enforcing_with(make, azure.world)
    await receive(guard, site.nsg_id)
    for _ in range(2):
        await azure.advance(20 * 60)
        await receive(guard, site.nsg_id)
        delete_rule(azure.world, f"{site.nsg_id}/securityRules/PortForWACService")
        await receive(guard, site.nsg_id)
    return {"contested": {site.nsg_id.lower()}}


async def a_contest_that_somebody_accepts(azure: LocalAzure, make: MakeGuard) -> Fired:
    (nsg,) = (await a_rule_that_is_taken_away_again_and_again(azure, make))["contested"]
    guard = await enforcing_with(make, azure.world)
    until = (azure.world.clock.now() + timedelta(days=9)).isoformat()
    await post(order_waiver, guard, subject=nsg, reason="CONTESTED", until=until, by="Ada", why="change 4711")
    # What was told of it before is out of the window by then.
    await azure.advance(25 * HOUR)
    await receive(guard, nsg)
    return {}


async def vms_that_are_not_shown_any_more(azure: LocalAzure, make: MakeGuard) -> Fired:
    build_site(azure.world, installed=True)
    build_site(azure.world, "app", installed=True)
    guard = await enforcing_with(make, azure.world)
    await sweep(azure, guard)
    subscription = subscription_of(azure.world)
    azure.world.resource_graph.omitted.add(f"{subscription}/resourceGroups/rg-app")
    await sweep(azure, guard)
    return {"not-seen": {subscription.lower()}}


async def a_subscription_that_is_not_shown(azure: LocalAzure, make: MakeGuard) -> Fired:
    build_site(azure.world, installed=True)
    named = f"{azure.world.subscription_id},{OTHER}"
    await sweep(azure, await enforcing_with(make, azure.world, WAC_SUBSCRIPTIONS=named))
    return {"not-seen": {ESTATE.lower()}}


SITUATIONS: tuple[Situation, ...] = (
    all_is_well,
    an_audit_of_what_is_wrong,
    a_check_that_is_given_up,
    events_that_are_given_up,
    a_lock_that_keeps_a_write_away,
    an_install_that_fails,
    five_refusals_in_a_row,
    the_kill_switch_by_the_app,
    the_kill_switch_by_hand,
    a_sweep_that_is_braked,
    a_rule_that_is_taken_away_again_and_again,
    a_contest_that_somebody_accepts,
    vms_that_are_not_shown_any_more,
    a_subscription_that_is_not_shown,
)

FIRING: dict[str, Situation] = {
    "poison": a_check_that_is_given_up,
    "write-refused": a_lock_that_keeps_a_write_away,
    "write-failed": an_install_that_fails,
    "stopped-by-failures": five_refusals_in_a_row,
    "stopped-by-person": the_kill_switch_and_what_it_keeps_back,
    "sweep-braked": a_sweep_that_is_braked,
    "contested": a_rule_that_is_taken_away_again_and_again,
    "not-seen": a_subscription_that_is_not_shown,
    "no-sweep": all_is_well,
    "subscription-not-swept": all_is_well,
}
