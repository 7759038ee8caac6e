"""On which app registrations something is decided at all, and on which not yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from shared.decide.application import decide_application
from shared.model.past import Kept, Past
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from tests.decide.applications import APP, MIGRATING, PAIR, WAC, application, patch_of, plan_for, reasons_of, tenant
from tests.decide.applying import applied
from tests.decide.estates import OBSERVED_AT

ON_WEB = application(WAC)


@pytest.mark.parametrize(
    ("around", "reason", "said"),
    [
        ({"unreadable": {APP: "Authorization_RequestDenied"}}, Reason.READ_FAILED, "Authorization_RequestDenied"),
        ({"absent": frozenset({APP})}, Reason.GONE, "is not there any more"),
        ({}, Reason.READ_FAILED, "was not read"),
    ],
)
def test_nothing_is_decided_on_what_was_not_read(around: dict[str, Any], reason: Reason, said: str) -> None:
    plan = decide_application(tenant(**around), APP, MIGRATING)
    assert (reasons_of(plan), plan.actions) == ([reason], ())
    assert said in plan.findings[0].message


def test_nothing_is_decided_on_what_could_not_be_read_now_though_it_was_before() -> None:
    plan = plan_for(ON_WEB, unreadable={APP: "TooManyRequests"})
    assert (reasons_of(plan), plan.actions, plan.status) == ([Reason.READ_FAILED], (), Status.UNKNOWN)


def test_nothing_is_decided_on_a_part_and_what_is_missing_is_named() -> None:
    plan = plan_for(replace(ON_WEB, unread=("spa", "requiredResourceAccess")))
    assert (reasons_of(plan), plan.actions, plan.status) == ([Reason.READ_FAILED], (), Status.UNKNOWN)
    assert "was read without its spa, requiredResourceAccess" in plan.findings[0].message
    assert plan.findings[0].evidence == {"unread": ["spa", "requiredResourceAccess"]}


def test_the_case_of_an_id_makes_no_difference() -> None:
    here = tenant(replace(ON_WEB, id=ResourceId(str(APP).upper())))
    assert decide_application(here, APP, MIGRATING).actions == plan_for(ON_WEB).actions


def written_just_now(*, seen: bool = False, minutes: float = 1) -> Past:
    action = patch_of(plan_for(ON_WEB))
    assert action is not None
    kept = MappingProxyType({APP: Kept(action, seen=seen)})
    return Past(kept=kept, writes=(OBSERVED_AT - timedelta(minutes=minutes),))


def test_what_graph_does_not_show_yet_is_not_written_once_more() -> None:
    plan = plan_for(ON_WEB, past=written_just_now())
    assert (reasons_of(plan), plan.actions, plan.status) == ([Reason.GATEWAY_SETTLING], (), Status.PENDING)
    assert "was written at 2026-11-22 07:59:00 UTC, and Graph still shows" in plan.findings[0].message


def test_what_graph_never_shows_is_written_again_after_ten_minutes() -> None:
    assert plan_for(ON_WEB, past=written_just_now(minutes=10)).actions == plan_for(ON_WEB).actions


def test_what_was_seen_and_put_back_by_somebody_is_written_at_once() -> None:
    assert plan_for(ON_WEB, past=written_just_now(seen=True)).actions == plan_for(ON_WEB).actions


def test_what_is_as_written_or_was_changed_since_does_not_wait() -> None:
    (moved,) = applied(tenant(ON_WEB), plan_for(ON_WEB)).applications.values()
    assert reasons_of(plan_for(moved, past=written_just_now())) == []
    changed = application((WAC, "https://new.contoso.com/cb"), PAIR[1])
    assert plan_for(changed, past=written_just_now()).actions != ()
