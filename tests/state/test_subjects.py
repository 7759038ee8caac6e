"""What is kept of subjects: all of it, by one writer at a time, and readable for people."""

import asyncio
import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.azure.clients import AzureClients
from shared.azure.entities import VERSION, UnreadableRow
from shared.azure.subjects import (
    SUBJECTS,
    SubjectRow,
    SubjectSummary,
    list_subjects,
    read_subject,
    save_subject,
    save_unreadable,
)
from shared.azure.tables import Overtaken
from shared.model.past import NOTHING, Hold, Past
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from simulator.local import LocalAzure
from tests.state.conftest import MakeClients

NOON = datetime(2030, 5, 6, 12, 0, 0, 123456, tzinfo=UTC)
GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/g"
VM = ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web")
NSG = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg")
KEYS = ("11111111-2222-3333-4444-555555555555", hashlib.sha256(str(VM).casefold().encode()).hexdigest())


def report_of(*reasons: str, message: str = "so it is", actions: int = 0) -> dict[str, Any]:
    return {
        "subject": str(VM),
        "status": "NON_COMPLIANT",
        "findings": [{"reason": reason, "message": message} for reason in reasons],
        "actions": [{"action": "PutSecurityRule", "message": message}] * actions,
    }


async def test_of_a_new_subject_nothing_is_kept(clients: AzureClients, azure: LocalAzure) -> None:
    await azure.advance(500)
    row, now = await read_subject(clients, VM)
    assert row == SubjectRow(VM, NOTHING, None, None, None, None, None)
    assert now == azure.world.clock.now().replace(microsecond=0)


async def test_what_was_saved_comes_back_whole(clients: AzureClients) -> None:
    past = Past("guid", {Reason.LOCKED: NOON}, (NOON,), hold=Hold(NOON, "not now", "write-1"), status=Status.UNKNOWN)
    saved = await save_subject(
        clients, SubjectRow(VM, past, report_of("LOCKED"), "me", NOON + timedelta(minutes=6), "ValueError: no")
    )
    assert (await read_subject(clients, VM))[0] == saved
    assert saved.etag is not None


async def test_a_subject_is_found_whatever_the_case_of_its_id(clients: AzureClients) -> None:
    await save_subject(clients, SubjectRow(VM, Past(look="token")))
    row, _ = await read_subject(clients, ResourceId(str(VM).upper()))
    assert row.past.look == "token"


ODD = {
    "marks of a query": "a'b&c=d+e;f",
    "unicode": "wäc-💥-漢字-e\u0301",
    "a bidirectional one": "a\u202eb\u2028c",
    "spaces": " web  1 ",
    "much too long a one": "x" * 3_000,
    "a control of latin 1": "a\x85b",
}


@pytest.mark.parametrize("name", ODD.values(), ids=ODD.keys())
async def test_a_name_may_have_any_character_and_any_length(name: str, clients: AzureClients) -> None:
    subject = ResourceId(f"/subscriptions/{name}/resourceGroups/{name}/providers/A.B/c/{name}")
    other = ResourceId(f"{subject}2")
    await save_subject(clients, SubjectRow(subject, Past(look="one")))
    await save_subject(clients, SubjectRow(other, Past(look="another")))
    assert (await read_subject(clients, subject))[0].past.look == "one"
    assert (await read_subject(clients, other))[0].past.look == "another"
    assert len(await list_subjects(clients)) == 2


async def test_of_two_that_save_the_first_time_one_wins(make_clients: MakeClients) -> None:
    one, another = make_clients(), make_clients()
    ended = await asyncio.gather(
        save_subject(one, SubjectRow(VM, holder="one")),
        save_subject(another, SubjectRow(VM, holder="another")),
        return_exceptions=True,
    )
    (winner,) = [row for row in ended if isinstance(row, SubjectRow)]
    assert [type(row) for row in ended].count(Overtaken) == 1
    assert (await read_subject(one, VM))[0] == winner


