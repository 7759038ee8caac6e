"""POST /api/undo and /api/hold: a person's word on one subject counts at once, and says what it came to."""

import asyncio
import json
from typing import Any

import pytest

from handlers.guard import Guard
from handlers.orders import order_hold, order_undo
from shared.azure.subjects import save_subject
from shared.azure.tables import Overtaken
from shared.azure.trail import intend
from shared.model.estate import Extension
from shared.model.plan import Action, DeleteExtension, ExtensionRequest, PutExtension, RefreshExtension
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write
from shared.turns import NoTurn, Turn, take_turn
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, Site, build_site, check_of
from tests.handlers.requesting import (
    PROBLEM,
    post,
    queued,
    receive,
    report_of,
    row_of,
    take,
    work_off,
    writes_of,
)

SCOPE = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590"
VM = f"{SCOPE}/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web"
ID = ResourceId(f"{VM}/extensions/AdminCenter")
EXTENSION = Extension(ID, "Microsoft.AdminCenter", "AdminCenter", "Failed", {"port": "6516"})
REQUEST = ExtensionRequest("westeurope", "Microsoft.AdminCenter", "AdminCenter", "0.0", True, {"port": "6516"})


async def written(azure: LocalAzure, guard: Guard) -> tuple[Site, list[str]]:
    """Have rules written to an NSG, and seen there; give the ids of the writes, the newest first."""
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    await receive(guard, site.nsg_id)
    await azure.advance(600)
    await work_off(azure, guard)
    return site, [write["id"] for write in await writes_of(guard, site.nsg_id)]


async def keep(guard: Guard, azure: LocalAzure, action: Action, fate: Fate) -> str:
    """Put a write into a trail as if it had been made."""
    at = azure.world.clock.now()
    write = Write("20261101T000000", ResourceId(VM), action, "test", "c", at, fate, "Azure said so.")
    await intend(guard.clients, write)
    return write.id


def rules_of(azure: LocalAzure, nsg_id: str) -> list[str]:
    return sorted(rule["name"] for rule in azure.world.resources.in_collection(f"{nsg_id}/securityRules"))


