"""What befalls the app while it dies and starts again: every situation of the estate, and what people order."""

from __future__ import annotations

from types import MappingProxyType

from handlers.decommission import order_decommission
from handlers.lifting import order_lift
from handlers.orders import order_undo
from shared.azure.check_queue import CHECKS, write_check
from shared.azure.trail import list_writes
from shared.model.check import Check
from shared.model.resource_id import ResourceId
from simulator.estate.announce import announce_situation
from simulator.estate.situations import SITUATIONS, Built, Situation
from simulator.world import SUBSCRIPTION_ID
from tests.crashes.instance import Instance
from tests.crashes.story import Story
from tests.crashes.sweep_stories import SWEEP_STORIES
from tests.crashes.tenant_stories import TENANT_STORIES

ENFORCING = MappingProxyType(
    {
        "WAC_EXTENSION_MODE": "enforce",
        "WAC_NETWORK_MODE": "enforce",
        "WAC_ENFORCE_SCOPES": f"/subscriptions/{SUBSCRIPTION_ID}",
    }
)
# A death costs ten minutes until its message is seen again; two of them, and what then follows.
_LEEWAY_SECONDS = 2 * 3600.0
_AGENT_SECONDS = 900.0
_BY_NAME = {situation.name: situation for situation in SITUATIONS}
_NOT_LOOKED_AT = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/one"


def _of_situation(situation: Situation) -> Story:
    async def play(instance: Instance) -> None:
        await _settle(instance, situation)

    return Story(situation.name, play, MappingProxyType({**ENFORCING, **situation.app_settings}))


async def _settle(instance: Instance, situation: Situation) -> Built:
    world, seconds = instance.azure.world, situation.settling_seconds + _LEEWAY_SECONDS
    built = situation.build(world)
    machine = world.machine(built.vm_id)
    if machine.agent_ready_at is None:
        world.clock.call_later(_AGENT_SECONDS, lambda: setattr(machine, "agent_ready_at", world.clock.now()))
    announce_situation(world, situation, built)
    await instance.pass_time(seconds)
    for _ in range(situation.disturbances):
        if situation.disturb:
            situation.disturb(world, built)
        await instance.pass_time(seconds)
    return built


async def _first_day(instance: Instance) -> None:
    await _settle(instance, _BY_NAME["roomy-priorities"])


async def _undo_the_install(instance: Instance) -> None:
    built = await _settle(instance, _BY_NAME["server-2022"])
    await _undo_last(instance, built.vm_id)


async def _undo_a_rule_and_lift(instance: Instance) -> None:
    built = await _settle(instance, _BY_NAME["roomy-priorities"])
    (nsg_id,) = built.nsg_ids
    await _undo_last(instance, nsg_id)
    await instance.ask(order_lift, {"subject": nsg_id})
    await instance.pass_time(_LEEWAY_SECONDS)


async def _undo_last(instance: Instance, subject: str) -> None:
    write = (await list_writes(instance.looking, ResourceId(subject)))[-1]
    await instance.ask(order_undo, {"subject": subject, "write": write.id})
    await instance.pass_time(_LEEWAY_SECONDS)


async def _decommission(instance: Instance) -> None:
    for name in ("roomy-priorities", "port-6600"):
        await _settle(instance, _BY_NAME[name])
    await instance.ask(order_decommission, {"reason": "the end", "mode": "enforce"})
    await instance.pass_time(_LEEWAY_SECONDS)


async def _poison(instance: Instance, text: str) -> None:
    await instance.azure.storage.get_queue_client(CHECKS).send_message(text)
    await _settle(instance, _BY_NAME["server-2022"])


async def _unreadable(instance: Instance) -> None:
    await _poison(instance, "this is no check")


async def _unanswerable(instance: Instance) -> None:
    check = Check(ResourceId(_NOT_LOOKED_AT), "test", "22222222-0000-4000-8000-000000000000", asked_at=None)
    await _poison(instance, write_check(check))


STORIES: tuple[Story, ...] = (
    *(_of_situation(situation) for situation in SITUATIONS),
    Story("the first day", _first_day, ENFORCING, is_new=True),
    Story("an install undone", _undo_the_install, ENFORCING),
    Story("a rule undone, then the hold lifted", _undo_a_rule_and_lift, ENFORCING),
    Story("decommissioned", _decommission, ENFORCING),
    Story("a message that is no check", _unreadable, ENFORCING, poisons=True),
    Story("a check that always fails", _unanswerable, ENFORCING, poisons=True),
    *TENANT_STORIES,
    *SWEEP_STORIES,
)
