"""The trail: every write, in its order, with what became of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from shared.azure.clients import AzureClients
from shared.azure.entities import VERSION, UnreadableRow
from shared.azure.trail import WRITES, conclude, intend, list_all_writes, list_writes, new_write_id, read_write
from shared.model.application import RedirectSettings
from shared.model.estate import Access, Direction, Extension, SecurityRule
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    ExtensionRequest,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write
from simulator.local import LocalAzure
from tests.state.conftest import DroppingClients

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/g"
VM = ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web")
NSG = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg")
APP = ResourceId("/providers/Microsoft.Graph/applications/0a1b2c3d-1111-4222-8333-444455556666")
EXTENSION = Extension(VM.child("extensions", "wac"), "Microsoft.AdminCenter", "AdminCenter", "Failed", {"port": 6516})
REQUEST = ExtensionRequest("westeurope", "Microsoft.AdminCenter", "AdminCenter", "0.0", True, {"port": "6516"})
PREFIXES = tuple(f"10.{number // 256}.{number % 256}.0/24" for number in range(4_000))
RULE = SecurityRule("r", 100, Direction.OUTBOUND, Access.ALLOW, "Tcp", PREFIXES, description="Managed by WAC Guard.")
ACTIONS: list[Action] = [
    PutExtension(EXTENSION.id, None, REQUEST),
    PutExtension(EXTENSION.id, EXTENSION, REQUEST),
    RefreshExtension(EXTENSION.id, EXTENSION, "2030"),
    DeleteExtension(EXTENSION.id, EXTENSION),
    PutSecurityRule(NSG.child("securityRules", "r"), None, RULE),
    PutSecurityRule(NSG.child("securityRules", "r"), RULE, replace(RULE, priority=101)),
    DeleteSecurityRule(NSG.child("securityRules", "r"), RULE),
    PatchApplication(
        APP,
        RedirectSettings(("https://wac/*", "https://wac"), (), True),
        RedirectSettings((), ("https://wac", "https://wac/signin-oidc"), False),
    ),
]


def write_of(action: Action = ACTIONS[0], subject: ResourceId = VM, at: datetime = NOON) -> Write:
    return Write(new_write_id(at), subject, action, "a test", "correlation", at)


def test_ids_sort_by_time_and_then_by_their_order() -> None:
    times = [NOON + timedelta(microseconds=number) for number in range(3)]
    ids = [new_write_id(at) for at in times for _ in range(20)]
    assert sorted(ids) == ids
    assert len(set(ids)) == len(ids)


def test_an_id_is_a_key_that_azure_admits() -> None:
    assert set(new_write_id(NOON)) <= set("0123456789abcdefTZ.-")


def test_every_kind_of_action_is_tried() -> None:
    assert {type(action) for action in ACTIONS} == set(get_args(Action))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: type(action).__name__)
async def test_an_intent_comes_back_whole(action: Action, clients: AzureClients) -> None:
    write = write_of(action)
    await intend(clients, write)
    assert await read_write(clients, VM, write.id) == write
    assert await list_writes(clients, VM) == [write]


async def test_the_writes_of_an_application_are_its_own(clients: AzureClients) -> None:
    write = write_of(ACTIONS[-1], APP)
    await intend(clients, write)
    assert await read_write(clients, APP, write.id) == write
    assert (await list_writes(clients, APP), await list_writes(clients, VM)) == ([write], [])


async def test_a_conclusion_takes_the_place_of_the_intent(clients: AzureClients) -> None:
    write = write_of()
    await intend(clients, write)
    done = replace(write, fate=Fate.DONE, message="x" * 100_000, request_id="r", concluded_at=NOON, undoes="other")
    await conclude(clients, done)
    assert await list_writes(clients, VM) == [done]


async def test_a_conclusion_without_its_intent_is_kept_all_the_same(clients: AzureClients) -> None:
    done = replace(write_of(), fate=Fate.DONE)
    await conclude(clients, done)
    assert await read_write(clients, VM, done.id) == done


@pytest.mark.parametrize("late", [Fate.INTENDED, Fate.ACCEPTED, Fate.UNKNOWN, Fate.POSTPONED])
async def test_whose_end_was_seen_is_not_unsettled_by_who_comes_late(late: Fate, clients: AzureClients) -> None:
    done = replace(write_of(), fate=Fate.DONE)
    await conclude(clients, done)
    await conclude(clients, replace(done, fate=late))
    assert await read_write(clients, VM, done.id) == done


async def test_an_end_may_be_followed_by_another(clients: AzureClients) -> None:
    done = replace(write_of(), fate=Fate.DONE)
    await conclude(clients, done)
    await conclude(clients, replace(done, fate=Fate.FAILED))
    found = await read_write(clients, VM, done.id)
    assert found is not None
    assert found.fate is Fate.FAILED


async def test_an_intent_whose_answer_got_lost_is_there_once(
    dropping: DroppingClients, clients: AzureClients
) -> None:
    await intend(clients, write_of(at=NOON - timedelta(days=1)))
    write = write_of()
    dropping.connection.lost = ["PUT"]
    await intend(dropping, write)
    assert (await list_writes(clients, VM))[1:] == [write]


async def test_a_subject_has_its_own_writes_the_oldest_first(clients: AzureClients) -> None:
    writes = [write_of(at=NOON + timedelta(hours=hours)) for hours in (5, 1, 3)]
    other = write_of(ACTIONS[-1], NSG, NOON + timedelta(hours=2))
    for write in (*writes, other):
        await intend(clients, write)
    first, second, third = sorted(writes, key=lambda write: write.intended_at)
    assert await list_writes(clients, VM) == [first, second, third]
    assert await list_writes(clients, ResourceId(str(NSG).lower())) == [other]
    assert await list_all_writes(clients) == [first, other, second, third]


async def test_where_nothing_was_written_the_trail_is_empty(clients: AzureClients) -> None:
    assert await list_writes(clients, VM) == []
    assert await list_all_writes(clients) == []
    assert await read_write(clients, VM, "none") is None


async def test_people_can_read_the_trail_without_the_app(clients: AzureClients, azure: LocalAzure) -> None:
    write = replace(
        write_of(ACTIONS[4], NSG),
        fate=Fate.REFUSED,
        message="locked " * 10_000,
        request_id="request",
        concluded_at=NOON + timedelta(seconds=1),
        undoes="other",
    )
    await conclude(clients, write)
    (entity,) = [one async for one in azure.tables.get_table_client(WRITES).list_entities()]
    shown = {name: value for name, value in entity.items() if not isinstance(value, bytes)}
    for name in ("PartitionKey", "stamp"):
        del shown[name]
    assert len(shown["message"]) == 32_001
    assert shown.pop("message").startswith("locked locked")
    assert shown == {
        "RowKey": write.id,
        "version": VERSION,
        "subject": str(NSG),
        "target": f"{NSG}/securityRules/r",
        "action": "PutSecurityRule",
        "fate": "refused",
        "cause": "a test",
        "correlation_id": "correlation",
        "intended_at": NOON,
        "concluded_at": NOON + timedelta(seconds=1),
        "request_id": "request",
        "undoes": "other",
    }


async def test_what_a_newer_app_wrote_is_neither_read_nor_written_over(
    clients: AzureClients, azure: LocalAzure
) -> None:
    write = write_of()
    await intend(clients, write)
    table = azure.tables.get_table_client(WRITES)
    (entity,) = [one async for one in table.list_entities()]
    await table.update_entity(entity | {"version": VERSION + 1})
    with pytest.raises(UnreadableRow):
        await list_writes(clients, VM)
    with pytest.raises(UnreadableRow):
        await conclude(clients, replace(write, fate=Fate.DONE))
    assert [one["fate"] async for one in table.list_entities()] == ["intended"]