async def test_of_many_that_save_what_they_read_one_wins(make_clients: MakeClients) -> None:
    processes = [make_clients() for _ in range(4)]
    await save_subject(processes[0], SubjectRow(VM))
    read = [(await read_subject(clients, VM))[0] for clients in processes]
    ended = await asyncio.gather(
        *(
            save_subject(clients, replace(row, holder=str(number)))
            for number, (clients, row) in enumerate(zip(processes, read, strict=True))
        ),
        return_exceptions=True,
    )
    (winner,) = [row for row in ended if isinstance(row, SubjectRow)]
    assert [type(row) for row in ended].count(Overtaken) == 3
    assert (await read_subject(processes[0], VM))[0] == winner


async def test_whoever_saves_goes_on_with_what_he_saved(clients: AzureClients) -> None:
    row = await save_subject(clients, SubjectRow(VM, holder="me"))
    row = await save_subject(clients, replace(row, past=Past(look="one")))
    row = await save_subject(clients, replace(row, holder=None))
    assert (await read_subject(clients, VM))[0] == row


async def test_a_row_that_somebody_deleted_is_not_saved_as_if_it_were_there(
    clients: AzureClients, azure: LocalAzure
) -> None:
    row = await save_subject(clients, SubjectRow(VM, Past(look="one")))
    await azure.tables.get_table_client(SUBJECTS).delete_entity(*KEYS)
    with pytest.raises(Overtaken):
        await save_subject(clients, row)
    assert (await read_subject(clients, VM))[0] == SubjectRow(VM)


async def test_a_report_of_many_properties_comes_back_whole(clients: AzureClients) -> None:
    report = report_of("LOCKED", message=os.urandom(300_000).hex())
    await save_subject(clients, SubjectRow(VM, report=report))
    assert (await read_subject(clients, VM))[0].report == report


async def test_a_report_beyond_what_a_row_holds_is_kept_in_part(clients: AzureClients) -> None:
    report = report_of(*["LOCKED"] * 30, actions=2) | {
        "findings": [{"reason": "LOCKED", "message": os.urandom(50_000).hex()} for _ in range(30)]
    }
    await save_subject(clients, SubjectRow(VM, Past(look="one"), report))
    row, _ = await read_subject(clients, VM)
    assert row.past.look == "one"
    assert row.report is not None
    left = row.report["left_out"]["findings"]
    assert 10 < left < 20
    assert row.report == report | {
        "findings": report["findings"][:-left],
        "left_out": {"findings": left, "actions": 0},
    }


async def test_a_large_past_leaves_less_room_for_the_report(clients: AzureClients, azure: LocalAzure) -> None:
    past = Past(hold=Hold(NOON, os.urandom(400_000).hex()))
    findings = [{"reason": "LOCKED", "message": os.urandom(50_000).hex()} for _ in range(20)]
    await save_subject(clients, SubjectRow(VM, past, report_of() | {"findings": findings}))
    row, _ = await read_subject(clients, VM)
    assert row.past == past
    assert row.report is not None
    assert 0 < len(row.report["findings"]) < 12
    entity = await azure.tables.get_table_client(SUBJECTS).get_entity(*KEYS)
    sizes = [len(value) for value in entity.values() if isinstance(value, bytes)]
    assert max(sizes) == 64 * 1024
    assert sum(sizes) <= 900 * 1024


async def test_a_report_that_is_saved_anew_leaves_nothing_of_a_longer_one(clients: AzureClients) -> None:
    row = await save_subject(clients, SubjectRow(VM, report=report_of("LOCKED", message=os.urandom(200_000).hex())))
    await save_subject(clients, replace(row, report=report_of("LOCKED")))
    assert (await read_subject(clients, VM))[0].report == report_of("LOCKED")


