"""What is remembered of a subject, from observations, writes and reports."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.decide.memory import (
    is_answered,
    is_stale,
    remember_answer,
    remember_intent,
    remember_observation,
    remember_report,
    remember_settlement,
)
from shared.model.check import Check
from shared.model.estate import Estate, Extension, SecurityRule
from shared.model.past import NOTHING, Hold, Kept, Past
from shared.model.plan import (
    Action,
    ActionResult,
    DeleteExtension,
    ExtensionRequest,
    Finding,
    Outcome,
    PutExtension,
    PutSecurityRule,
    Report,
)
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write
from tests.decide.estates import NSG, OBSERVED_AT, VM, allow_out, estate, extension, machine, security_group

RULE = allow_out("PortForWACService", 199, destination="WindowsAdminCenter", ports="443")
OTHER_RULE = allow_out("PortForAADService", 198, destination="AzureActiveDirectory", ports="443")
PUT = PutSecurityRule(NSG.child("securityRules", RULE.name), None, RULE)
EXTENSION = extension()
INSTALL = PutExtension(
    EXTENSION.id,
    None,
    ExtensionRequest("westeurope", "Microsoft.AdminCenter", "AdminCenter", "0.0", True, EXTENSION.settings),
)
REINSTALL = DeleteExtension(EXTENSION.id, EXTENSION, to_reinstall=True)
DAY = timedelta(days=1)


def check(subject: ResourceId = NSG, by: str | None = None, **more: Any) -> Check:
    return replace(Check(subject, "test", "1", OBSERVED_AT, by=by), **more)


def group(*rules: SecurityRule, at: datetime = OBSERVED_AT, guid: str | None = "guid-1") -> Estate:
    return replace(estate(subnet_group=security_group(*rules, resource_guid=guid)), observed_at=at)


def vm(*extensions: Extension, vm_id: str = "vm-id-1", at: datetime = OBSERVED_AT) -> Estate:
    return replace(estate(machine(extensions=extensions, vm_id=vm_id)), observed_at=at)


def write(action: Action, fate: Fate = Fate.INTENDED, *, number: int = 1, at: datetime = OBSERVED_AT) -> Write:
    return Write(str(number), action.id.parent or action.id, action, "test", "1", at, fate)


def seen(*rules: SecurityRule) -> Past:
    past = NOTHING
    for number, rule in enumerate(rules):
        past = remember_intent(
            past, write(PutSecurityRule(NSG.child("securityRules", rule.name), None, rule), number=number)
        )
    return remember_observation(past, group(*rules), check())


def test_a_rule_of_ours_that_was_seen_and_is_gone_is_a_loss_that_tells_who_did_it() -> None:
    past = remember_observation(seen(RULE), group(at=OBSERVED_AT + DAY), check(by="terraform@contoso.com"))
    assert [(loss.target, loss.at, loss.by) for loss in past.losses] == [
        (PUT.id, OBSERVED_AT + DAY, "terraform@contoso.com")
    ]
    assert (past.contested, dict(past.kept)) == (False, {})


def test_a_rule_of_ours_that_somebody_changed_is_a_loss_too_but_not_one_that_was_moved() -> None:
    changed = replace(RULE, source_address_prefixes=("10.0.0.0/8",))
    moved = replace(RULE, priority=300)
    assert len(remember_observation(seen(RULE), group(changed), check()).losses) == 1
    assert remember_observation(seen(RULE), group(moved), check()).losses == ()


def test_a_rule_that_was_never_seen_there_was_not_taken_away() -> None:
    past = remember_observation(remember_intent(NOTHING, write(PUT)), group(), check())
    assert past.losses == ()


def lose(past: Past, rule: SecurityRule, at: datetime) -> Past:
    """Have a rule written again, seen, and taken away."""
    put = PutSecurityRule(NSG.child("securityRules", rule.name), None, rule)
    past = remember_observation(remember_intent(past, write(put, at=at)), group(rule, at=at), check())
    return remember_observation(past, group(at=at), check())


@pytest.mark.parametrize(("days", "contested"), [(1, True), (6.9, True), (7, False), (30, False)])
def test_the_same_rule_lost_twice_within_seven_days_is_contested(days: float, contested: bool) -> None:
    past = lose(NOTHING, RULE, OBSERVED_AT)
    assert not past.contested
    assert lose(past, RULE, OBSERVED_AT + timedelta(days=days)).contested is contested


def test_two_rules_that_are_lost_at_once_are_no_contest() -> None:
    past = remember_observation(seen(RULE, OTHER_RULE), group(), check())
    assert (len(past.losses), past.contested) == (2, False)


def test_a_contest_lasts_until_somebody_lifts_it() -> None:
    past = lose(lose(NOTHING, RULE, OBSERVED_AT), RULE, OBSERVED_AT + DAY)
    assert remember_observation(past, group(at=OBSERVED_AT + 90 * DAY), check()).contested


def test_an_extension_that_is_gone_is_a_loss_but_not_one_of_a_vm_that_was_made_anew() -> None:
    past = remember_observation(remember_intent(NOTHING, write(INSTALL)), vm(EXTENSION), check(VM))
    assert len(remember_observation(past, vm(), check(VM)).losses) == 1
    anew = remember_observation(past, vm(vm_id="vm-id-2"), check(VM))
    assert (anew.losses, dict(anew.kept), anew.incarnation) == ((), {}, "vm-id-2")


def test_of_what_is_gone_only_peoples_word_and_what_is_open_are_kept() -> None:
    hold = Hold(OBSERVED_AT, "mine")
    past = replace(seen(RULE), hold=hold, unsettled=("7",), reinstalls=(OBSERVED_AT,), contested=True)
    gone = replace(estate(), absent=frozenset({NSG}))
    after = remember_observation(past, gone, check())
    assert (after.hold, after.unsettled) == (hold, ("7",))
    assert (after.reinstalls, after.contested, after.losses, dict(after.kept)) == ((), False, (), {})


def test_what_could_not_be_read_is_remembered_as_it_was() -> None:
    past = seen(RULE)
    assert remember_observation(past, replace(group(), network_security_groups={}), check()).kept == past.kept


def test_a_reinstall_keeps_the_whole_extension_until_it_stands_again() -> None:
    past = remember_intent(NOTHING, write(REINSTALL))
    assert past.removed == EXTENSION
    for state, is_kept in (("Failed", True), ("Deleting", True), ("Creating", False), ("Succeeded", False)):
        after = remember_observation(past, vm(extension(state=state)), check(VM))
        assert (after.removed is not None) is is_kept, state


@pytest.mark.parametrize("fate", [Fate.NOT_DONE, Fate.POSTPONED, Fate.REFUSED])
def test_what_was_to_be_removed_is_kept_though_that_seems_not_to_have_been_done(fate: Fate) -> None:
    past = remember_answer(remember_intent(NOTHING, write(REINSTALL)), write(REINSTALL, fate))
    assert (past.removed, past.unsettled) == (EXTENSION, ())


def test_a_reinstall_counts_when_it_is_put_back_and_once_however_often_that_is_tried() -> None:
    again = replace(INSTALL, existing=EXTENSION)
    past = remember_intent(NOTHING, write(REINSTALL))
    assert past.reinstalls == ()
    past = remember_intent(past, write(again, number=2))
    assert past.reinstalls == (OBSERVED_AT,)
    past = remember_settlement(past, write(again, Fate.NOT_DONE, number=2))
    past = remember_intent(past, write(again, number=3, at=OBSERVED_AT + DAY))
    assert past.reinstalls == (OBSERVED_AT + DAY,)


def test_a_reinstall_counts_once_though_the_process_died_before_it_was_put_back() -> None:
    again = replace(INSTALL, existing=EXTENSION)
    past = remember_intent(remember_intent(NOTHING, write(REINSTALL)), write(again, number=2))
    past = remember_observation(past, vm(at=OBSERVED_AT + DAY), check(VM))
    past = remember_intent(past, write(again, number=3, at=OBSERVED_AT + DAY))
    assert past.reinstalls == (OBSERVED_AT,)
    past = remember_intent(past, write(REINSTALL, number=4, at=OBSERVED_AT + DAY))
    past = remember_intent(past, write(again, number=5, at=OBSERVED_AT + 2 * DAY))
    assert past.reinstalls == (OBSERVED_AT, OBSERVED_AT + 2 * DAY)


def test_an_extension_that_was_put_back_and_failed_is_removed_no_more() -> None:
    past = remember_intent(NOTHING, write(REINSTALL))
    again = replace(INSTALL, existing=EXTENSION)
    past = remember_observation(
        remember_intent(past, write(again, number=2)), vm(extension(state="Failed")), check(VM)
    )
    assert past.removed is None


def test_reinstalls_and_losses_are_forgotten_after_seven_days_and_writes_after_an_hour() -> None:
    past = replace(lose(NOTHING, RULE, OBSERVED_AT), reinstalls=(OBSERVED_AT,))
    assert past.writes == (OBSERVED_AT,)
    later = remember_observation(past, group(at=OBSERVED_AT + timedelta(hours=1)), check())
    assert (later.writes, len(later.losses), len(later.reinstalls)) == ((), 1, 1)
    later = remember_observation(past, group(at=OBSERVED_AT + 7 * DAY), check())
    assert (later.losses, later.reinstalls) == ((), ())


@pytest.mark.parametrize(
    ("fate", "is_open"),
    [(Fate.ACCEPTED, True), (Fate.UNKNOWN, True), (Fate.POSTPONED, False), (Fate.REFUSED, False)],
)
def test_what_azure_took_or_may_have_taken_is_open_until_it_is_seen(fate: Fate, is_open: bool) -> None:
    past = remember_answer(remember_intent(NOTHING, write(PUT)), write(PUT, fate))
    assert (past.unsettled == ("1",)) is is_open
    assert (PUT.id in past.kept) is is_open


def test_a_rule_is_ours_to_lose_though_a_new_version_of_it_was_refused() -> None:
    again = replace(PUT, existing=RULE, desired=replace(RULE, destination_port_ranges=("444",)))
    refused = remember_answer(
        remember_intent(seen(RULE), write(again, number=9)), write(again, Fate.REFUSED, number=9)
    )
    assert remember_observation(refused, group(RULE), check()).losses == ()
    assert len(remember_observation(refused, group(), check()).losses) == 1


def report(*reasons: Reason, at: datetime | None = OBSERVED_AT, outcome: Outcome | None = None) -> Report:
    findings = tuple(Finding(VM, reason, "so it is") for reason in reasons)
    status = max((found.status for found in findings), default=Status.COMPLIANT)
    results = () if outcome is None else (ActionResult(INSTALL, outcome, ""),)
    return Report(check(VM), status, at, findings, results)


def test_since_when_a_reason_stands_is_kept_as_long_as_each_look_finds_it() -> None:
    later = OBSERVED_AT + DAY
    past = remember_report(NOTHING, report(Reason.EXTENSION_MISSING, Reason.OUTBOUND_DENIED), None)
    past = remember_report(past, report(Reason.EXTENSION_MISSING, at=later), None)
    assert dict(past.since) == {Reason.EXTENSION_MISSING: OBSERVED_AT}
    past = remember_report(past, report(Reason.OUTBOUND_DENIED, at=later), None)
    assert dict(past.since) == {Reason.OUTBOUND_DENIED: later}


def test_an_install_that_is_stuck_goes_on_being_the_one_that_began_then() -> None:
    past = remember_report(NOTHING, report(Reason.EXTENSION_INSTALLING), None)
    past = remember_report(past, report(Reason.EXTENSION_STUCK, at=OBSERVED_AT + DAY), None)
    assert past.since[Reason.EXTENSION_INSTALLING] == OBSERVED_AT


ANSWERS = {
    "all is well": (report(), True),
    "an install was started": (report(Reason.EXTENSION_MISSING, outcome=Outcome.STARTED), True),
    "an install is under way": (report(Reason.EXTENSION_INSTALLING), True),
    "Azure was busy": (report(Reason.EXTENSION_MISSING, outcome=Outcome.POSTPONED), False),
    "something could not be told": (report(Reason.TRAFFIC_UNKNOWN), False),
    "it could not be read": (report(Reason.READ_FAILED, at=None), False),
}


@pytest.mark.parametrize(("one", "answers"), ANSWERS.values(), ids=ANSWERS.keys())
def test_a_look_answers_what_was_asked_before_unless(one: Report, answers: bool) -> None:
    past = remember_report(NOTHING, one, None)
    assert is_answered(past, check(VM, asked_at=OBSERVED_AT - timedelta(seconds=2))) is answers
    for asked_at in (OBSERVED_AT - timedelta(seconds=1), OBSERVED_AT, OBSERVED_AT + DAY, None):
        assert not is_answered(past, check(VM, asked_at=asked_at))


def test_a_look_that_failed_takes_nothing_from_what_was_answered_before() -> None:
    past = remember_report(remember_report(NOTHING, report(), None), report(Reason.READ_FAILED, at=None), None)
    assert is_answered(past, check(VM, asked_at=OBSERVED_AT - DAY))
    assert past.status is Status.UNKNOWN


def test_only_the_one_look_that_was_asked_for_last_counts() -> None:
    past = remember_report(NOTHING, report(Reason.AGENT_NOT_READY), "second")
    assert is_stale(past, check(VM, look="first"))
    assert not is_stale(past, check(VM, look="second"))
    assert not is_stale(past, check(VM))
    assert is_stale(remember_report(past, report(), None), check(VM, look="second"))


def test_what_is_kept_is_what_was_written_last() -> None:
    again = replace(PUT, desired=replace(RULE, destination_port_ranges=("444",)))
    past = remember_intent(seen(RULE), write(again, number=9))
    assert past.kept[PUT.id] == Kept(again.desired, seen=False)