async def test_an_undo_takes_back_that_one_write_and_the_subject_stays_held(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site, (newest, _) = await written(azure, enforcing)
    before = rules_of(azure, site.nsg_id)
    answer, order = await post(order_undo, enforcing, subject=site.nsg_id, write=newest)
    assert (answer.status, answer.media_type) == (202, "application/json")
    assert (order["subject"], order["held"]["undo"], order["held"]["reason"]) == (
        site.nsg_id,
        newest,
        f"undo of {newest}",
    )
    assert 'POST {"subject": "<its id>"} to /api/lift' in order["message"]
    (check,) = await take(azure)
    assert (check.correlation_id, check.asked_at, check.subject) == (
        order["correlation_id"],
        None,
        ResourceId(site.nsg_id),
    )
    await receive(enforcing, site.nsg_id)
    assert rules_of(azure, site.nsg_id) == [name for name in before if name != "PortForAADService"]
    undo = (await writes_of(enforcing, site.nsg_id))[0]
    assert (undo["action"], undo["undoes"]) == ("DeleteSecurityRule", newest)

    for _ in range(2):
        await azure.advance(3600)
        await receive(enforcing, site.nsg_id)
    assert rules_of(azure, site.nsg_id) == [name for name in before if name != "PortForAADService"]
    shown = await report_of(enforcing, site.nsg_id)
    assert shown["held"]["undo"] is None
    assert "HELD" in [found["reason"] for found in shown["findings"]]


async def test_an_undo_can_have_a_reason_of_its_own(azure: LocalAzure, enforcing: Guard) -> None:
    site, (newest, _) = await written(azure, enforcing)
    reason = "change 4711: “nicht öffnen”\n\\ <b>&amp;"
    await post(order_undo, enforcing, subject=site.nsg_id.upper(), write=newest, reason=f"  {reason} ")
    assert (await report_of(enforcing, site.nsg_id))["held"]["reason"] == reason


async def test_an_undo_that_waits_is_never_lost_to_another(azure: LocalAzure, enforcing: Guard) -> None:
    site, (newest, oldest) = await written(azure, enforcing)
    await post(order_undo, enforcing, subject=site.nsg_id, write=newest)
    answer, problem = await post(order_undo, enforcing, subject=site.nsg_id, write=oldest)
    assert (answer.status, problem["title"]) == (409, "Another undo comes first")
    assert newest in problem["detail"]
    again, _ = await post(order_undo, enforcing, subject=site.nsg_id, write=newest)
    assert again.status == 202
    await work_off(azure, enforcing)
    await azure.advance(600)
    await work_off(azure, enforcing)
    answer, _ = await post(order_undo, enforcing, subject=site.nsg_id, write=oldest)
    assert answer.status == 202


async def test_a_write_that_is_not_in_that_subjects_trail_is_not_found(azure: LocalAzure, enforcing: Guard) -> None:
    site, (newest, _) = await written(azure, enforcing)
    for subject, write in ((site.nsg_id, "20200101T000000"), (site.vm_id, newest)):
        answer, problem = await post(order_undo, enforcing, subject=subject, write=write)
        assert (answer.status, problem["title"]) == (404, "There is no such write"), write
        assert "GET /api/writes" in problem["detail"]
        assert problem["example"] == {"subject": subject}
    assert await queued(azure) == []


PUT = PutExtension(ID, None, REQUEST)
NOT_UNDONE: dict[str, tuple[Action, Fate, str]] = {
    "refused": (PUT, Fate.REFUSED, "It never took effect: refused. Azure said so."),
    "not done": (PUT, Fate.NOT_DONE, "It never took effect: not done."),
    "postponed": (PUT, Fate.POSTPONED, "It never took effect: postponed."),
    "a refresh": (RefreshExtension(ID, EXTENSION, "tag"), Fate.DONE, "Azure installs no older version"),
    "a reinstall": (PutExtension(ID, EXTENSION, REQUEST), Fate.DONE, "It put a failed extension back"),
}


@pytest.mark.parametrize(("action", "fate", "told"), NOT_UNDONE.values(), ids=NOT_UNDONE.keys())
async def test_what_had_no_effect_or_has_no_way_back_is_not_undone_and_says_why(
    action: Action, fate: Fate, told: str, azure: LocalAzure, enforcing: Guard
) -> None:
    write = await keep(enforcing, azure, action, fate)
    answer, problem = await post(order_undo, enforcing, subject=VM, write=write)
    assert (answer.status, problem["title"]) == (409, "The write can't be undone")
    assert told in problem["detail"]
    assert (await row_of(enforcing, VM)).etag is None
    assert await queued(azure) == []


@pytest.mark.parametrize("fate", [Fate.INTENDED, Fate.ACCEPTED, Fate.UNKNOWN, Fate.FAILED, Fate.DONE, Fate.REPLACED])
@pytest.mark.parametrize("action", [PUT, DeleteExtension(ID, EXTENSION, to_reinstall=True)], ids=["put", "removal"])
async def test_what_may_have_had_an_effect_is_left_to_the_check_to_judge(
    action: Action, fate: Fate, azure: LocalAzure, enforcing: Guard
) -> None:
    write = await keep(enforcing, azure, action, fate)
    answer, _ = await post(order_undo, enforcing, subject=VM, write=write)
    assert answer.status == 202


FORBIDDING = {
    "nothing set": ({}, "WAC_EXTENSION_MODE is audit"),
    "no scope": (ENFORCE, "WAC_ENFORCE_SCOPES covers no /subscriptions/"),
    "not watched": (
        ENFORCE | {"WAC_ENFORCE_SCOPES": SCOPE, "WAC_SUBSCRIPTIONS": "99999999-2222-3333-4444-555555555555"},
        "is not among WAC_SUBSCRIPTIONS",
    ),
}


@pytest.mark.parametrize(("chosen", "told"), FORBIDDING.values(), ids=FORBIDDING.keys())
async def test_an_undo_that_the_settings_forbid_names_the_setting(
    chosen: dict[str, str], told: str, azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(**chosen)
    write = await keep(guard, azure, PUT, Fate.DONE)
    answer, problem = await post(order_undo, guard, subject=VM, write=write)
    assert answer.status == 403
    assert told in problem["detail"]
    assert ((await row_of(guard, VM)).etag, await queued(azure)) == (None, [])


async def test_a_held_subject_is_looked_at_but_not_written(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world)
    answer, held = await post(order_hold, enforcing, subject=f"{site.vm_id}/", reason=" Zoë upgrades it ")
    assert (answer.status, held["subject"], held["held"]["reason"]) == (200, site.vm_id, "Zoë upgrades it")
    assert (held["held"]["undo"], held["correlation_id"]) == (None, None)
    assert held["held"]["at"] == azure.world.clock.now().isoformat().replace("+00:00", "Z")
    assert await queued(azure) == []
    await receive(enforcing, site.vm_id)
    assert azure.world.requests.writes() == []
    shown = await report_of(enforcing, site.vm_id)
    assert [found["reason"] for found in shown["findings"]] == ["EXTENSION_MISSING", "HELD"]


async def test_a_hold_needs_no_mode_but_a_watched_subscription(make: MakeGuard) -> None:
    auditing = await make()
    assert (await post(order_hold, auditing, subject=VM, reason="x"))[0].status == 200
    elsewhere = await make(WAC_SUBSCRIPTIONS="99999999-2222-3333-4444-555555555555")
    assert (await post(order_hold, elsewhere, subject=VM, reason="x"))[0].status == 403


async def test_a_hold_stops_who_is_just_looking_before_the_next_write(azure: LocalAzure, enforcing: Guard) -> None:
    turn = await take_turn(enforcing.clients, check_of(VM))
    assert isinstance(turn, Turn)
    leased = await row_of(enforcing, VM)
    await post(order_hold, enforcing, subject=VM, reason="stop")
    with pytest.raises(Overtaken):
        await turn.remember(turn.past)
    held = await row_of(enforcing, VM)
    assert (held.holder, held.held_until) == (leased.holder, leased.held_until)
    assert await take_turn(enforcing.clients, check_of(VM)) is NoTurn.HELD


async def test_orders_that_come_at_once_are_all_kept(azure: LocalAzure, enforcing: Guard) -> None:
    row = await row_of(enforcing, VM)
    await save_subject(enforcing.clients, row)
    answers = await asyncio.gather(*(post(order_hold, enforcing, subject=VM, reason=f"{n}") for n in range(5)))
    assert [answer.status for answer, _ in answers] == [200] * 5
    hold = (await row_of(enforcing, VM)).past.hold
    assert hold is not None
    assert hold.reason in "01234"


BAD: dict[str, tuple[Any, dict[str, Any], str]] = {
    "undo nothing": (order_undo, {}, "subject: Field required; write: Field required"),
    "undo no write": (order_undo, {"subject": VM}, "write: Field required"),
    "undo an empty write": (
        order_undo,
        {"subject": VM, "write": " "},
        "write: ' ' is no id of a write: GET /api/writes",
    ),
    "undo what no key can be": (order_undo, {"subject": VM, "write": "a/b\\c#?'\x01"}, "is no id of a write"),
    "undo a number": (order_undo, {"subject": VM, "write": 7}, "write: Input should be a valid string"),
    "undo a name": (order_undo, {"subject": "web", "write": "x"}, "'web' is no resource id"),
    "undo with a mode": (order_undo, {"subject": VM, "write": "x", "mode": "enforce"}, "mode: Extra inputs are not"),
    "hold nothing": (order_hold, {}, "subject: Field required; reason: Field required"),
    "hold without a reason": (order_hold, {"subject": VM}, "reason: Field required"),
    "hold with no words": (order_hold, {"subject": VM, "reason": "  \n"}, "reason: String should have at least 1"),
    "hold with too many": (
        order_hold,
        {"subject": VM, "reason": "x" * 1001},
        "reason: String should have at most 10",
    ),
    "hold an extension": (order_hold, {"subject": f"{VM}/extensions/x", "reason": "x"}, "can't be checked; name one"),
    "hold a lot": (order_hold, {"subject": VM, "reason": "x" * 20_000}, "bytes; send 16384 at most"),
}


@pytest.mark.parametrize(("order", "body", "told"), BAD.values(), ids=BAD.keys())
async def test_a_bad_order_is_told_with_an_example_and_changes_nothing(
    order: Any, body: dict[str, Any], told: str, azure: LocalAzure, enforcing: Guard
) -> None:
    answer, problem = await post(order, enforcing, **body)
    assert (answer.status, answer.media_type) == (400, PROBLEM)
    assert told in problem["detail"]
    assert problem["example"].keys() == {"subject", "reason"} | ({"write"} if order is order_undo else set())
    assert ((await row_of(enforcing, VM)).etag, await queued(azure)) == (None, [])


@pytest.mark.parametrize("body", [b"", b"subject=web", b"\xff", b"null", b"[]", json.dumps("x").encode()])
async def test_what_is_no_json_object_is_told_with_an_example(body: bytes, enforcing: Guard) -> None:
    for order in (order_undo, order_hold):
        answer = await order(enforcing, body)
        assert (answer.status, "example" in json.loads(answer.body)) == (400, True)
