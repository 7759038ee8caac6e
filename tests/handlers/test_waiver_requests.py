"""Requests about waivers that make no sense: each is told what to send."""

import json
from typing import Any

import pytest

from handlers.guard import Guard
from handlers.waivers import order_waiver, show_waivers, withdraw_waiver
from simulator.local import LocalAzure
from tests.handlers.requesting import (
    PROBLEM,
    post,
    queued,
    read,
)
from tests.handlers.waiving import ANYBODY, GROUP, MISSING, SCOPE, VM, listed

GOOD = {"subject": VM, "reason": MISSING, "until": "2100-01-01", **ANYBODY}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": (
        {},
        "subject: Field required; reason: Field required; until: Field required; by: Field required; why",
    ),
    "a name": (GOOD | {"subject": "web"}, "'web' is no resource id"),
    "a subscription": (GOOD | {"subject": SCOPE}, "nothing can be accepted of a Microsoft.Resources/subscriptions"),
    "a network": (
        GOOD | {"subject": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"},
        "nothing can be accepted of a Microsoft.Network/virtualNetworks; name one of"
        " Microsoft.Compute/virtualMachines, Microsoft.Network/networkSecurityGroups, Microsoft.Graph/applications"
        " or a resource group",
    ),
    "the tenant": (GOOD | {"subject": "/providers/Microsoft.Graph/tenants/home"}, "nothing can be accepted of a"),
    "no reason": (GOOD | {"reason": "OUTBOUND"}, "reason: 'OUTBOUND' is no reason: copy one from the report"),
    "a number for a reason": (GOOD | {"reason": 7}, "reason: Input should be"),
    "a failed read": (GOOD | {"reason": "READ_FAILED"}, "reason: READ_FAILED says that something could not be told"),
    "a failed check": (GOOD | {"reason": "CHECK_FAILED"}, "what is not known is never accepted"),
    "what only waits": (GOOD | {"reason": "VM_STOPPED"}, "VM_STOPPED is PENDING: only what is NON_COMPLIANT"),
    "the kill switch": (GOOD | {"reason": "STOPPED_BY_KILL_SWITCH"}, "lift it by POST /api/lift"),
    "for ever": (GOOD | {"until": None}, "until: None is no day: send one such as"),
    "a number of days": (GOOD | {"until": 30}, "until: 30 is no day: send one such as 2027-03-31"),
    "no day": (GOOD | {"until": "next week"}, "until: 'next week' is no day: send one"),
    "no such day": (GOOD | {"until": "2027-02-30"}, "until: '2027-02-30' is no day: send one"),
    "the last of days": (GOOD | {"until": "9999-12-31"}, "until: 9999-12-31 00:00 UTC is more than a year away"),
    "a moment anywhere": (GOOD | {"until": "2027-01-01T12:00:00"}, "names no time zone: send one such as 2027"),
    "the first of moments": (GOOD | {"until": "0001-01-01T00:00:00+14:00"}, "is no day: send one"),
    "much too long": (GOOD, "until: 2100-01-02 00:00 UTC is more than a year away: send 20"),
    "the past": (GOOD | {"until": "2020-01-01"}, "until: 2020-01-02 00:00 UTC is over, and it is 20"),
    "nobody": (GOOD | {"by": " "}, "by: String should have at least 1"),
    "a crowd": (GOOD | {"by": "x" * 201}, "by: String should have at most 200"),
    "no words": (GOOD | {"why": "\n"}, "why: String should have at least 1"),
    "too many words": (GOOD | {"why": "x" * 1001}, "why: String should have at most 1000"),
    "a mode": (GOOD | {"mode": "enforce"}, "mode: Extra inputs are not"),
}


@pytest.mark.parametrize(("body", "told"), BAD.values(), ids=BAD.keys())
async def test_a_bad_waiver_is_told_with_an_example_and_accepts_nothing(
    body: dict[str, Any], told: str, azure: LocalAzure, auditing: Guard
) -> None:
    answer, problem = await post(order_waiver, auditing, **body)
    assert (answer.status, answer.media_type, problem["title"]) == (400, PROBLEM, "The request is no waiver")
    assert told in problem["detail"]
    assert problem["example"].keys() == GOOD.keys()
    assert (await listed(auditing), await queued(azure)) == ([], [])


@pytest.mark.parametrize("body", [b"", b"\xff", b"null", b"[]", json.dumps("x").encode(), b"x" * 20_000])
async def test_what_is_no_json_object_is_told_with_an_example(body: bytes, auditing: Guard) -> None:
    answer = await order_waiver(auditing, body)
    assert (answer.status, "example" in json.loads(answer.body)) == (400, True)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({}, "subject: Field required; reason: Field required"),
        ({"subject": VM}, "reason: Field required"),
        ({"subject": "web", "reason": MISSING}, "'web' is no resource id"),
        ({"subject": VM, "reason": "X"}, "'X' is no reason"),
        ({"subject": VM, "reason": MISSING, "why": "x"}, "why: Extra inputs are not"),
    ],
)
async def test_a_bad_withdrawal_is_told_with_an_example(
    query: dict[str, str], told: str, azure: LocalAzure, auditing: Guard
) -> None:
    answer = await withdraw_waiver(auditing, query)
    problem = read(answer)
    assert (answer.status, problem["example"].keys()) == (400, {"subject", "reason"})
    assert told in problem["detail"]
    assert await queued(azure) == []


@pytest.mark.parametrize(
    ("query", "told"), [({"subject": "web"}, "'web' is no resource id"), ({"reason": "x"}, "reason: Extra inputs")]
)
async def test_a_bad_query_of_waivers_is_told_with_an_example(
    query: dict[str, str], told: str, auditing: Guard
) -> None:
    answer = await show_waivers(auditing, query)
    problem = read(answer)
    assert (answer.status, problem["example"].keys()) == (400, {"subject"})
    assert told in problem["detail"]
