"""A Check that failed time after time is told as an error, and is its subject's report from then on."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.guard import Guard
from handlers.poison import report_poison
from handlers.reports import show_reports
from shared.azure.check_queue import write_check
from shared.azure.entities import UnreadableRow
from shared.azure.failures import PassingFailure
from shared.azure.subjects import save_subject
from shared.model.reason import Status
from shared.turns import Turn, take_turn
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import build_site, check_of
from tests.handlers.requesting import read, receive, report_of, row_of
from tests.handlers.test_check_messages import MESSAGE, NO_CHECKS, VM

NO_MESSAGES = {name: text for name, text in NO_CHECKS.items() if name != "a subject that nobody looks at"}


async def poison(guard: Guard, subject: str, **more: Any) -> None:
    await report_poison(guard, write_check(check_of(subject, **more)).encode())


def found_in(document: dict[str, Any]) -> list[str]:
    return [found["reason"] for found in document["findings"]]


async def test_poison_is_an_error_that_names_its_subject(
    azure: LocalAzure, auditing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    await report_poison(auditing, json.dumps(MESSAGE).encode())
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert record.getMessage() == "Check given up as poison"
    assert (vars(record)["subject"], vars(record)["correlation_id"]) == (VM, "c")


async def test_poison_is_its_subjects_report_with_the_error_and_what_to_do(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world)
    turn = await take_turn(auditing.clients, check_of(site.vm_id))
    assert isinstance(turn, Turn)
    await turn.fail(KeyError("“instanceView”"))
    await poison(auditing, site.vm_id)
    shown = await report_of(auditing, site.vm_id)
    assert (shown["status"], found_in(shown)) == ("UNKNOWN", ["CHECK_FAILED"])
    assert shown["error"] == "KeyError: '“instanceView”'"
    message = shown["findings"][0]["message"]
    for part in (
        "The check of web (test) was tried five times and given up.",
        "It failed with: KeyError: '“instanceView”'.",
        "correlation id 11111111-0000-4000-8000-000000000000",
        "POST /api/checks",
    ):
        assert part in message
    (listed,) = read(await show_reports(auditing, {"status": "UNKNOWN"}))["subjects"]
    assert (listed["subject"], listed["reasons"]) == (site.vm_id, ["CHECK_FAILED"])


async def test_where_no_error_was_saved_that_is_said(azure: LocalAzure, auditing: Guard) -> None:
    await poison(auditing, VM)
    (finding,) = (await report_of(auditing, VM))["findings"]
    assert "no error was saved: the process ended without a word." in finding["message"]


async def test_what_nobody_looks_at_is_reported_too(azure: LocalAzure, auditing: Guard) -> None:
    await report_poison(auditing, NO_CHECKS["a subject that nobody looks at"])
    assert found_in(await report_of(auditing, f"{VM}/extensions/AdminCenter")) == ["CHECK_FAILED"]


async def test_what_was_seen_since_is_not_overwritten_but_still_told(
    azure: LocalAzure, auditing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    site = build_site(azure.world)
    asked_at = azure.world.clock.now()
    await azure.advance(60)
    await receive(auditing, site.vm_id)
    before = await row_of(auditing, site.vm_id)
    await poison(auditing, site.vm_id, asked_at=asked_at)
    assert await row_of(auditing, site.vm_id) == before
    assert "Check given up as poison" in caplog.messages


@pytest.mark.parametrize("later", [0, 3600])
async def test_an_older_report_is_replaced(later: int, azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    await receive(auditing, site.vm_id)
    asked_at = azure.world.clock.now() + timedelta(seconds=later)
    await poison(auditing, site.vm_id, asked_at=asked_at)
    assert found_in(await report_of(auditing, site.vm_id)) == ["CHECK_FAILED"]


async def test_a_later_look_that_could_not_tell_either_is_replaced(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    asked_at = azure.world.clock.now()
    await azure.advance(60)
    await receive(auditing, site.vm_id)
    azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED))
    await receive(auditing, site.vm_id)
    await poison(auditing, site.vm_id, asked_at=asked_at)
    assert found_in(await report_of(auditing, site.vm_id)) == ["CHECK_FAILED"]


async def test_a_check_that_was_asked_for_in_any_case_is_never_taken_for_answered(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world)
    await receive(auditing, site.vm_id)
    await poison(auditing, site.vm_id, asked_at=None)
    assert (await report_of(auditing, site.vm_id))["status"] == "UNKNOWN"


async def test_the_next_look_that_goes_well_ends_it(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world, installed=True)
    turn = await take_turn(auditing.clients, check_of(site.vm_id))
    assert isinstance(turn, Turn)
    await turn.fail(KeyError("x"))
    await poison(auditing, site.vm_id)
    await receive(auditing, site.vm_id)
    shown = await report_of(auditing, site.vm_id)
    assert (shown["status"], shown["findings"], shown["error"]) == ("COMPLIANT", [], None)


async def test_what_is_remembered_of_a_subject_outlives_its_poison(azure: LocalAzure, auditing: Guard) -> None:
    row = await row_of(auditing, VM)
    past = replace(row.past, contested=True, unsettled=("a-write",), look="a-token")
    await save_subject(auditing.clients, replace(row, past=past))
    await poison(auditing, VM)
    assert (await row_of(auditing, VM)).past == replace(past, status=Status.UNKNOWN)


@pytest.mark.parametrize("message", NO_MESSAGES.values(), ids=NO_MESSAGES.keys())
async def test_a_message_that_cannot_be_read_is_told_and_kept_with_the_reason(
    message: str | bytes, azure: LocalAzure, auditing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    await report_poison(auditing, message)
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert (vars(record)["subject"], vars(record)["correlation_id"]) == ("unreadable", "unknown")
    reason = vars(record)["reason"]
    assert reason
    (kept,) = [entity async for entity in azure.tables.get_table_client("wacsubjects").list_entities()]
    assert (kept["PartitionKey"], kept["status"], kept["reasons"]) == ("unreadable", "UNKNOWN", "CHECK_FAILED")
    (listed,) = read(await show_reports(auditing, {}))["subjects"]
    text = message.decode(errors="replace") if isinstance(message, bytes) else message
    assert listed["subject"] == text
    if text:
        (finding,) = (await report_of(auditing, text))["findings"]
        assert reason in finding["message"]
        assert text in finding["message"]


async def test_of_a_long_message_the_beginning_is_kept(azure: LocalAzure, auditing: Guard) -> None:
    await report_poison(auditing, b"x" * 48_000)
    (finding,) = (await report_of(auditing, "x" * 2048))["findings"]
    assert finding["message"].endswith(f" {'x' * 500}")


async def test_poison_that_cannot_be_kept_now_comes_again(make: MakeGuard) -> None:
    guard = await make(AzureWebJobsStorage__tableServiceUri="https://localhost:1/account")
    for message in (json.dumps(MESSAGE), "no check"):
        with pytest.raises(PassingFailure):
            await report_poison(guard, message)


async def test_what_a_newer_app_wrote_is_not_overwritten(azure: LocalAzure, auditing: Guard) -> None:
    await poison(auditing, VM)
    table = azure.tables.get_table_client("wacsubjects")
    async for entity in table.list_entities():
        await table.update_entity(entity | {"version": 99})
    with pytest.raises(UnreadableRow, match="Deploy that version"):
        await poison(auditing, VM)


async def test_poison_counts_over_a_look_that_is_just_going_on(azure: LocalAzure, auditing: Guard) -> None:
    turn = await take_turn(auditing.clients, check_of(VM))
    assert isinstance(turn, Turn)
    held = await row_of(auditing, VM)
    await poison(auditing, VM)
    row = await row_of(auditing, VM)
    assert (row.holder, row.held_until) == (held.holder, held.held_until)
    assert row.past.status is Status.UNKNOWN


@given(message=st.binary(max_size=300) | st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
async def test_whatever_message_is_poison_is_kept(message: str | bytes, azure: LocalAzure, auditing: Guard) -> None:
    await report_poison(auditing, message)
    assert read(await show_reports(auditing, {"status": "UNKNOWN"}))["subjects"]
