"""Runs of the app in which it dies after chosen writes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest

from handlers.asking import name_subjects
from shared.azure.clients import AzureClients
from shared.azure.leash import CONTROL
from shared.azure.subjects import SUBJECTS, list_subjects
from shared.azure.trail import WRITES
from shared.settings import parse_settings
from simulator.arm.compute import sizes
from simulator.local import LocalAzure
from tests.crashes.ending import Ending, find_faults, read_ending, read_told
from tests.crashes.instance import POISON, QUEUES, Instance
from tests.crashes.story import Story
from tests.handlers.conftest import USED_SIZES

# As many VMs as the story of an NSG that many share needs: reading them is most of what it takes.
_VMS = 8


@dataclass(frozen=True, slots=True)
class Run:
    """How one telling of a story went: its writes, its deaths, what its handlers raised, its end.

    The first `length` writes are the story's own; those after it are of the last looks. `told` is what was known of
    app registrations before these.
    """

    writes: tuple[str, ...]
    length: int
    deaths: int
    raised: frozenset[type[Exception]]
    faults: tuple[str, ...]
    told: Mapping[str, tuple[str | None, tuple[str, ...]]]
    ending: Ending


type Tell = Callable[..., Awaitable[Run]]


@pytest.fixture
async def tell(running_azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tell]:
    """Tell a story in a world of its own, with deaths after the writes of these numbers."""
    for name, text in running_azure.environment().items():
        monkeypatch.setenv(name, text)
    offered = {key: size for key, size in sizes.SIZES.items() if size.name in USED_SIZES}
    monkeypatch.setattr("simulator.arm.compute.skus.SIZES", offered)
    monkeypatch.setattr("simulator.estate.many.VMS", _VMS)
    looking = AzureClients(parse_settings(running_azure.environment()))

    async def run(story: Story, *deaths: int) -> Run:
        await running_azure.reset()
        await _prepare_storage(running_azure, is_new=story.is_new)
        return await _tell(Instance(running_azure, story.settings, looking, deaths), story)

    yield run
    await looking.close()


async def _tell(instance: Instance, story: Story) -> Run:
    world, looking = instance.azure.world, instance.looking
    try:
        await story.play(instance)
        length, told = len(instance.journal.writes), await read_told(world, looking)
        # A last look at everything, so that each report tells what is, and not what was when somebody last asked.
        await instance.look_at(name_subjects(await list_subjects(looking)))
    finally:
        await instance.close()
    return Run(
        tuple(instance.journal.writes),
        length,
        instance.journal.deaths,
        frozenset(type(error) for error in instance.raised),
        tuple(await find_faults(world, looking)),
        told,
        await read_ending(world, looking),
    )


async def _prepare_storage(azure: LocalAzure, *, is_new: bool) -> None:
    """Give the app its queues and its tables, so that making them is no write of every story; or take them away."""
    found = {queue.name async for queue in azure.storage.list_queues()}
    poison = {f"{name}{POISON}" for name in QUEUES}
    wanted = poison if is_new else {*QUEUES, *poison}
    for name in found - wanted:
        await azure.storage.delete_queue(name)
    for name in wanted - found:
        await azure.storage.create_queue(name)
    for name in () if is_new else (SUBJECTS, WRITES, CONTROL):
        await azure.tables.create_table_if_not_exists(name)
