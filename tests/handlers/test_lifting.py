"""POST /api/lift: what kept a subject or the whole app from being written is lifted, and goes on at once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers.guard import Guard
from handlers.lifting import order_lift
from handlers.orders import order_hold
from handlers.stops import order_stop
from shared.azure.leash import note_failure, read_leash, set_stop, spend
from shared.azure.subjects import save_subject
from shared.azure.tables import Overtaken
from shared.model.leash import Failure, Leash, Stop
from shared.model.past import Loss, Past, Setback
from shared.model.plan import Outcome
from shared.model.resource_id import ResourceId
from shared.turns import Turn, take_turn
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import build_site, check_of
from tests.handlers.requesting import (
    PROBLEM,
    post,
    queued,
    queued_subjects,
    receive,
    report_of,
    row_of,
    take,
    work_off,
)

VM = (
    "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg-web"
    "/providers/Microsoft.Compute/virtualMachines/web"
)
ID = ResourceId(f"{VM}/extensions/AdminCenter")


async def remember(guard: Guard, subject: str, **past: Any) -> None:
    row = await row_of(guard, subject)
    await save_subject(guard.clients, replace(row, past=replace(row.past, **past)))


async def test_a_held_subject_that_is_lifted_is_written_again_at_once(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world)
    await post(order_hold, enforcing, subject=site.vm_id, reason="not now")
    await receive(enforcing, site.vm_id)
    answer, lifted = await post(order_lift, enforcing, subject=f"{site.vm_id}/")
    assert (answer.status, lifted["checks"]) == (202, 1)
    assert lifted["lifted"]["hold"]["reason"] == "not now"
    assert "its check is on its way" in lifted["message"]
    (check,) = await take(azure)
    assert (check.subject, check.asked_at, check.correlation_id) == (
        ResourceId(site.vm_id),
        None,
        lifted["correlation_id"],
    )
    await receive(enforcing, site.vm_id)
    assert len(azure.world.installs) == 1


async def test_lifting_clears_all_that_keeps_a_subject_back_and_nothing_else(
    azure: LocalAzure, enforcing: Guard
) -> None:
    now = azure.world.clock.now()
    setback = Setback(Outcome.REFUSED, "ScopeLocked", "It is locked.", now, timedelta(hours=1), "content")
    await remember(
        enforcing,
        VM,
        contested=True,
        losses=(Loss(ID, now, "ßomeone"),),
        setbacks={ID: setback},
        reinstalls=(now, now),
        writes=(now,),
        unsettled=("a-write",),
        look="a-token",
        incarnation="an-id",
        observed_at=now,
        answered=now,
    )
    answer, lifted = await post(order_lift, enforcing, subject=VM)
    assert answer.status == 202
    assert lifted["lifted"].keys() == {"contested", "losses", "setbacks", "reinstalls", "writes"}
    assert lifted["lifted"]["setbacks"] == {str(ID): "It is locked."}
    kept = (await row_of(enforcing, VM)).past
    assert kept == Past(unsettled=("a-write",), look="a-token", incarnation="an-id", observed_at=now, answered=now)


@pytest.mark.parametrize("known", [True, False], ids=["known", "never looked at"])
async def test_lifting_from_a_subject_what_is_not_there_says_so(
    known: bool, azure: LocalAzure, enforcing: Guard
) -> None:
    if known:
        await remember(enforcing, VM)
    before = (await row_of(enforcing, VM)).etag
    answer, lifted = await post(order_lift, enforcing, subject=VM)
    assert (answer.status, lifted["message"]) == (200, "Nothing kept web from being written.")
    assert (lifted["lifted"], lifted["checks"], lifted["correlation_id"]) == ({}, 0, None)
    assert ((await row_of(enforcing, VM)).etag, await queued(azure)) == (before, [])


async def test_a_lift_while_a_check_runs_has_that_check_save_nothing_of_what_it_knew(
    azure: LocalAzure, enforcing: Guard
) -> None:
    await remember(enforcing, VM, contested=True)
    turn = await take_turn(enforcing.clients, check_of(VM))
    assert isinstance(turn, Turn)
    await post(order_lift, enforcing, subject=VM)
    with pytest.raises(Overtaken):
        await turn.end(turn.past, {})
    row = await row_of(enforcing, VM)
    assert (row.past.contested, row.holder is not None) == (False, True)
    await azure.advance(600)
    assert isinstance(await take_turn(enforcing.clients, check_of(VM)), Turn)


async def a_kill_switch(azure: LocalAzure, guard: Guard) -> None:
    await post(order_stop, guard, reason="Friday")


async def a_decommissioning(azure: LocalAzure, guard: Guard) -> None:
    await set_stop(guard.clients, "decommission", Stop(azure.world.clock.now(), "we move"))


async def five_failures(azure: LocalAzure, guard: Guard) -> None:
    for number in range(5):
        await note_failure(guard.clients, Failure(azure.world.clock.now(), f"{VM}{number}", "It failed."))


async def a_spent_budget(azure: LocalAzure, guard: Guard) -> None:
    for _ in range(100):
        assert await spend(guard.clients, azure.world.clock.now(), 100)


STOPS: dict[str, tuple[Callable[[LocalAzure, Guard], Awaitable[None]], str]] = {
    "kill_switch": (a_kill_switch, "STOPPED_BY_KILL_SWITCH"),
    "failures": (five_failures, "STOPPED_BY_FAILURES"),
    "budget": (a_spent_budget, "BUDGET_SPENT"),
    "decommission": (a_decommissioning, "DECOMMISSIONED"),
}


@pytest.mark.parametrize(("stop", "make_it", "reason"), [(name, *one) for name, one in STOPS.items()], ids=STOPS)
async def test_a_stop_that_is_lifted_lets_go_on_what_it_kept_back(
    stop: str,
    make_it: Callable[[LocalAzure, Guard], Awaitable[None]],
    reason: str,
    azure: LocalAzure,
    enforcing: Guard,
) -> None:
    stopped, well = build_site(azure.world, "stopped"), build_site(azure.world, "well", installed=True)
    if stop != "decommission":  # which has something to say of every subject
        await receive(enforcing, well.vm_id)
    await make_it(azure, enforcing)
    await receive(enforcing, stopped.vm_id)
    assert azure.world.requests.writes() == []
    assert reason in [found["reason"] for found in (await report_of(enforcing, stopped.vm_id))["findings"]]

    answer, lifted = await post(order_lift, enforcing, stop=stop)
    assert (answer.status, lifted["message"], lifted["checks"]) == (200, f"The {stop} stop is lifted.", 1)
    assert list(lifted["lifted"]) == [stop]
    assert await read_leash(enforcing.clients) == Leash()
    assert await queued_subjects(azure) == [stopped.vm_id]
    await work_off(azure, enforcing)
    assert [install.extension_id for install in azure.world.installs] == [f"{stopped.vm_id}/extensions/AdminCenter"]


WAS: dict[str, Callable[[Any], bool]] = {
    "kill_switch": lambda was: was["reason"] == "Friday",
    "failures": lambda was: [one["message"] for one in was] == ["It failed."] * 5,
    "budget": lambda was: was == {"writes": 100},
    "decommission": lambda was: was["reason"] == "we move",
}


async def test_one_stop_that_is_lifted_leaves_the_others_and_says_what_it_was(
    azure: LocalAzure, enforcing: Guard
) -> None:
    for make_it, _ in STOPS.values():
        await make_it(azure, enforcing)
    remaining = await read_leash(enforcing.clients)
    for stop, is_right in WAS.items():
        _, lifted = await post(order_lift, enforcing, stop=stop)
        assert is_right(lifted["lifted"][stop]), lifted
        gone: Any = None if stop in ("kill_switch", "decommission") else ()
        remaining = replace(remaining, **{"writes" if stop == "budget" else stop: gone})
        assert await read_leash(enforcing.clients) == remaining


@pytest.mark.parametrize("stop", STOPS)
async def test_lifting_a_stop_that_is_not_there_says_so(stop: str, azure: LocalAzure, enforcing: Guard) -> None:
    answer, lifted = await post(order_lift, enforcing, stop=stop)
    assert (answer.status, lifted["message"]) == (200, f"There was no {stop} stop.")
    assert (lifted["lifted"], lifted["checks"], await queued(azure)) == ({}, 0, [])


async def test_what_a_kill_switch_kept_back_goes_on_even_when_a_person_has_deleted_its_row(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    await post(order_stop, enforcing, reason="Friday")
    await receive(enforcing, site.vm_id)
    await set_stop(enforcing.clients, "kill_switch", None)
    _, lifted = await post(order_lift, enforcing, stop="kill_switch")
    assert (lifted["message"], lifted["checks"]) == ("There was no kill_switch stop.", 1)
    assert await queued_subjects(azure) == [site.vm_id]


async def test_a_lift_whose_checks_cannot_be_queued_says_so_and_can_be_asked_for_again(
    azure: LocalAzure, enforcing: Guard, make: MakeGuard
) -> None:
    site = build_site(azure.world)
    await post(order_stop, enforcing, reason="Friday")
    await receive(enforcing, site.vm_id)
    cut_off = await make(AzureWebJobsStorage__queueServiceUri="https://localhost:1/account")
    answer, problem = await post(order_lift, cut_off, stop="kill_switch")
    assert (answer.status, problem["title"]) == (503, "The app's storage can't be reached now")
    _, lifted = await post(order_lift, enforcing, stop="kill_switch")
    assert lifted["checks"] == 1
    assert await queued_subjects(azure) == [site.vm_id]


async def test_everything_that_a_stop_kept_back_is_checked_once(azure: LocalAzure, enforcing: Guard) -> None:
    subjects = sorted(f"{VM}{number}" for number in range(30))
    finding = {"reason": "BUDGET_SPENT"}
    for subject in subjects:
        row = await row_of(enforcing, subject)
        await save_subject(enforcing.clients, replace(row, report={"findings": [finding], "actions": []}))
    _, lifted = await post(order_lift, enforcing, stop="budget")
    assert lifted["checks"] == len(subjects)
    checks = await take(azure)
    assert sorted(str(check.subject) for check in checks) == subjects
    assert {check.correlation_id for check in checks} == {lifted["correlation_id"]}


async def test_a_subject_in_a_subscription_that_is_not_watched_is_not_lifted(make: MakeGuard) -> None:
    guard = await make(WAC_SUBSCRIPTIONS="99999999-2222-3333-4444-555555555555")
    assert (await post(order_lift, guard, subject=VM))[0].status == 403


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "name either a subject or a stop"),
    "both": ({"subject": VM, "stop": "budget"}, "name either a subject or a stop"),
    "neither": ({"subject": None, "stop": None}, "name either a subject or a stop"),
    "an unknown stop": (
        {"stop": "all"},
        "stop: Input should be 'kill_switch', 'failures', 'budget' or 'decommission'",
    ),
    "a name": ({"subject": "web"}, "'web' is no resource id"),
    "an unknown field": ({"stop": "budget", "reason": "x"}, "reason: Extra inputs are not permitted"),
}


@pytest.mark.parametrize(("body", "told"), BAD.values(), ids=BAD.keys())
async def test_a_bad_lift_is_told_with_examples_and_lifts_nothing(
    body: dict[str, Any], told: str, azure: LocalAzure, enforcing: Guard
) -> None:
    await post(order_stop, enforcing, reason="Friday")
    answer, problem = await post(order_lift, enforcing, **body)
    assert (answer.status, answer.media_type) == (400, PROBLEM)
    assert told in problem["detail"]
    assert [list(example) for example in problem["example"]] == [["subject"], ["stop"]]
    assert (await read_leash(enforcing.clients)).kill_switch is not None
