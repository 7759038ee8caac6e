"""What became of a PATCH, what undoes it, and when somebody else fights over it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from shared.decide.contents import content_of
from shared.decide.decommission import decide_decommission
from shared.decide.memory import remember_answer, remember_intent, remember_observation
from shared.decide.settlement import decide_settlement
from shared.decide.undo import decide_undo
from shared.model.application import Application
from shared.model.check import Check
from shared.model.estate import Estate
from shared.model.past import NOTHING, Past
from shared.model.plan import PatchApplication
from shared.model.reason import Reason
from shared.model.write import Fate, Write
from tests.decide.actions import CLEAN_UP, PATCH
from tests.decide.applications import (
    APP,
    CALLBACK,
    LOCALHOST,
    OTHER_APP,
    PAIR,
    WAC,
    application,
    reasons_of,
    tenant,
)
from tests.decide.estates import OBSERVED_AT
from tests.decide.writes import written

DAY = timedelta(days=1)
BEFORE, MOVED = application((LOCALHOST, WAC, CALLBACK)), application((LOCALHOST, CALLBACK), PAIR)
CHANGED = application((LOCALHOST, CALLBACK, "https://new.contoso.com/cb"), PAIR)
TIDY = application((), PAIR)
UNTIDY = replace(TIDY, web_redirect_uris=(LOCALHOST,), access_token_issuance=True)
GONE = Estate(OBSERVED_AT, absent=frozenset({APP}))
PARTLY = tenant(replace(MOVED, unread=("web",)))


def write(action: PatchApplication, fate: Fate = Fate.ACCEPTED, minutes: float = 1) -> Write:
    return Write("1", APP, action, "test", "1", OBSERVED_AT - timedelta(minutes=minutes), fate)


SETTLED: dict[str, tuple[Write, Estate, Fate | None]] = {
    "what is there as written is done": (write(PATCH), tenant(MOVED), Fate.DONE),
    "in whatever order": (write(PATCH), tenant(application((CALLBACK, LOCALHOST), PAIR[::-1])), Fate.DONE),
    "though the answer was lost": (write(PATCH, Fate.UNKNOWN), tenant(MOVED), Fate.DONE),
    "though the process ended": (write(PATCH, Fate.INTENDED), tenant(MOVED), Fate.DONE),
    "what is otherwise was replaced": (write(PATCH), tenant(CHANGED), Fate.REPLACED),
    "what is as before may be a replica that lags": (write(PATCH), tenant(BEFORE), None),
    "after a lost answer, too": (write(PATCH, Fate.UNKNOWN), tenant(BEFORE), None),
    "and where the process ended, maybe after it was sent": (write(PATCH, Fate.INTENDED), tenant(BEFORE), None),
    "but not after ten minutes": (write(PATCH, minutes=10), tenant(BEFORE), Fate.NOT_DONE),
    "whatever was known of it": (write(PATCH, Fate.INTENDED, minutes=10), tenant(BEFORE), Fate.NOT_DONE),
    "a clean-up whose flag is off is done": (write(CLEAN_UP), tenant(TIDY), Fate.DONE),
    "one whose flag is on again was replaced": (
        write(CLEAN_UP),
        tenant(replace(TIDY, access_token_issuance=True)),
        Fate.REPLACED,
    ),
    "a flag that was not written does not count": (
        write(CLEAN_UP),
        tenant(replace(TIDY, id_token_issuance=True)),
        Fate.DONE,
    ),
    "what was accepted stays so where the application is gone": (write(PATCH), GONE, Fate.ACCEPTED),
    "else nobody can tell": (write(PATCH, Fate.INTENDED), GONE, Fate.UNKNOWN),
    "where it was not read nothing is settled": (write(PATCH), tenant(), None),
    "nor where it was read in part": (write(PATCH), PARTLY, None),
}


@pytest.mark.parametrize(("one", "seen", "fate"), SETTLED.values(), ids=SETTLED.keys())
def test_at_the_next_look(one: Write, seen: Estate, fate: Fate | None) -> None:
    settlement = decide_settlement(one, seen)
    assert (settlement and settlement.fate) == fate
    assert settlement is None or settlement.message


@dataclass(frozen=True)
class UndoCase:
    action: PatchApplication
    now: Application
    after: Application | None = None
    said: str = ""
    fate: Fate = Fate.DONE
    waits: bool = False


UNDONE = {
    "a move is undone with the very same arrays": UndoCase(PATCH, MOVED, BEFORE),
    "in whatever order they are now": UndoCase(PATCH, application((CALLBACK, LOCALHOST), PAIR[::-1]), BEFORE),
    "a clean-up with the implicit grant": UndoCase(CLEAN_UP, TIDY, UNTIDY),
    "what is as before needs nothing": UndoCase(PATCH, BEFORE),
    "unless the write may still come to be seen": UndoCase(PATCH, BEFORE, fate=Fate.ACCEPTED, waits=True),
    "or may have been sent when the process ended": UndoCase(PATCH, BEFORE, fate=Fate.INTENDED, waits=True),
    "what somebody has added to stays": UndoCase(
        PATCH, CHANGED, said="somebody has changed the Web redirect URIs since"
    ),
    "what somebody has taken from stays": UndoCase(
        PATCH,
        application((LOCALHOST, CALLBACK), PAIR[:1]),
        said="somebody has changed the single-page application redirect URIs since",
    ),
    "both are named": UndoCase(
        CLEAN_UP,
        replace(TIDY, web_redirect_uris=(CALLBACK,), access_token_issuance=True),
        said="somebody has changed the Web redirect URIs, implicit grant of access tokens since",
    ),
    "what has a place elsewhere by now can't come back": UndoCase(
        PATCH,
        replace(MOVED, public_client_redirect_uris=(WAC.upper(),)),
        said=f"Graph would refuse it, since {WAC} would be there 2 times",
    ),
}


@pytest.mark.parametrize("one", UNDONE.values(), ids=UNDONE.keys())
def test_an_undo(one: UndoCase) -> None:
    done = written(one.action, one.fate)
    plan = decide_undo(tenant(one.now), APP, done)
    expected = [Reason.UNDO_NOT_POSSIBLE] if one.said else [Reason.GATEWAY_SETTLING] if one.waits else []
    assert reasons_of(plan) == expected
    assert one.said in " ".join(finding.message for finding in plan.findings)
    if one.after is None:
        assert (plan.actions, plan.undoes) == ((), None)
        return
    (action,) = plan.actions
    assert isinstance(action, PatchApplication)
    assert (action.id, plan.undoes) == (APP, done.id)
    assert action.desired == one.action.existing
    assert action.existing.web_redirect_uris == one.now.web_redirect_uris


@pytest.mark.parametrize(
    ("here", "reason"),
    [(tenant(), Reason.READ_FAILED), (GONE, Reason.GONE), (PARTLY, Reason.READ_FAILED)],
)
def test_nothing_is_undone_of_what_was_not_read_whole(here: Estate, reason: Reason) -> None:
    plan = decide_undo(here, APP, written(PATCH))
    assert (reasons_of(plan), plan.actions) == ([reason], ())


def test_a_write_to_another_application_is_not_undone() -> None:
    plan = decide_undo(tenant(MOVED), APP, written(replace(PATCH, id=OTHER_APP)))
    assert f"it was made to {OTHER_APP}" in plan.findings[0].message


def look(past: Past, one: Application, at: datetime) -> Past:
    here = replace(tenant(one), observed_at=at)
    return remember_observation(past, here, Check(APP, "test", "1", at, by="ann@contoso.com"))


def patched(past: Past, action: PatchApplication, at: datetime, undoes: str | None = None) -> Past:
    made = Write(f"{at:%s}", APP, action, "test", "1", at, undoes=undoes)
    return remember_answer(remember_intent(past, made), replace(made, fate=Fate.ACCEPTED))


def test_who_puts_it_back_twice_within_seven_days_has_it() -> None:
    past = NOTHING
    for day in range(2):
        assert not past.contested
        past = look(patched(past, PATCH, OBSERVED_AT + day * DAY), MOVED, OBSERVED_AT + day * DAY)
        past = look(past, BEFORE, OBSERVED_AT + (day + 0.5) * DAY)
    assert past.contested
    assert [(loss.target, loss.by) for loss in past.losses] == [(APP, "ann@contoso.com")] * 2


STANDING = {
    "as it was written": (PATCH, MOVED, True),
    "with a URI of somebody else's more": (PATCH, CHANGED, True),
    "without one of somebody else's": (PATCH, application((), PAIR), True),
    "in other letters": (PATCH, application((), tuple(map(str.upper, PAIR))), True),
    "without one of the pair": (PATCH, application(CALLBACK, PAIR[:1]), False),
    "with one of the pair on Web again": (PATCH, application(WAC, PAIR[1:]), False),
    "cleaned up": (CLEAN_UP, TIDY, True),
    "with an old URI again": (CLEAN_UP, application(LOCALHOST, PAIR), False),
    "with the implicit grant again": (CLEAN_UP, replace(TIDY, access_token_issuance=True), False),
    "with an implicit grant that was not ours to drop": (CLEAN_UP, replace(TIDY, id_token_issuance=True), True),
}


@pytest.mark.parametrize(("action", "now", "is_kept"), STANDING.values(), ids=STANDING.keys())
def test_only_what_we_changed_is_ours_to_lose(action: PatchApplication, now: Application, is_kept: bool) -> None:
    seen = MOVED if action is PATCH else TIDY
    past = look(patched(NOTHING, action, OBSERVED_AT), seen, OBSERVED_AT)
    past = look(past, now, OBSERVED_AT + DAY)
    assert (len(past.losses), APP in past.kept) == ((0, True) if is_kept else (1, False))


def test_what_was_not_seen_yet_or_not_read_is_no_loss() -> None:
    past = patched(NOTHING, PATCH, OBSERVED_AT)
    assert look(past, BEFORE, OBSERVED_AT).losses == ()
    past = look(past, MOVED, OBSERVED_AT)
    assert look(past, replace(BEFORE, unread=("spa",)), OBSERVED_AT + DAY).kept == past.kept


def test_what_is_undone_is_nothing_of_ours_any_more() -> None:
    past = look(patched(NOTHING, PATCH, OBSERVED_AT), MOVED, OBSERVED_AT)
    undo = PatchApplication(APP, PATCH.desired, PATCH.existing)
    past = look(patched(past, undo, OBSERVED_AT + DAY, undoes="1"), BEFORE, OBSERVED_AT + DAY)
    assert (past.losses, dict(past.kept)) == ((), {})


def test_a_patch_is_told_from_another_by_what_it_writes() -> None:
    assert content_of(PATCH) == content_of(replace(PATCH, existing=CLEAN_UP.existing))
    assert content_of(PATCH) != content_of(CLEAN_UP)


def test_decommissioning_leaves_app_registrations_as_they_are() -> None:
    plan = decide_decommission(tenant(MOVED), APP, [written(PATCH)])
    assert (reasons_of(plan), plan.actions) == ([Reason.DECOMMISSIONED], ())
    assert reasons_of(decide_decommission(PARTLY, APP, [])) == [Reason.READ_FAILED]
