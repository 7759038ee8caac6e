"""What befalls the app while it sweeps subscriptions, dies and starts again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from handlers.release import release_plan
from handlers.timers import begin_sweep
from shared.azure.plans import list_plans
from simulator.build import add_virtual_machine, security_rule, subnet_id
from simulator.world import SUBSCRIPTION_ID
from tests.crashes.instance import Instance
from tests.crashes.story import Story
from tests.handlers.looking import Site, build_site

_ENFORCING = MappingProxyType(
    {
        "WAC_EXTENSION_MODE": "enforce",
        "WAC_NETWORK_MODE": "enforce",
        "WAC_ENFORCE_SCOPES": f"/subscriptions/{SUBSCRIPTION_ID}",
    }
)
_BRAKED = MappingProxyType({**_ENFORCING, "WAC_MAX_CHANGES": "1"})
_HOUR = 3600.0


def _build(instance: Instance) -> Site:
    """Build two VMs behind an NSG that lets nothing out, of which no event tells."""
    world = instance.azure.world
    site = build_site(world, rules=[security_rule("DenyAllOutbound", priority=200)])
    add_virtual_machine(world, "rg-web", "web-1", subnet=subnet_id(site.network_id))
    return site


async def _sweep(instance: Instance) -> None:
    await instance.fire(begin_sweep)
    await instance.pass_time(_HOUR)


async def _swept(instance: Instance) -> None:
    _build(instance)
    await _sweep(instance)


async def _swept_again(instance: Instance) -> None:
    """Sweep thrice, while somebody takes away what was put, and nobody tells."""
    site = _build(instance)
    await _sweep(instance)
    world = instance.azure.world
    del world.resources[f"{site.vm_id}/extensions/AdminCenter"]
    await _sweep(instance)
    await _sweep(instance)


async def _released(instance: Instance) -> None:
    """Have a plan wait, then release it."""
    _build(instance)
    await _sweep(instance)
    (plan,) = await list_plans(instance.looking, SUBSCRIPTION_ID)
    await instance.ask(release_plan, {"subscription": SUBSCRIPTION_ID, "plan": plan.id})
    await instance.pass_time(_HOUR)
    await _sweep(instance)


def _story(
    name: str,
    play: Callable[[Instance], Awaitable[None]],
    settings: Mapping[str, str] = _ENFORCING,
    *,
    is_new: bool = False,
) -> Story:
    return Story(f"a subscription {name}", play, settings, is_new=is_new)


SWEEP_STORIES: tuple[Story, ...] = (
    _story("swept for the first time", _swept, is_new=True),
    _story("swept every hour", _swept_again),
    _story("whose plan waits and is released", _released, _BRAKED),
)
