"""Checks as messages: what is sent is what is received, and what is no Check is told of rather than guessed at."""

import asyncio
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.checks import receive_check
from handlers.guard import Guard
from shared.azure.check_queue import CHECKS, parse_check, send_check, write_check
from shared.model.check import Check
from shared.model.resource_id import ResourceId
from simulator.local import LocalAzure
from tests.handlers.looking import check_of

VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web"
MESSAGE: dict[str, Any] = {
    "version": 1,
    "subject": VM,
    "cause": "test",
    "correlation_id": "c",
    "asked_at": "2026-11-02T09:30:00.123456Z",
    "attempt": 2,
}

# All that a ResourceId admits in a name, and that is text at all.
names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/?#%\\\x7f", min_codepoint=0x20), min_size=1
).filter(lambda name: name not in {".", ".."})
ids = st.builds(
    lambda group, name: ResourceId(f"/subscriptions/s/resourceGroups/{group}/providers/a.b/c/{name}"), names, names
)
offsets = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
times = st.datetimes(datetime(2000, 1, 1), timezones=offsets)
texts = st.text(st.characters(exclude_categories=["Cs"]))
checks = st.builds(
    Check, ids, texts, names, st.none() | times, st.integers(0, 10**6), st.none() | texts, st.none() | texts
)


@given(checks)
def test_a_check_is_received_as_it_was_sent(check: Check) -> None:
    received = parse_check(write_check(check))
    assert received == check
    assert str(received.subject) == str(check.subject)


@given(checks)
def test_a_message_is_plain_ascii_json_which_any_queue_takes(check: Check) -> None:
    text = write_check(check)
    assert text.isascii()
    assert min(text) >= " "
    assert json.loads(text)["subject"] == str(check.subject)


async def test_a_message_stands_in_the_queue_as_the_host_is_told_to_expect_it(
    azure: LocalAzure, auditing: Guard
) -> None:
    check = check_of(VM.replace("web", "wéb <&> \uffff"), asked_at=datetime(2026, 11, 2, tzinfo=UTC))
    await send_check(auditing.clients, check)
    (message,) = await azure.storage.get_queue_client(CHECKS).peek_messages()
    assert message.content == write_check(check)


async def test_a_queue_that_is_not_there_is_made_whoever_sends_first(azure: LocalAzure, auditing: Guard) -> None:
    queue = azure.storage.get_queue_client(CHECKS)
    await send_check(auditing.clients, check_of(VM))
    await queue.delete_queue()
    await asyncio.gather(*(send_check(auditing.clients, check_of(f"{VM}{number}")) for number in range(5)))
    assert len(await queue.peek_messages(max_messages=32)) == 5


NO_CHECKS: dict[str, str | bytes] = {
    "nothing": "",
    "no JSON": "web",
    "bytes that are no text": b"\xff\xfe",
    "no object": "[]",
    "null": "null",
    "no subject": json.dumps({key: value for key, value in MESSAGE.items() if key != "subject"}),
    "a subject that is no id": json.dumps(MESSAGE | {"subject": "web"}),
    "a subject that nobody looks at": json.dumps(MESSAGE | {"subject": f"{VM}/extensions/AdminCenter"}),
    "a later version": json.dumps(MESSAGE | {"version": 2}),
    "a field that is not known": json.dumps(MESSAGE | {"action": "delete"}),
    "a time without a zone": json.dumps(MESSAGE | {"asked_at": "2026-11-02T09:30:00"}),
    "an attempt below none": json.dumps(MESSAGE | {"attempt": -1}),
}


@pytest.mark.parametrize("message", NO_CHECKS.values(), ids=NO_CHECKS.keys())
async def test_what_is_no_check_is_refused_so_that_it_ends_as_poison(
    message: str | bytes, azure: LocalAzure, auditing: Guard
) -> None:
    with pytest.raises(ValueError, match=r"."):
        await receive_check(auditing, message)
    assert list(azure.world.requests) == []
