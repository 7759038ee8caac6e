"""What befalls the app while it audits and migrates app registrations, dies and starts again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from handlers.lifting import order_lift
from handlers.orders import order_undo
from handlers.timers import begin_audit
from shared.azure.check_queue import REDIRECTS
from shared.azure.trail import list_writes
from shared.model.resource_id import APPLICATION, ResourceId
from simulator.build import (
    add_filler_applications,
    add_newer_gateway,
    add_older_gateway,
    change_application,
    delete_application,
)
from simulator.world import World
from tests.crashes.instance import Instance
from tests.crashes.story import Story

MIGRATING = MappingProxyType({"WAC_REDIRECTS_MODE": "migrate"})
CLEANING_UP = MappingProxyType({**MIGRATING, "WAC_REDIRECTS_CLEANUP": "on"})
_AUDITING: Mapping[str, str] = MappingProxyType({})
# A share of the audit is so many pages of one application each, so that the next share has yet to come.
_MORE_THAN_A_SHARE = 44
_HOUR = 3600.0
_DAY = 24 * _HOUR


def subject_of(application_id: str) -> ResourceId:
    return ResourceId(f"/providers/{APPLICATION}/{application_id}")


def _build_older(world: World, name: str, *, owned: bool = True) -> str:
    uris = (f"https://{name}.contoso.com:6600", "http://localhost:6516/*")
    return add_older_gateway(world, f"{name}.contoso.com", web=uris, owned=owned)


def _build_tenant(world: World) -> str:
    """Build gateways old and new, one that the app does not own, two of one host; give an old one's object id."""
    add_filler_applications(world, 5)
    for name in ("new", "fine"):
        add_newer_gateway(world, f"{name}.contoso.com")
    old = _build_older(world, "old")
    _build_older(world, "theirs", owned=False)
    for number in (1, 2):
        _build_another(world, "twice", f"SME-twice, the {number}. time")
    return old


def _build_another(world: World, host: str, display_name: str) -> str:
    """Build one of several registrations for a host."""
    return add_older_gateway(world, host, web=(f"https://{host}.contoso.com:6600",), display_name=display_name)


async def _audit(instance: Instance, seconds: float = _DAY) -> None:
    await instance.fire(begin_audit)
    await instance.pass_time(seconds)


async def _first_audit(instance: Instance) -> None:
    _build_tenant(instance.azure.world)
    await _audit(instance)


async def _every_day(instance: Instance) -> None:
    """Audit thrice: what changes in between is found, and what is gone, also when the link has expired.

    A gateway that is in order is registered once more, which has to be told of it, and then that it is so no more.
    """
    world = instance.azure.world
    old = _build_tenant(world)
    await _audit(instance)
    change_application(world, old, {"web": {"redirectUris": ["https://more.contoso.com:6600"]}})
    late = _build_another(world, "fine", "SME-fine, once more")
    await _audit(instance)
    delete_application(world, late, for_good=True)
    world.graph.expire_delta_tokens()
    await _audit(instance)


async def _undo_and_lift(instance: Instance) -> None:
    subject = subject_of(_build_older(instance.azure.world, "old"))
    await _audit(instance)
    write = (await list_writes(instance.looking, subject))[-1]
    await instance.ask(order_undo, {"subject": str(subject), "write": write.id})
    await instance.pass_time(2 * _HOUR)
    await instance.ask(order_lift, {"subject": str(subject)})
    await instance.pass_time(2 * _HOUR)


async def _many_pages(instance: Instance) -> None:
    world = instance.azure.world
    _build_older(world, "first")
    add_filler_applications(world, _MORE_THAN_A_SHARE)
    _build_older(world, "last")
    world.graph.largest_page = 1
    await _audit(instance)


async def _other_settings(instance: Instance) -> None:
    """Have other settings from the middle of an audit on."""
    world = instance.azure.world
    _build_older(world, "first")
    add_filler_applications(world, _MORE_THAN_A_SHARE)
    add_older_gateway(world, "named", web=("https://named.contoso.com/*",), display_name="Servers of the north")
    world.graph.largest_page = 1
    await instance.fire(begin_audit)
    await instance.settle()
    await instance.configure({**MIGRATING, "WAC_GATEWAYS": "https://named.contoso.com"})
    await instance.pass_time(_HOUR)
    await _audit(instance)


async def _unreadable(instance: Instance) -> None:
    await instance.azure.storage.get_queue_client(REDIRECTS).send_message("this is no check of a registration")
    _build_older(instance.azure.world, "old")
    await _audit(instance)


def _story(
    name: str,
    play: Callable[[Instance], Awaitable[None]],
    settings: Mapping[str, str] = MIGRATING,
    *,
    is_new: bool = False,
    poisons: bool = False,
) -> Story:
    return Story(f"a tenant {name}", play, settings, is_new=is_new, poisons=poisons)


TENANT_STORIES: tuple[Story, ...] = (
    _story("audited for the first time", _first_audit, _AUDITING, is_new=True),
    _story("migrated", _first_audit),
    _story("migrated and cleaned up", _first_audit, CLEANING_UP),
    _story("audited every day", _every_day),
    _story("of which a migration is undone, then the hold lifted", _undo_and_lift),
    _story("of many pages", _many_pages),
    _story("audited with other settings from the middle on", _other_settings, _AUDITING),
    _story("with a message that is no check", _unreadable, poisons=True),
)