async def test_people_can_read_the_table_without_the_app(clients: AzureClients, azure: LocalAzure) -> None:
    past = Past(
        since={Reason.LOCKED: NOON},
        hold=Hold(NOON, "not now"),
        contested=True,
        observed_at=NOON,
        status=Status.NON_COMPLIANT,
    )
    report = report_of("OUTBOUND_DENIED", "EXTENSION_MISSING", "OUTBOUND_DENIED")
    await save_subject(clients, SubjectRow(VM, past, report, "me", NOON, "ValueError: no\x00"))
    entity = await azure.tables.get_table_client(SUBJECTS).get_entity(*KEYS)
    shown = {name: value for name, value in entity.items() if not isinstance(value, bytes) and name != "stamp"}
    assert shown == {
        "PartitionKey": KEYS[0],
        "RowKey": KEYS[1],
        "version": VERSION,
        "subject": str(VM),
        "status": "NON_COMPLIANT",
        "observed_at": NOON,
        "reasons": "OUTBOUND_DENIED,EXTENSION_MISSING",
        "waived": "",
        "held": True,
        "contested": True,
        "holder": "me",
        "held_until": NOON,
        "error": "ValueError: no\ufffd",
    }


async def test_the_list_has_every_subject_by_name(clients: AzureClients) -> None:
    past = Past(since={Reason.LOCKED: NOON, Reason.HELD: NOON}, observed_at=NOON, status=Status.NON_COMPLIANT)
    await save_subject(clients, SubjectRow(VM, past))
    await save_subject(clients, SubjectRow(NSG, Past(contested=True, hold=Hold(NOON, "no")), error="KeyError: 'x'"))
    assert await list_subjects(clients) == [
        SubjectSummary(str(VM), "NON_COMPLIANT", NOON, ("LOCKED", "HELD"), held=False, contested=False),
        SubjectSummary(str(NSG), None, None, (), held=True, contested=True, error="KeyError: 'x'"),
    ]


async def test_the_list_is_empty_before_the_first_check(clients: AzureClients) -> None:
    assert await list_subjects(clients) == []


async def test_the_list_shows_what_a_newer_app_wrote(clients: AzureClients, azure: LocalAzure) -> None:
    await save_subject(clients, SubjectRow(VM, Past(status=Status.COMPLIANT)))
    await azure.tables.get_table_client(SUBJECTS).update_entity(
        {"PartitionKey": KEYS[0], "RowKey": KEYS[1], "version": VERSION + 1}
    )
    assert [(one.subject, one.status) for one in await list_subjects(clients)] == [(str(VM), "COMPLIANT")]


async def test_what_a_newer_app_wrote_is_neither_read_nor_written_over(
    clients: AzureClients, azure: LocalAzure
) -> None:
    saved = await save_subject(clients, SubjectRow(VM, Past(look="one")))
    table = azure.tables.get_table_client(SUBJECTS)
    await table.update_entity({"PartitionKey": KEYS[0], "RowKey": KEYS[1], "version": VERSION + 1, "new": "yes"})
    with pytest.raises(UnreadableRow, match="a newer version of the app wrote it"):
        await read_subject(clients, VM)
    with pytest.raises(Overtaken):
        await save_subject(clients, saved)
    with pytest.raises(Overtaken):
        await save_subject(clients, SubjectRow(VM))
    assert (await table.get_entity(*KEYS))["new"] == "yes"


async def test_a_message_that_names_no_subject_is_listed_too(clients: AzureClients) -> None:
    report = {"status": "UNKNOWN", "findings": [{"reason": "CHECK_FAILED", "message": "no JSON"}]}
    await save_unreadable(clients, b"{\xff", report)
    await save_unreadable(clients, "{}", report)
    await save_unreadable(clients, b"{}", report)
    assert await list_subjects(clients) == [
        SubjectSummary(text, "UNKNOWN", None, ("CHECK_FAILED",), held=False, contested=False)
        for text in ("{}", "{\ufffd")
    ]
